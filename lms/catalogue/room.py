"""How much room do an organisation's courses take in the file store, and does one more file fit?

A content counts once for an organisation, however many versions, activities, courses, drafts and forms of it have the file.
"""

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, insert, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from courses.package import Package
from lms.accounts.models import Organisation
from lms.catalogue import contents
from lms.catalogue.models import Course, CourseFile, CourseVersion, WorkshopFile
from lms.errors import TooLarge

MEGABYTE = 10**6
ASKED_AT_ONCE = 500  # hashes in one query


def check_room(session: Session, package: Package, organisation_id: int | None, most_bytes: int, *, hold: bool) -> None:
    """Refuse a package that exceeds the storage limit of its organisation; contents that it has already are not counted again.

    `organisation_id`: the organisation that a new course is for; a course that exists counts for its own.
    `hold`: lock the organisation, so that its publishers wait for each other until the transaction ends.

    Raises:
        TooLarge: with the stored amount.
    """
    course = session.scalar(select(Course).where(Course.code == package.course.code))
    owner = organisation_id if course is None else course.organisation_id
    if hold:
        _hold(session, owner)
    if _is_of_old(session, owner, package.sha256):
        return
    wanted = contents.contents_of(package)
    there = _there(session, owner, wanted)
    more = sum(size for sha256, size in wanted.items() if sha256 not in there)
    if more:
        check_bytes(used(session, owner), more, most_bytes)


def take(session: Session, organisation_id: int | None, wanted: Mapping[str, int], most_bytes: int) -> None:
    """Count contents (hash → bytes) of a draft or a form before they are stored; those that the organisation has are not counted again.

    Raises:
        TooLarge: with the stored amount; none of them is counted.
    """
    _hold(session, organisation_id)
    there = _there(session, organisation_id, wanted)
    new = {sha256: size for sha256, size in wanted.items() if sha256 not in there}
    if new:
        check_bytes(used(session, organisation_id), sum(new.values()), most_bytes)
        rows = [{"organisation_id": organisation_id, "sha256": sha256, "bytes": size} for sha256, size in new.items()]
        session.execute(insert(WorkshopFile), rows)


def check_bytes(kept: int, more: int, most_bytes: int) -> None:
    """Refuse `more` bytes beside those that are kept if they are together more than allowed.

    Raises:
        TooLarge: with the stored amount.
    """
    if kept + more > most_bytes:
        raise TooLarge(
            _(
                "The course files of your organisation take %(kept)s MB, this one has %(size)s MB, and at most %(most)s MB are kept. "
                "The file was not saved, and nothing was published. "
                "Make the videos smaller, or ask the system administrator for more room.",
                kept=kept // MEGABYTE,
                size=-(-more // MEGABYTE),
                most=most_bytes // MEGABYTE,
            )
        )


def used(session: Session, organisation_id: int | None) -> int:
    """Return how many bytes the course files of an organisation take, with those of its drafts and forms."""
    of_owner = Course.organisation_id == organisation_id
    of_courses = select(CourseFile.sha256, CourseFile.bytes).join(Course, Course.id == CourseFile.course_id).where(of_owner)
    of_drafts = select(WorkshopFile.sha256, WorkshopFile.bytes).where(WorkshopFile.organisation_id == organisation_id)
    once = union(of_courses, of_drafts).subquery()
    packages = select(CourseVersion.package_sha256, func.max(CourseVersion.bytes).label("bytes")).join(Course).where(of_owner)
    of_old = packages.where(CourseVersion.listings.is_(None)).group_by(CourseVersion.package_sha256).subquery()
    return sum(int(session.scalar(select(func.coalesce(func.sum(part.c.bytes), 0))) or 0) for part in (once, of_old))


def has_size(session: Session, organisation_id: int | None, size: int) -> bool:
    """Say whether an organisation has a content of exactly this size. The same file again takes no room; its hash decides."""
    own = select(Course.id).where(Course.organisation_id == organisation_id)
    of_courses = select(CourseFile.sha256).where(CourseFile.course_id.in_(own), CourseFile.bytes == size)
    of_drafts = select(WorkshopFile.sha256).where(WorkshopFile.organisation_id == organisation_id, WorkshopFile.bytes == size)
    return any(session.scalar(found.limit(1)) is not None for found in (of_courses, of_drafts))


def count(session: Session, course: Course, package: Package) -> None:
    """Count a published package's contents among those of its course; lock the course first."""
    wanted = contents.contents_of(package)
    there = _known(session, wanted, CourseFile.sha256, CourseFile.course_id == course.id)
    new = [{"course_id": course.id, "sha256": one, "bytes": size} for one, size in wanted.items() if one not in there]
    if new:
        session.execute(insert(CourseFile), new)


def _is_of_old(session: Session, owner: int | None, package_sha256: str) -> bool:
    """Say whether the package is there in the layout of old, where it was counted as a whole."""
    same = select(CourseVersion.id).join(Course).where(Course.organisation_id == owner, CourseVersion.package_sha256 == package_sha256)
    return session.scalar(same.where(CourseVersion.listings.is_(None)).limit(1)) is not None


def _hold(session: Session, organisation_id: int | None) -> None:
    """Lock an organisation until the transaction ends, so that two files do not take the same room."""
    session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True))


def _there(session: Session, organisation_id: int | None, wanted: Mapping[str, int]) -> set[str]:
    """Return which of the contents an organisation has, in a course, a draft or a form."""
    of_courses = CourseFile.course_id.in_(select(Course.id).where(Course.organisation_id == organisation_id))
    of_drafts = WorkshopFile.organisation_id == organisation_id
    return _known(session, wanted, CourseFile.sha256, of_courses) | _known(session, wanted, WorkshopFile.sha256, of_drafts)


def _known(session: Session, wanted: Mapping[str, int], column: InstrumentedAttribute[str], where: ColumnElement[bool]) -> set[str]:
    found: set[str] = set()
    hashes = list(wanted)
    for start in range(0, len(hashes), ASKED_AT_ONCE):
        some = hashes[start : start + ASKED_AT_ONCE]
        found.update(session.scalars(select(column).where(where, column.in_(some))))
    return found
