"""Stored statements that were not processed yet. The host's worker reads them, in its own transaction."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, exists, false, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from xapi.storage.models import IdRow, Instant, OutboxRow

LONGEST_ERROR = 2000


class Waiting(NamedTuple):
    """A statement that waits to be processed."""

    id: int
    statement_id: uuid.UUID
    stored: datetime


class Parked(NamedTuple):
    """A statement that could not be processed: the error, the number of failures, and the first failure."""

    id: int
    statement_id: uuid.UUID
    stored: datetime
    error: str
    since: datetime
    attempts: int

    @property
    def reason(self) -> str:
        """The kind of error, which similar failures share: the text before the first colon."""
        return self.error.partition(":")[0]


def take(session: Session, limit: int) -> list[Waiting]:
    """Return the oldest waiting statements, locked for this transaction; skip those that another worker holds."""
    query = (
        select(OutboxRow.id, OutboxRow.statement_id, OutboxRow.stored)
        .where(OutboxRow.parked.is_(False))
        .order_by(OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Waiting(*row) for row in session.execute(query)]


def done(session: Session, ids: Sequence[int]) -> None:
    """Remove processed statements."""
    session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids)))


def park(session: Session, ids: Sequence[int], error: str, now: datetime) -> None:
    """Set aside statements whose processing failed: they are shown with their error and retried by hand, never dropped."""
    kept = "".join(sign if sign.isprintable() or sign == "\n" else repr(sign)[1:-1] for sign in error[:LONGEST_ERROR])
    failed = {
        "parked": True,
        "error": kept,
        "attempts": OutboxRow.attempts + 1,
        "since": func.coalesce(OutboxRow.since, literal(now, Instant)),
    }
    session.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(failed))


def parked(
    session: Session, limit: int, ids: Sequence[uuid.UUID] | None = None, *, before: int | None = None, reason: str = ""
) -> list[Parked]:
    """Return statements that were set aside, newest first: all, or only those of `ids`, before the row `before`, or for one reason."""
    since = func.coalesce(OutboxRow.since, OutboxRow.stored)
    columns = (OutboxRow.id, OutboxRow.statement_id, OutboxRow.stored, OutboxRow.error, since, OutboxRow.attempts)
    query = select(*columns).where(OutboxRow.parked.is_(True))
    if ids is not None:
        query = query.where(OutboxRow.statement_id.in_(ids))
    if before is not None:
        query = query.where(OutboxRow.id < before)
    if reason:
        query = query.where(or_(OutboxRow.error == reason, OutboxRow.error.startswith(f"{reason}:", autoescape=True)))
    return [Parked(*row) for row in session.execute(query.order_by(OutboxRow.id.desc()).limit(limit))]


def take_parked(session: Session, ids: Sequence[int]) -> list[Waiting]:
    """Return the statements under these ids that are still set aside, locked for this transaction; skip those that another worker holds."""
    aside = select(OutboxRow.id, OutboxRow.statement_id, OutboxRow.stored).where(OutboxRow.parked.is_(True), OutboxRow.id.in_(ids))
    return [Waiting(*row) for row in session.execute(aside.order_by(OutboxRow.id).with_for_update(skip_locked=True))]


def waiting_among(session: Session, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these statements still wait to be processed and were not set aside."""
    return set(session.scalars(select(OutboxRow.statement_id).where(OutboxRow.parked.is_(False), OutboxRow.statement_id.in_(ids))))


def put_again(session: Session, ids: Sequence[uuid.UUID]) -> int:
    """Queue stored statements for processing again, except those that wait or were set aside; return how many were queued."""
    there = exists().where(OutboxRow.statement_id == IdRow.id)
    found = select(IdRow.id, IdRow.stored, false(), literal("")).where(IdRow.id.in_(ids), ~there).order_by(IdRow.sid)
    columns = ["statement_id", "stored", "parked", "error"]
    queued = insert(OutboxRow).from_select(columns, found).returning(OutboxRow.id)  # PostgreSQL gives no row count for INSERT … SELECT here
    return len(session.connection().execute(queued).all())


def oldest(session: Session) -> datetime | None:
    """Return when the longest waiting statement was stored; None if none waits."""
    return session.scalar(select(OutboxRow.stored).where(OutboxRow.parked.is_(False)).order_by(OutboxRow.id).limit(1))
