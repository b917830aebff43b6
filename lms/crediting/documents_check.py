"""Check for `lms ledger verify` that documents and classes are unchanged since they were published."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from courses.outline import Course as Outline
from courses.outline import parse_course
from courses.strict_json.canonical import digest_of
from lms.catalogue.models import CourseVersion
from lms.classes.models import ClassCourse, TrainingClass
from lms.crediting import inputs
from lms.crediting.chain import Running
from lms.programmes.documents import parse
from lms.programmes.models import ProgrammeVersion
from lms.programmes.values import ProgrammeDocument


@dataclass(frozen=True, slots=True)
class ClassesChecked:
    """The problems of classes and their documents, and the classes whose hours cannot be decided because of them."""

    problems: Sequence[str]
    undecidable: Set[int]


def check(session: Session, class_ids: Collection[int]) -> ClassesChecked:
    """Compare the stored documents of classes with their digests, and each class's history with its running hash."""
    classes = session.scalars(select(TrainingClass).where(TrainingClass.id.in_(class_ids)).order_by(TrainingClass.id)).all()
    rows = session.execute(select(ClassCourse.class_id, ClassCourse.course_version_id).where(ClassCourse.class_id.in_(class_ids))).all()
    programmes = _of_programmes(session, {one.programme_version_id for one in classes})
    courses = _of_courses(session, {row.course_version_id for row in rows})
    bad = {one.id for one in classes if programmes[one.programme_version_id]}
    bad |= {row.class_id for row in rows if courses[row.course_version_id]}
    problems = [problem for found in (*programmes.values(), *courses.values()) for problem in found]
    return ClassesChecked([*problems, *(problem for one in classes for problem in _of_history(session, one))], bad)


def _of_programmes(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    versions = select(ProgrammeVersion).options(undefer(ProgrammeVersion.document)).where(ProgrammeVersion.id.in_(ids))
    return {one.id: list(_of_programme(one)) for one in session.scalars(versions.order_by(ProgrammeVersion.id))}


def _of_programme(version: ProgrammeVersion) -> Iterator[str]:
    name = f"programme {version.programme.code} {version.programme.year}, version {version.number}"
    if digest_of(version.document) != version.sha256:
        yield f"{name}: its document is not the one that was imported"
        return
    document = parse(version.document)
    if not isinstance(document, ProgrammeDocument):
        yield f"{name}: its document cannot be read"
    elif (document.code, document.year, document.effective_from) != (
        version.programme.code,
        version.programme.year,
        version.effective_from,
    ):
        yield f"{name}: its code, year or first day is not the document's"


def _of_courses(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    versions = select(CourseVersion).options(undefer(CourseVersion.document)).where(CourseVersion.id.in_(ids))
    return {one.id: list(_of_course(one)) for one in session.scalars(versions.order_by(CourseVersion.id))}


def _of_course(version: CourseVersion) -> Iterator[str]:
    name = f"course {version.course.code}, version {version.number}"
    if digest_of(version.document) != version.document_sha256:
        yield f"{name}: its document is not the one that was published"
        return
    outline = parse_course(version.document)
    if not isinstance(outline, Outline):
        yield f"{name}: its document cannot be read"
        return
    columns = (version.course.code, version.title_zh, version.title_en, version.minutes)
    if columns != (outline.code, outline.title.zh, outline.title.en, outline.minutes):
        yield f"{name}: its code, title or minutes are not the document's"


def _of_history(session: Session, one: TrainingClass) -> Iterable[str]:
    """Compare a class's own history with its running hash; if it has none yet, the worker creates it (`windows`)."""
    if one.changes_count == 0 and one.following_after is not None:
        return
    if Running().add(inputs.history_of(session, one.id)) != (one.changes_sha256, one.changes_count):
        yield f"class {one.code}: its history of changes is not the one that was written"
