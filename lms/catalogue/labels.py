"""The words under which the library finds a course: kinds of labels, and their values for subjects and stages.

Values of programmes and content areas are codes of programme documents, which the catalogue does not know; `label_words` of the templates
names them.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from courses.strict_json.problem import N_
from lms.catalogue.course_index import FORMAT, LANGUAGE
from lms.catalogue.models import Course, CourseLabel

PROGRAMME, AREA, SUBJECT, STAGE = STATED = ("programme", "area", "subject", "stage")
KINDS = (*STATED, FORMAT, LANGUAGE)
LONGEST_VALUE = 140  # a programme's code, a slash, and the key of a content area

SUBJECTS: Mapping[str, str] = {
    "chinese": N_("Chinese"),
    "mathematics": N_("Mathematics"),
    "english": N_("English"),
    "civics": N_("Morality and law"),
    "science": N_("Science"),
    "physics": N_("Physics"),
    "chemistry": N_("Chemistry"),
    "biology": N_("Biology"),
    "history": N_("History"),
    "geography": N_("Geography"),
    "music": N_("Music"),
    "art": N_("Art"),
    "sports": N_("Physical education and health"),
    "computing": N_("Information technology"),
    "labour": N_("Labour"),
    "practice": N_("Comprehensive practice"),
    "psychology": N_("Mental health education"),
}
STAGES: Mapping[str, str] = {
    "kindergarten": N_("Kindergarten"),
    "primary": N_("Primary school"),
    "junior": N_("Junior secondary school"),
    "senior": N_("Senior secondary school"),
}


def of_course(session: Session, course_id: int) -> dict[str, list[str]]:
    """Return the labels of a course: kind → values."""
    found: dict[str, list[str]] = {}
    rows = (
        select(CourseLabel.kind, CourseLabel.value).where(CourseLabel.course_id == course_id).order_by(CourseLabel.kind, CourseLabel.value)
    )
    for kind, value in session.execute(rows):
        found.setdefault(kind, []).append(value)
    return found


def in_use(session: Session) -> dict[str, list[str]]:
    """Return the values that any course has: kind → values. They name no course, so everybody may see them."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for kind, value in session.execute(
        select(CourseLabel.kind, CourseLabel.value).distinct().order_by(CourseLabel.kind, CourseLabel.value)
    ):
        found.setdefault(kind, []).append(value)
    return found


def state(session: Session, course: Course, stated: Mapping[str, Collection[str]]) -> None:
    """Replace the labels that a course's publishers state; the kinds of `stated` are among STATED, its values are known ones."""
    session.execute(delete(CourseLabel).where(CourseLabel.course_id == course.id, CourseLabel.kind.in_(stated)))
    session.add_all(
        CourseLabel(course_id=course.id, kind=kind, value=one) for kind, values in stated.items() for one in sorted(set(values))
    )
    session.flush()


def programmes_of(areas: Sequence[str]) -> set[str]:
    """Return the programmes of content areas, whose values are 'programme/area'."""
    return {one.partition("/")[0] for one in areas}
