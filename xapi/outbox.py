"""Which stored statements has nobody worked through yet? Read by the host's worker, in its own transaction."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from xapi.models import OutboxRow

LONGEST_ERROR = 2000


class Waiting(NamedTuple):
    """A statement that waits."""

    id: int
    statement_id: uuid.UUID
    stored: datetime


class Parked(NamedTuple):
    """A statement whose work failed, and why."""

    id: int
    statement_id: uuid.UUID
    stored: datetime
    error: str


def take(session: Session, limit: int) -> list[Waiting]:
    """Return the oldest that wait, locked for this transaction; what another worker holds is passed over."""
    query = (
        select(OutboxRow.id, OutboxRow.statement_id, OutboxRow.stored)
        .where(OutboxRow.parked.is_(False))
        .order_by(OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Waiting(*row) for row in session.execute(query)]


def done(session: Session, ids: Sequence[int]) -> None:
    """Take out what was worked through."""
    session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids)))


def park(session: Session, ids: Sequence[int], error: str) -> None:
    """Set aside what failed: it is shown with its error, retried by hand, never dropped."""
    kept = "".join(sign if sign.isprintable() or sign == "\n" else repr(sign)[1:-1] for sign in error[:LONGEST_ERROR])
    session.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(parked=True, error=kept))


def parked(session: Session, limit: int) -> list[Parked]:
    """Return what was set aside, newest first."""
    query = select(OutboxRow.id, OutboxRow.statement_id, OutboxRow.stored, OutboxRow.error).where(OutboxRow.parked.is_(True))
    return [Parked(*row) for row in session.execute(query.order_by(OutboxRow.id.desc()).limit(limit))]


def retry(session: Session, ids: Sequence[int]) -> None:
    """Let what was set aside wait again."""
    session.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(parked=False, error=""))


def oldest(session: Session) -> datetime | None:
    """Return when the statement that waits longest was stored; None where none waits."""
    return session.scalar(select(OutboxRow.stored).where(OutboxRow.parked.is_(False)).order_by(OutboxRow.id).limit(1))
