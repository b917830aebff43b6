"""Begin the preview of a unit, hand out its token, and remove previews that are over.

A preview is one row: two requests of a unit come one after the other, in whichever process they arrive.
"""

import base64
import uuid
from datetime import datetime

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from courses.formats.cmi5_values import AssignableUnit
from lms.learning.runtimes.cmi5 import access, launching
from lms.learning.runtimes.cmi5.launching import UnitSession, UnitSite
from lms.workshop.models import UnitPreview
from lms.workshop.unit_preview import reports, session
from xapi.portable import PortableStore

MOST_OF_A_PERSON = 5


def begin(writing: Session, person_id: int, course: str, unit: AssignableUnit, mode: str, at: datetime) -> UnitPreview:
    """Begin a preview of a unit; the oldest of the person's gives way if there are too many. `open_at` has its address."""
    mine = select(UnitPreview.id).where(UnitPreview.person_id == person_id).order_by(UnitPreview.begun_at.desc())
    writing.execute(delete(UnitPreview).where(UnitPreview.id.in_(writing.scalars(mine.offset(MOST_OF_A_PERSON - 1)).all())))
    begun = UnitPreview(
        id=uuid.uuid4(),
        person_id=person_id,
        course=course,
        unit=msgspec.to_builtins(unit),
        mode=mode,
        begun_at=at,
        data_read=False,
        preferences_read=False,
        said="",
        reports=[],
        reported=0,
        records=b"",
    )
    writing.add(begun)
    return begun


def open_at(begun: UnitPreview, site: UnitSite, fetch: str, public_url: str, at: datetime) -> str:
    """Write what a unit reads at its start, and return the address that opens it."""
    of = session.unit_in(begun, public_url)
    with PortableStore() as store:
        with store.session() as inside:
            launching.write_documents(inside, of, UnitSession(begun.id, begun.mode), site, at)
            inside.commit()
        begun.records = store.content()
    return launching.launch_url(of, site, f"{fetch}/{access.tokens().issue(session.FETCH, begun.id)}")


def fetched(writing: Session, token: str, at: datetime) -> str | None:
    """Return what a unit puts behind `Basic`, the first time (`access.fetched`); a second request is shown on the page."""
    number = access.tokens().read(session.FETCH, token)
    found = None if number is None else locked(writing, number)
    if found is None:
        return None
    if found.fetched_at is not None or found.ended_at is not None:
        add(found, [reports.FETCHED_AGAIN], at)
        return None
    found.fetched_at = at
    return base64.b64encode(f"{access.BASIC_NAME}:{access.tokens().issue(session.AUTH, found.id)}".encode()).decode()


def locked(writing: Session, preview_id: uuid.UUID) -> UnitPreview | None:
    """Return a preview with its record store, locked; None if there is none (any more)."""
    found = select(UnitPreview).where(UnitPreview.id == preview_id).options(undefer(UnitPreview.records)).with_for_update()
    return writing.scalar(found)


def add(preview: UnitPreview, new: list[reports.Json], at: datetime) -> None:
    """Keep reports for the page."""
    if new:
        preview.reports = reports.add(preview.reports, [{"at": at.timestamp(), **one} for one in new], preview.reported)
        preview.reported += len(new)


def remove_old(writing: Session, now: datetime) -> int:
    """Remove the previews that are over; return how many."""
    return len(writing.scalars(delete(UnitPreview).where(UnitPreview.begun_at < now - session.LASTS).returning(UnitPreview.id)).all())
