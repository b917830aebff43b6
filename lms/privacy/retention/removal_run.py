"""Begin, continue and finish runs of removals, one at a time; if a worker dies, another one continues."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.clock import now
from lms.db import database, transaction
from lms.privacy.retention.models import Removal
from lms.privacy.retention.plan import ready
from lms.privacy.retention.removing import Held, remove, unfinished
from lms.records.models import RemovedMonth
from xapi.removals import Month

LEASE_TIMEOUT = timedelta(minutes=15)  # a turn not touched for this long has lost its worker; no piece takes longer


class RemovalTurnLost(Exception):
    """Another worker has taken the run."""


def begin(session: Session, by: str, kept_months: int, *, asked_by: int | None = None, night: date | None = None) -> Removal:
    """Record that old months are to be removed, and who requested it."""
    run = Removal(
        by=by, asked_by=asked_by, night=night, kept_months=kept_months, asked_at=now(), touched_at=now(), held=[], done=0, total=0
    )
    session.add(run)
    session.flush()
    return run


def claim(session: Session, reading: datetime, wanted: int | None = None) -> tuple[int, str] | None:
    """Take a turn of a run that no worker holds (`wanted`: only this run); None while another one is running."""
    lost = Removal.touched_at < reading - LEASE_TIMEOUT
    open_ = Removal.finished_at.is_(None)
    if session.scalar(select(Removal.id).where(open_, Removal.turn.is_not(None), ~lost).limit(1)):
        return None
    free = select(Removal).where(open_, or_(Removal.turn.is_(None), lost), *([Removal.id == wanted] if wanted else []))
    run = session.scalar(free.order_by(Removal.id).limit(1).with_for_update(skip_locked=True))
    if run is None:
        return None
    run.turn, run.touched_at = uuid.uuid4().hex, reading
    return run.id, run.turn


def carry(removal_id: int, turn: str) -> Iterator[RemovedMonth | tuple[Month, Held]]:
    """Remove the months that are ready; yield each removed month, or what held it back in the meantime.

    Raises:
        RemovalTurnLost: another worker has taken the run.
    """
    with database().reader() as session:  # closed before the removal, because a reader blocks it
        going = list(dict.fromkeys([*unfinished(), *ready(session, now(), session.get_one(Removal, removal_id).kept_months)]))
    for number, month in enumerate(going):
        with transaction() as session:
            run = _held(session, removal_id, turn)
            run.month, run.done, run.total = month.start.date(), number, len(going)
        try:
            yield remove(month, removal_id, partial(_touch, removal_id=removal_id, turn=turn))
        except Held as error:
            with transaction() as session:
                run = _held(session, removal_id, turn)
                found: list[list[str | int]] = [[month.name, *hold] for hold in error.found]
                run.held = [*run.held, *found]
            yield month, error
    with transaction() as session:
        run = _held(session, removal_id, turn)
        run.turn, run.month, run.done, run.total, run.finished_at = None, None, len(going), len(going), now()


def _touch(session: Session, removal_id: int, turn: str) -> None:
    _held(session, removal_id, turn).touched_at = now()


def _held(session: Session, removal_id: int, turn: str) -> Removal:
    run = session.get_one(Removal, removal_id, with_for_update=True)
    if run.turn != turn:
        raise RemovalTurnLost
    return run


def under_way(session: Session) -> Removal | None:
    """Return the run that is not finished, if there is one."""
    return session.scalars(select(Removal).where(Removal.finished_at.is_(None)).order_by(Removal.id).limit(1)).first()
