"""Find courses in the library, and list the versions of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.offices import names_of
from lms.catalogue.course_index import containing
from lms.catalogue.models import Course, CourseLabel, CourseVersion
from lms.catalogue.sharing import readable
from lms.row_ids import row_id

PAGE = 30
IN_USE, ARCHIVED, ALL = STATES = ("", "archived", "all")
NEWEST, BY_CODE = SORTS = ("", "code")


@dataclass(frozen=True, slots=True)
class CourseFilter:
    """A search: all of these words in code or title, these labels (kind → value), an organisation, a state, and an order."""

    words: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    organisation_id: int | None = None
    state: str = IN_USE
    sort: str = NEWEST  # the latest published first, or by code


EVERY_COURSE = CourseFilter(state=ALL)


@dataclass(frozen=True, slots=True)
class CoursePage:
    """The newest versions of some courses in the order asked for, and where the next page starts."""

    versions: Sequence[CourseVersion]
    next: str | None
    total: int


def search(session: Session, by: Person | None, wanted: CourseFilter, after: str = "", size: int = PAGE) -> CoursePage:
    """Return a page of the courses that a person may read; `after` is `next` of the page before."""
    conditions = [Course.newest_version_id.is_not(None), readable(session, by), *_conditions(wanted)]
    query = select(CourseVersion).join(Course, Course.newest_version_id == CourseVersion.id).where(*conditions)
    found = session.scalars(_sorted(query, wanted.sort, after).limit(size + 1)).all()
    last = found[size - 1] if len(found) > size else None
    following = None if last is None else last.course.code if wanted.sort == BY_CODE else str(last.id)
    whole = not after and last is None  # then there is nothing else to count
    total = len(found) if whole else session.scalar(select(func.count(Course.id)).where(*conditions)) or 0
    return CoursePage(found[:size], following, total)


def offered(session: Session, by: Person | None, size: int) -> Sequence[CourseVersion]:
    """Return the newest versions of the courses that a person may give to a class, the latest published first."""
    return search(session, by, CourseFilter(), size=size).versions


def _conditions(wanted: CourseFilter) -> list[ColumnElement[bool]]:
    found = containing(Course.search_text, wanted.words)
    for kind, value in wanted.labels.items():
        found.append(Course.id.in_(select(CourseLabel.course_id).where(CourseLabel.kind == kind, CourseLabel.value == value)))
    if wanted.organisation_id is not None:
        found.append(Course.organisation_id == wanted.organisation_id)
    if wanted.state != ALL:
        found.append(Course.archived_at.is_not(None) if wanted.state == ARCHIVED else Course.archived_at.is_(None))
    return found


def _sorted(query: Select[CourseVersion], sort: str, after: str) -> Select[CourseVersion]:
    if sort == BY_CODE:
        return query.where(Course.code > after).order_by(Course.code)
    if (last := row_id(after)) is not None:
        query = query.where(Course.newest_version_id < last)
    return query.order_by(Course.newest_version_id.desc())


def owners(session: Session, by: Person | None) -> list[tuple[int, str]]:
    """Return the organisations of the courses that a person may read, by name."""
    return names_of(session, select(Course.organisation_id).where(readable(session, by)))


def newest_for(session: Session, code: str, by: Person | None) -> CourseVersion | None:
    """Return the newest version of a course that a person may read, archived or not; None means the installation itself."""
    query = select(CourseVersion).join(Course, Course.newest_version_id == CourseVersion.id)
    return session.scalar(query.where(Course.code == code, readable(session, by)))


def versions_of(session: Session, code: str) -> Sequence[CourseVersion]:
    """Return a course's versions, newest first; empty if there is no such course. It does not check who may read them."""
    return session.scalars(
        select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.code == code)
        .order_by(CourseVersion.number.desc())
    ).all()


def readable_versions(session: Session, code: str, by: Person | None) -> Sequence[CourseVersion]:
    """Return the same for a person; empty as well if the course is not shared with them."""
    return session.scalars(
        select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.code == code, readable(session, by))
        .order_by(CourseVersion.number.desc())
    ).all()
