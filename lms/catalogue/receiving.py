"""Receive a file in parts, over many requests and by any machine, until all its bytes wait in the file store for their check.

    uploads/<id>/<offset>-<size>    one part; the row of the upload says which parts there are

A part counts only when its row says so. Two requests that bring the same part write the same object, and the second one is told that
the upload has gone on.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.archive import TURNING
from lms.accounts.models import Person
from lms.catalogue import room
from lms.catalogue.models import Upload
from lms.errors import Conflict, NotFound, TooLarge
from lms.jobs import queue
from lms.jobs.kinds import ReportProgress
from lms.jobs.models import Job
from lms.storage import Storage

PUBLISHING = "publish"  # the kind of the job
FOR_A_FORM = "form"  # no job: the form takes the file itself, and `target` is its answer
LARGEST_PART = 8 * 2**20  # bytes; a client sends the rest in further requests
LARGEST = 2 * 10**9  # bytes of a file that is sent in parts
EXPIRE = timedelta(days=1)  # an upload of which nothing came for this long is removed
KEPT = timedelta(days=7)  # its outcome is shown for this long
MOST_UNFINISHED = 20  # uploads of one person
LONGEST_NAME = 200


def begin(session: Session, name: str, size: int, by: Person, most_bytes: int, now: datetime) -> Upload:
    """Announce a file of `size` bytes; lock the person, so that many announcements together stay within the limits.

    A file that may be there already is received even if there is no room; publishing decides by its content.

    Raises:
        TooLarge: the organisation has no room for it.
        Conflict: the person has too many unfinished uploads.
    """
    session.execute(select(Person.id).where(Person.id == by.id).with_for_update())
    if size > LARGEST:
        raise TooLarge(_("This file has more than %(mb)s MB. Make it smaller, or make two courses of it.", mb=LARGEST // 10**6))
    own = select(func.count()).select_from(Upload).where(Upload.person_id == by.id, Upload.ended_at.is_(None))
    if (session.scalar(own) or 0) >= MOST_UNFINISHED:
        raise Conflict(_("You have too many unfinished uploads. Continue or remove some of them first."))
    people = select(Person.id).where(Person.organisation_id == by.organisation_id)
    coming = session.scalar(select(func.sum(Upload.bytes)).where(Upload.person_id.in_(people), Upload.ended_at.is_(None)))
    if not room.has_size(session, by.organisation_id, size):
        room.check_bytes(room.used(session, by.organisation_id) + int(coming or 0), size, most_bytes)
    name = TURNING.sub("", name)[-LONGEST_NAME:]
    upload = Upload(id=uuid.uuid4().hex, person_id=by.id, name=name, bytes=size, parts=[], created_at=now, touched_at=now)
    session.add(upload)
    session.flush()
    return upload


def own(session: Session, upload_id: str, by: Person, *, lock: bool = False) -> Upload:
    """Return a person's own upload.

    Raises:
        NotFound: there is none (any more), or it is somebody else's.
    """
    upload = session.get(Upload, upload_id, with_for_update=lock)
    if upload is None or upload.person_id != by.id:
        raise NotFound(_("This upload is not there (any more), or it is not yours. Choose the file again."))
    return upload


def part_name(upload_id: str, offset: int, size: int) -> str:
    """Return the name of one part in the file store."""
    return f"uploads/{upload_id}/{offset:012}-{size}"


def add_part(session: Session, upload: Upload, offset: int, size: int, now: datetime) -> Job | None:
    """Count a stored part of a locked upload; after the last one return the job that takes the file, if it has one.

    Raises:
        Conflict: another request has brought this part in the meantime.
    """
    if upload.received != offset or offset + size > upload.bytes:
        raise Conflict("The upload is at another offset.")
    upload.parts, upload.received, upload.touched_at = [*upload.parts, size], offset + size, now
    if upload.received < upload.bytes or upload.purpose == FOR_A_FORM:
        return None
    params = {"upload": upload.id, "name": upload.name, "locale": str(get_locale()), **(upload.target or {})}
    job = queue.enqueue(session, upload.purpose, upload.person_id, params, now)
    upload.job_id = job.id
    return job


def take_apart(storage: Storage, collection: Upload, files: Mapping[str, Path]) -> list[Upload]:
    """Store the files of a collection as complete uploads of the same person, which still have to be added to a session.

    Their ids follow from the collection's id, so that a second worker stores the same ones again.
    """
    found = []
    for name, path in files.items():
        one = Upload(id=uuid.uuid5(uuid.UUID(collection.id), name).hex, person_id=collection.person_id, name=name[-LONGEST_NAME:], parts=[])
        one.bytes, one.received, one.collection = path.stat().st_size, 0, collection.name
        with path.open("rb") as file:
            while part := file.read(LARGEST_PART):
                storage.put(part_name(one.id, one.received, len(part)), part)
                one.parts, one.received = [*one.parts, len(part)], one.received + len(part)
        found.append(one)
    return found


def begin_all(session: Session, collection: Upload, uploads: Sequence[Upload], locale: str, now: datetime) -> None:
    """End a collection, and begin to check and publish each of its files."""
    for one in uploads:
        one.created_at = one.touched_at = now
        session.add(one)
        session.flush()
        one.job_id = queue.enqueue(session, PUBLISHING, one.person_id, {"upload": one.id, "name": one.name, "locale": locale}, now).id
    collection.contained, collection.ended_at = len(uploads), now
    session.flush()


def assemble(storage: Storage, upload: Upload, path: Path, report: ReportProgress) -> None:
    """Write the whole file of an upload to `path`."""
    offset = 0
    with path.open("wb") as file:
        for size in upload.parts:
            for chunk in storage.stream(part_name(upload.id, offset, size), size):
                file.write(chunk)
            offset += size
            report(offset, upload.bytes)


def discard(session: Session, storage: Storage, upload: Upload, now: datetime) -> None:
    """Cancel what is still being worked on; remove an upload that has ended or was never complete."""
    job = session.get(Job, upload.job_id, with_for_update=True) if upload.job_id else None
    if job is not None and job.state in queue.WORKING and upload.ended_at is None:
        queue.cancel(job, now)
        return
    remove_parts(storage, upload)
    session.delete(upload)


def remove_parts(storage: Storage, upload: Upload) -> None:
    """Delete the received bytes."""
    storage.delete_below(_folder(upload))


def _folder(upload: Upload) -> str:
    return f"uploads/{upload.id}"


def of_person(session: Session, person_id: int) -> Sequence[Upload]:
    """Return a person's uploads that become courses, newest first."""
    own = select(Upload).where(Upload.person_id == person_id, Upload.purpose == PUBLISHING)
    return session.scalars(own.order_by(Upload.created_at.desc())).all()


def forget(session: Session, person_id: int) -> list[str]:
    """Erase a person's uploads; published versions stay. Return the folders to delete when that is committed."""
    own = session.scalars(select(Upload).where(Upload.person_id == person_id)).all()
    for upload in own:
        session.delete(upload)
    return [f"{_folder(upload)}/" for upload in own]


def tidy(session: Session, storage: Storage, now: datetime) -> None:
    """Remove unfinished uploads that have expired, outcomes that were shown long enough, and the bytes of cancelled ones."""
    working = select(Job.id).where(Job.state.in_(queue.WORKING))
    old = Upload.touched_at < now - EXPIRE
    for upload in session.scalars(select(Upload).where(old)).all():
        if upload.job_id is not None and session.scalar(working.where(Job.id == upload.job_id)) is not None:
            continue
        remove_parts(storage, upload)
        if upload.received < upload.bytes or upload.touched_at < now - KEPT:
            session.delete(upload)
