"""Begin, continue and finish runs of removals, one at a time; if a worker dies, another one continues."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.clock import now
from lms.db import database, transaction
from lms.lease import Lease, give_back, touch
from lms.privacy.retention.models import Removal
from lms.privacy.retention.plan import ready
from lms.privacy.retention.removing import Held, remove, unfinished
from lms.records.models import RemovedMonth
from xapi.removals import Month

LEASE_TIMEOUT = timedelta(minutes=15)  # no piece takes longer
LEASE = Lease(Removal, LEASE_TIMEOUT)


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
    unfinished_run = Removal.finished_at.is_(None)
    if LEASE.is_held(session, reading, unfinished_run):
        return None
    run = LEASE.claim(session, reading, unfinished_run, *([Removal.id == wanted] if wanted else []), first=Removal.id)
    return None if run is None else (run.id, str(run.turn))


def carry(removal_id: int, turn: str) -> Iterator[RemovedMonth | tuple[Month, Held]]:
    """Remove the months that are ready; yield each removed month, or what held it back in the meantime.

    Raises:
        TurnLost: another worker has taken the run.
    """
    with database().reader() as session:  # closed before the removal, because a reader blocks it
        going = list(dict.fromkeys([*unfinished(), *ready(session, now(), session.get_one(Removal, removal_id).kept_months)]))
    for number, month in enumerate(going):
        with transaction() as session:
            run = LEASE.held(session, removal_id, turn)
            run.month, run.done, run.total = month.start.date(), number, len(going)
        try:
            yield remove(month, removal_id, partial(_touch, removal_id=removal_id, turn=turn))
        except Held as error:
            with transaction() as session:
                run = LEASE.held(session, removal_id, turn)
                found: list[list[str | int]] = [[month.name, *hold] for hold in error.found]
                run.held = [*run.held, *found]
            yield month, error
    with transaction() as session:
        run = LEASE.held(session, removal_id, turn)
        run.month, run.done, run.total, run.finished_at = None, len(going), len(going), now()
        give_back(run)


def _touch(session: Session, removal_id: int, turn: str) -> None:
    touch(LEASE.held(session, removal_id, turn), now())


def under_way(session: Session) -> Removal | None:
    """Return the run that is not finished, if there is one."""
    return session.scalars(select(Removal).where(Removal.finished_at.is_(None)).order_by(Removal.id).limit(1)).first()
