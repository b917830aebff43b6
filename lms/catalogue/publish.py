"""Publish a checked package as a course version.

Files are stored under the hash of their content (`contents`) before the row that names them is committed, so a version never names
missing files; files that no row names are harmless. A version never changes: the same content again is the same version, other
content is the next version. A version that was published before files were stored once moves to them with the next such upload.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.outline import Course as Outline
from courses.outline import parse_course
from courses.package import Package
from courses.strict_json.canonical import digest_of
from courses.strict_json.problem import Problem
from courses.strict_json.reader import LONGEST_SLUG
from lms.accounts.models import Organisation, Person
from lms.accounts.offices import is_below
from lms.catalogue import contents, course_index, room, site_library
from lms.catalogue.models import AnswerKey, Course, CourseVersion
from lms.errors import NotAllowed
from lms.readonce import ReadOnce
from lms.storage import Storage

OUTLINES_KEPT = 256
WARNINGS_KEPT, LONGEST_WORD = 100, 300
SHORT_NUMBER = 4  # digits behind a code that are taken for its number
LONGEST_NAME = 200  # characters of the uploaded file's name


def publish(session: Session, storage: Storage, package: Package, by: Person | None, now: datetime) -> CourseVersion:
    """Publish a package as a version of its course, which is created on first use; `by` None means the installation itself.

    For a large package, call `contents.store` before the transaction: then this function only looks the files up.

    Raises:
        NotAllowed: the course belongs to an organisation that is not below the publisher's.
    """
    contents.store(storage, package)
    course = _course(session, package.course.code, by)
    digest = digest_of(package.outline)
    known = session.scalars(
        select(CourseVersion).where(
            CourseVersion.course_id == course.id, CourseVersion.package_sha256 == package.sha256, CourseVersion.document_sha256 == digest
        )
    )
    for version in known:
        if _answer_keys(session, version.id) == dict(package.answer_keys):
            version.warnings = _warnings(package)  # a newer check may see more, or say it better
            break
    else:
        version = _add_version(session, course, package, by, now)
    _note_files(version, package)
    room.count(session, course, package)
    site_library.collect(session, package, by, now)
    return version


def may_publish(session: Session, course: Course, by: Person | None) -> bool:
    """Say whether a person may add versions: they belong to the course's organisation or to one above it."""
    return owns(session, course.organisation_id, by)


def owns(session: Session, organisation_id: int | None, by: Person | None) -> bool:
    """Say whether what belongs to an organisation is a person's to change: they belong to it or to one above it."""
    if by is None or organisation_id == by.organisation_id:
        return True
    owner, own = (session.get(Organisation, one) if one else None for one in (organisation_id, by.organisation_id))
    return owner is not None and own is not None and is_below(own.path, owner.path)


def find_or_add(session: Session, code: str, organisation_id: int | None) -> Course:
    """Return the course with a code, locked. If there is none, add it for an organisation; None means the installation itself."""
    course = session.scalar(select(Course).where(Course.code == code).with_for_update())
    if course is None:
        course = Course(code=code, organisation_id=organisation_id)
        session.add(course)
        session.flush()
    return course


def _course(session: Session, code: str, by: Person | None) -> Course:
    course = find_or_add(session, code, by.organisation_id if by else None)
    if not may_publish(session, course, by):
        free = free_code(session, code)
        raise NotAllowed(
            _("Course %(code)s belongs to another organisation. Give yours another code; %(free)s is free.", code=code, free=free)
        )
    return course


def free_code(session: Session, code: str) -> str:
    """Return a code like this one that no course has: with the first free number behind it."""
    stem, _hyphen, number = code.rpartition("-")
    stem = stem if stem and number.isdigit() and len(number) <= SHORT_NUMBER else code
    stem = stem[: LONGEST_SLUG - SHORT_NUMBER - 1].rstrip("-")
    taken = set(session.scalars(select(Course.code).where(Course.code.startswith(f"{stem}-", autoescape=True))))
    return next(one for one in (f"{stem}-{number}" for number in range(2, len(taken) + 3)) if one not in taken)


def _add_version(session: Session, course: Course, package: Package, by: Person | None, now: datetime) -> CourseVersion:
    last = session.scalar(
        select(CourseVersion.number).where(CourseVersion.course_id == course.id).order_by(CourseVersion.number.desc()).limit(1)
    )
    version = CourseVersion(
        course=course,
        number=(last or 0) + 1,
        document=package.outline,
        document_sha256=digest_of(package.outline),
        package_sha256=package.sha256,
        title_zh=package.course.title.zh,
        title_en=package.course.title.en,
        minutes=package.course.minutes,
        bytes=sum(one.bytes for one in contents.listing_of(package).files.values()),
        warnings=_warnings(package),
        published_at=now,
        published_by=by.id if by else None,
    )
    session.add(version)
    session.flush()
    course_index.renew(session, course, version, package.course)
    session.add_all(
        AnswerKey(course_version_id=version.id, activity=activity, document=key) for activity, key in package.answer_keys.items()
    )
    session.flush()
    return version


def _note_files(version: CourseVersion, package: Package) -> None:
    """Record where the files of a version are, and the file of which it was made, unless that is known."""
    if version.listings is None:
        version.listings = {key: one.sha256 for key, one in contents.listings_of(package).items()}
    if version.source_sha256 is None and package.source is not None:
        version.source_sha256, version.source_name = package.source.sha256, package.source.path.name[:LONGEST_NAME]


def _warnings(package: Package) -> list[dict[str, Any]]:
    """Return the warnings as they are kept: a content can name any number of addresses of any length."""
    kept = [replace(one, params={name: _short(word) for name, word in one.params.items()}) for one in package.warnings[:WARNINGS_KEPT]]
    more = len(package.warnings) - len(kept)
    return [one.record for one in [*kept, *([Problem("more-problems", "", {"count": more})] if more else [])]]


def _short(word: str | int) -> str | int:
    return word[:LONGEST_WORD] + "…" if isinstance(word, str) and len(word) > LONGEST_WORD else word


def _answer_keys(session: Session, version_id: int) -> dict[str, dict[str, Any]]:
    return {key.activity: key.document for key in session.scalars(select(AnswerKey).where(AnswerKey.course_version_id == version_id))}


_outlines = ReadOnce(parse_course, Outline, OUTLINES_KEPT)


def outline_of(version: CourseVersion) -> Outline:
    """Return a published version's outline; it is read once per process, because versions never change."""
    return _outlines.of(version.document_sha256, lambda: version.document)


def outline_by(session: Session, version_id: int, document_sha256: str) -> Outline:
    """Return the same if only the version's id and its document's hash were read."""
    wanted = select(CourseVersion.document).where(CourseVersion.id == version_id)
    return _outlines.of(document_sha256, lambda: session.scalars(wanted).one())


def open_answers_in(session: Session, version: CourseVersion) -> frozenset[str]:
    """Return the activities of a version whose answers people review (reflections): the site grades them, and there is no answer key."""
    graded = {one.key for one in outline_of(version).activities if one.grading == "server"}
    if not graded:
        return frozenset()
    return frozenset(graded.difference(session.scalars(select(AnswerKey.activity).where(AnswerKey.course_version_id == version.id))))
