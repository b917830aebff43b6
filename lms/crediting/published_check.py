"""Check for `lms ledger verify` that programme documents, course outlines and classes are unchanged since they were published."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from courses.outline import Course as Outline
from courses.outline import parse_course
from courses.strict_json.canonical import digest_of
from lms.catalogue.models import CourseVersion
from lms.classes.models import ClassCourse, TrainingClass
from lms.crediting import inputs
from lms.crediting.chain import RunningHash
from lms.programmes.documents import parse
from lms.programmes.models import ProgrammeVersion
from lms.programmes.values import ProgrammeDocument

Version = TypeVar("Version", ProgrammeVersion, CourseVersion)


@dataclass(frozen=True, slots=True)
class ClassesChecked:
    """The problems of classes with their programme documents and course outlines, and the classes whose hours they make undecidable."""

    problems: Sequence[str]
    undecidable: Set[int]


def check(session: Session, class_ids: Collection[int]) -> ClassesChecked:
    """Compare the programme documents and course outlines of classes with their digests, and each class's history with its running hash."""
    classes = session.scalars(select(TrainingClass).where(TrainingClass.id.in_(class_ids)).order_by(TrainingClass.id)).all()
    rows = session.execute(select(ClassCourse.class_id, ClassCourse.course_version_id).where(ClassCourse.class_id.in_(class_ids))).all()
    programmes = _of_versions(session, ProgrammeVersion, {one.programme_version_id for one in classes}, _of_programme)
    courses = _of_versions(session, CourseVersion, {row.course_version_id for row in rows}, _of_course)
    bad = {one.id for one in classes if programmes[one.programme_version_id]}
    bad |= {row.class_id for row in rows if courses[row.course_version_id]}
    problems = [problem for found in (*programmes.values(), *courses.values()) for problem in found]
    return ClassesChecked([*problems, *(problem for one in classes for problem in _of_history(session, one))], bad)


def _of_versions(
    session: Session, table: type[Version], ids: Collection[int], problems_of: Callable[[Version], Iterator[str]]
) -> Mapping[int, Sequence[str]]:
    versions = select(table).options(undefer(table.document)).where(table.id.in_(ids)).order_by(table.id)
    return {one.id: list(problems_of(one)) for one in session.scalars(versions)}


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
    if RunningHash().add(inputs.history_of(session, one.id)) != (one.changes_sha256, one.changes_count):
        yield f"class {one.code}: its history of changes is not the one that was written"
