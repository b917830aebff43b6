"""Check an uploaded file and publish it in the background: its bytes wait in the file store, so any machine's worker can do it.

The work is one piece. If its worker is killed, another one begins it again: contents that are stored already are not stored again, and
the version and the outcome of the upload are committed together, so nothing is half published.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path, PurePath

import structlog
from flask import url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from courses.byte_count import part_of
from courses.collection import open_collection
from courses.package import Package
from courses.strict_json.problem import Problem
from lms.accounts.models import TRAINER, Person
from lms.catalogue import contents, publish, receiving, room, site_library
from lms.catalogue.models import CourseVersion, Upload
from lms.catalogue.scanning import scan_refusal
from lms.catalogue.uploads import check, suffix_of
from lms.clock import now
from lms.db import release, session, transaction
from lms.errors import LmsError, NotAllowed
from lms.jobs.kinds import JobKind, JobOrder, Params, Piece, ReportProgress
from lms.site_settings import site_settings
from lms.storage import storage

HUNDREDTHS = 100
ASSEMBLED, CHECKED = 20, 50  # percent of the work that is done by then
LONGEST_STEM = 80

NoteVersion = Callable[[CourseVersion, datetime], None]  # notes the published version in the row that waits for it
ClaimOutcome = Callable[[Session], NoteVersion | None]  # locks that row; None if another worker was faster


def _title(params: Params) -> str:
    return _("Check and publish %(name)s", name=params["name"])


def _next_link(_params: Params) -> tuple[str, str]:
    return _("Go to the uploads"), url_for("catalogue.upload")


def _plan(_params: Params) -> Sequence[Piece]:
    return [[0]]


def _make(order: JobOrder, _piece: Piece) -> bytes:
    upload = session().get(Upload, order.params["upload"])
    if upload is not None and upload.ended_at is None:
        with force_locale(order.params["locale"]), tempfile.TemporaryDirectory(prefix="upload-") as folder:
            _check_and_publish(upload, Path(folder), order.params["locale"], order.report)
    if upload is not None:
        receiving.remove_parts(storage(), upload)
    return b""


def assembled(upload: Upload, default: Path, done: int, report: ReportProgress) -> tuple[Path, str]:
    """Write an upload's whole file beside `default`, which names it if the upload's name is empty, and let the virus scanner look at it.

    Return the file, and why it is refused, or ''. `done`: how far the job is then, in hundredths. Gives the connection back first.
    """
    path = default.with_name(f"{PurePath(upload.name).stem[:LONGEST_STEM] or default.name}{suffix_of(upload.name)}")
    release()
    receiving.assemble(storage(), upload, path, part_of(report, 0, done))
    settings = site_settings()
    with structlog.contextvars.bound_contextvars(upload=upload.id):
        return path, scan_refusal(upload.name, path, settings, lambda: report(done, HUNDREDTHS))


def _check_and_publish(upload: Upload, folder: Path, locale: str, report: ReportProgress) -> None:
    by = session().get_one(Person, upload.person_id)
    path, refusal = assembled(upload, folder / "course", ASSEMBLED, report)
    settings = site_settings()
    if refusal:
        _refuse(upload.id, refusal)
        return
    offered = site_library.offered(session(), storage(), by, folder / "libraries")
    release()
    found = check(path, offered, own_hosts=bool(settings.package_url), report=part_of(report, ASSEMBLED, CHECKED))
    release()
    report(CHECKED, HUNDREDTHS)
    if found.package is None:
        files = open_collection(path, folder) if not upload.collection else {}
        if files and isinstance(files, dict):
            _take_apart(upload, files, locale)
        else:
            _refuse_for(upload.id, files if isinstance(files, list) else found.problems)
        return
    try:
        publish_checked(found.package, Publisher(by.id, by.organisation_id), partial(_claim, upload.id), report)
    except LmsError as error:  # there is no room, or it is another organisation's course
        _refuse(upload.id, error.message)


def _take_apart(upload: Upload, files: Mapping[str, Path], locale: str) -> None:
    """Let every file of a collection be checked and published by a job of its own."""
    uploads = receiving.take_apart(storage(), upload, files)
    with transaction() as writing:
        locked = writing.get_one(Upload, upload.id, with_for_update=True)
        if locked.ended_at is None:  # otherwise another worker came first
            receiving.begin_all(writing, locked, uploads, locale, now())


def _refuse_for(upload_id: str, problems: Iterable[Problem]) -> None:
    with transaction() as writing:
        ended = writing.get_one(Upload, upload_id)
        ended.problems, ended.ended_at = [one.record for one in problems], now()


def _refuse(upload_id: str, why: str) -> None:
    """End an upload with one sentence in its person's language."""
    with transaction() as writing:
        ended = writing.get_one(Upload, upload_id)
        ended.refusal, ended.ended_at = why, now()


def _claim(upload_id: str, writing: Session) -> NoteVersion | None:
    upload = writing.get_one(Upload, upload_id, with_for_update=True)
    if upload.ended_at is not None:  # another worker came first
        return None

    def settle(version: CourseVersion, at: datetime) -> None:
        upload.course_version_id, upload.known_before, upload.ended_at = version.id, version.published_at != at, at

    return settle


@dataclass(frozen=True, slots=True)
class Publisher:
    """The person who publishes, and the organisation that a new course is for: an office can publish for a school below it."""

    person_id: int
    organisation_id: int | None


def publish_checked(package: Package, publisher: Publisher, claim: ClaimOutcome, report: ReportProgress) -> None:
    """Store the files, then publish them together with what `claim`'s function notes.

    A new course belongs to the publisher's `organisation_id`; a course that exists stays with its organisation, and needs room there.

    Raises:
        NotAllowed: the person is not a trainer any more, or the course belongs to another organisation.
        TooLarge: the organisation has no room for it.
    """
    settings = site_settings()
    most, owner = settings.organisation_courses_mb * room.MEGABYTE, publisher.organisation_id
    room_for = partial(room.check_room, package=package, organisation_id=owner, most_bytes=most)
    _author(session(), publisher.person_id)
    room_for(session(), hold=False)
    release()
    contents.store(storage(), package, part_of(report, CHECKED, HUNDREDTHS))
    report(HUNDREDTHS, HUNDREDTHS)
    at = now()
    with transaction() as writing:
        settle = claim(writing)
        if settle is None:
            return
        by = _author(writing, publisher.person_id)
        room_for(writing, hold=True)
        publish.find_or_add(writing, package.course.code, owner)
        version = publish.publish(writing, storage(), package, by, at)
        writing.flush()
        settle(version, at)


def _author(session: Session, person_id: int) -> Person:
    by = session.get_one(Person, person_id)
    if not by.active or TRAINER not in {role.name for role in by.roles}:
        raise NotAllowed(_("Your account may not publish courses any more."))
    return by


KINDS = {receiving.PUBLISHING: JobKind(_title, _plan, _make, size=lambda _piece: HUNDREDTHS, next_link=_next_link)}
