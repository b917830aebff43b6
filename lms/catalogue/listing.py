"""List courses and their versions, for pages and commands."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lms.catalogue.models import Course, CourseVersion

PAGE = 30


@dataclass(frozen=True, slots=True)
class CoursePage:
    """The newest versions of some courses, the latest published first, and the start of the next page."""

    versions: Sequence[CourseVersion]
    next: int | None
    total: int


def newest(session: Session, words: str = "", after: int | None = None, size: int = PAGE) -> CoursePage:
    """Return the newest version of every course whose code or title contains all of `words`; `after` is a version's id."""
    latest = select(func.max(CourseVersion.id)).group_by(CourseVersion.course_id)
    wanted = select(CourseVersion).join(Course, Course.id == CourseVersion.course_id).where(CourseVersion.id.in_(latest))
    for word in words.split():
        fields = (Course.code, CourseVersion.title_zh, CourseVersion.title_en)
        wanted = wanted.where(or_(*(field.icontains(word, autoescape=True) for field in fields)))
    total = session.scalar(select(func.count()).select_from(wanted.with_only_columns(CourseVersion.id).subquery())) or 0
    if after is not None:
        wanted = wanted.where(CourseVersion.id < after)
    found = session.scalars(wanted.order_by(CourseVersion.id.desc()).limit(size + 1)).all()
    return CoursePage(found[:size], found[size - 1].id if len(found) > size else None, total)


def versions_of(session: Session, code: str) -> Sequence[CourseVersion]:
    """Return a course's versions, newest first; empty if there is no such course."""
    return session.scalars(
        select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.code == code)
        .order_by(CourseVersion.number.desc())
    ).all()
