"""The lease on shared work: which worker holds a row, and is it still working? For jobs, forwards, imports and removals.

A worker claims a turn and names it in every change. It touches the row while it works, and gives it back at the end. A turn that was
not touched for `timeout` has lost its worker: another worker may claim the row, and the lost one can change nothing more.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, String, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from lms.db import UtcDateTime


class Leased:
    """The columns of a table whose rows workers hold."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    turn: Mapped[str | None] = mapped_column(String(32))  # the id of the worker's turn; None between two turns
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)


LeasedRow = TypeVar("LeasedRow", bound=Leased)


class TurnLost(Exception):
    """The turn is over: a user stopped the work, or another worker has claimed it."""


@dataclass(frozen=True, slots=True)
class Lease(Generic[LeasedRow]):
    """The lease on the rows of one table. `timeout` is longer than the longest piece of work between two touches."""

    table: type[LeasedRow]
    timeout: timedelta

    def claim(
        self, session: Session, now: datetime, *wanted: ColumnElement[bool], first: InstrumentedAttribute[int] | None = None
    ) -> LeasedRow | None:
        """Take a turn of the wanted row that was touched longest ago (or comes `first`) and that no living worker holds."""
        free = or_(self.table.turn.is_(None), self._lost(now))
        order = (self.table.touched_at, self.table.id) if first is None else (first,)
        query = select(self.table).where(*wanted, free).order_by(*order).limit(1)
        row = session.scalar(query.with_for_update(skip_locked=True))
        if row is not None:
            row.turn, row.touched_at = uuid.uuid4().hex, now
        return row

    def is_held(self, session: Session, now: datetime, *wanted: ColumnElement[bool]) -> bool:
        """Say whether a living worker holds any of the wanted rows."""
        query = select(self.table.id).where(*wanted, self.table.turn.is_not(None), ~self._lost(now)).limit(1)
        return session.scalar(query) is not None

    def held(self, session: Session, row_id: int, turn: str) -> LeasedRow:
        """Return the row that a turn holds, locked.

        Raises:
            TurnLost: the row is gone, or the turn does not hold it.
        """
        row = session.get(self.table, row_id, with_for_update=True)
        if row is None or row.turn != turn:
            raise TurnLost
        return row

    def _lost(self, now: datetime) -> ColumnElement[bool]:
        return self.table.touched_at < now - self.timeout


def touch(row: Leased, now: datetime) -> None:
    """Record that the turn's worker is still working."""
    row.touched_at = now


def give_back(row: Leased) -> None:
    """End the turn, so that any worker may claim the row."""
    row.turn = None
