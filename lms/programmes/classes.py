"""How does a class come about: who is in it, what does it study, and where do those hours count?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.models import Organisation, Person
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.errors import InvalidInput
from lms.programmes.models import STATUSES, ClassCourse, Enrolment, ProgrammeVersion, TrainingClass
from lms.programmes.progress import StudiedCourse
from lms.programmes.store import document_of
from lms.programmes.values import Text


@dataclass(frozen=True, slots=True)
class Run:
    """When and where a class runs."""

    code: str
    name: str
    provider: Organisation
    starts_on: date
    ends_on: date
    intake: str = ""


def create_class(session: Session, version: ProgrammeVersion, run: Run) -> TrainingClass:
    """Create a class of one programme version; the version stays its law to the end.

    Raises:
        InvalidInput: with one line for each problem.
    """
    problems = []
    if not run.code.strip() or not run.name.strip():
        problems.append(_("A class needs a code and a name"))
    elif session.scalar(select(TrainingClass.id).where(TrainingClass.code == run.code)):
        problems.append(_("Code %(code)s is taken by another class", code=run.code))
    if run.ends_on < run.starts_on:
        problems.append(_("The class ends before it begins"))
    if problems:
        raise InvalidInput(_("The class was not created."), problems)
    created = TrainingClass(
        code=run.code,
        name=run.name,
        intake=run.intake,
        programme_version=version,
        provider=run.provider,
        starts_on=run.starts_on,
        ends_on=run.ends_on,
    )
    session.add(created)
    session.flush()
    return created


def enrol(session: Session, training_class: TrainingClass, person: Person, track: str, status: str = "confirmed") -> Enrolment:
    """Put a person into a class, in one of its programme's tracks.

    Raises:
        InvalidInput: there is no such track or status, or the person is in the class already.
    """
    problems = []
    document = document_of(_version(session, training_class.id))
    if document.track(track) is None:
        problems.append(_("Track %(track)s: is not one of %(tracks)s", track=track, tracks=", ".join(one.key for one in document.tracks)))
    if status not in STATUSES:
        problems.append(_("Status %(status)s: is not known", status=status))
    if session.scalar(select(Enrolment.id).where(Enrolment.class_id == training_class.id, Enrolment.person_id == person.id)):
        problems.append(_("%(name)s is in this class already", name=person.name))
    if problems:
        raise InvalidInput(_("Nobody was enrolled."), problems)
    enrolment = Enrolment(training_class=training_class, person=person, track=track, status=status)
    session.add(enrolment)
    session.flush()
    return enrolment


def bind_course(
    session: Session, training_class: TrainingClass, version: CourseVersion, requirement: str, *, compulsory: bool = True
) -> ClassCourse:
    """Let a class study a course version; its hours count toward `requirement`.

    Raises:
        InvalidInput: the programme has no such requirement of hours, or the class studies the course already.
    """
    document = document_of(_version(session, training_class.id))
    hours = sorted({one.key for one in document.requirements if one.kind == "hours"})
    problems = []
    if requirement not in hours:
        problems.append(_("%(key)s: is not a requirement of hours (%(known)s)", key=requirement, known=", ".join(hours)))
    studied = select(ClassCourse.class_id).join(CourseVersion, CourseVersion.id == ClassCourse.course_version_id)
    if session.scalar(studied.where(ClassCourse.class_id == training_class.id, CourseVersion.course_id == version.course_id)):
        problems.append(_("The class studies a version of this course already"))
    if problems:
        raise InvalidInput(_("The course was not added."), problems)
    last = session.scalar(select(func.max(ClassCourse.position)).where(ClassCourse.class_id == training_class.id)) or 0
    bound = ClassCourse(
        class_id=training_class.id, course_version=version, requirement=requirement, compulsory=compulsory, position=last + 1
    )
    session.add(bound)
    session.flush()
    return bound


def _version(session: Session, class_id: int) -> ProgrammeVersion:
    return session.scalars(
        select(ProgrammeVersion)
        .join(TrainingClass, TrainingClass.programme_version_id == ProgrammeVersion.id)
        .where(TrainingClass.id == class_id)
    ).one()


def programme_version_of(session: Session, training_class: TrainingClass) -> ProgrammeVersion:
    """Return the programme version that is a class's law."""
    return _version(session, training_class.id)


def courses_of(session: Session, class_ids: Iterable[int]) -> Mapping[int, tuple[StudiedCourse, ...]]:
    """Return the courses of each class, in their order, as `progress` reads them."""
    wanted = list(class_ids)
    found: dict[int, list[StudiedCourse]] = {class_id: [] for class_id in wanted}
    bound = session.scalars(
        select(ClassCourse)
        .where(ClassCourse.class_id.in_(wanted))
        .options(joinedload(ClassCourse.course_version))
        .order_by(ClassCourse.class_id, ClassCourse.position)
    )
    for one in bound:
        found[one.class_id].append(_studied(one))
    return {class_id: tuple(courses) for class_id, courses in found.items()}


def _studied(bound: ClassCourse) -> StudiedCourse:
    version = bound.course_version
    outline = outline_of(version)
    return StudiedCourse(
        course_version_id=version.id,
        code=version.course.code,
        title=Text(version.title_zh, version.title_en),
        requirement=bound.requirement,
        compulsory=bound.compulsory,
        activities={f"{version.course.code}:{activity.key}": activity.minutes for activity in outline.activities},
    )
