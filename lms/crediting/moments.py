"""An account as it was: which of its evidence was kept at an instant, and what was void since.

Evidence is kept in the order of its ids, and each ledger entry records how much of it was kept. Evidence that moved no hours has no entry,
so between two entries several moments are possible; a printed fingerprint tells which one it was.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from lms.crediting.chain import Entry
from lms.crediting.ledger import entries_of
from lms.crediting.models import Observation as Row
from xapi.raw_sql import PreparedQuery

TRIES = 60
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """One enrolment's evidence and ledger as they may have been."""

    last: int  # the id of the latest observation that was kept
    valid: frozenset[uuid.UUID]  # statements whose evidence may be void now, and was not then
    moved_at: int  # the time of the account's last change, in whole seconds since 1970; 0: none


class EvidenceQuery:
    """A query of observations by the parameter `enrolments`: of all of them, or of those at a moment.

    `build` receives the condition under which an observation is void.
    """

    def __init__(self, build: Callable[[ColumnElement[bool]], Select[*tuple[Any, ...]]]) -> None:
        self._build, self._now = build, PreparedQuery(build(Row.voided.expression))

    def ask(self, session: Session, enrolments: Sequence[int], then: Moment | None = None) -> Any:
        """Return the rows; queries of the present are prepared, because thousands of learners are credited each minute."""
        if then is None:
            return self._now.ask(session, enrolments=enrolments)
        query = self._build(and_(Row.voided, Row.statement_id.not_in(then.valid)))
        return session.execute(query.where(Row.id <= then.last), {"enrolments": enrolments})


def moments_of(session: Session, enrolment_id: int, at: datetime) -> Iterator[Moment]:
    """Yield the moments that `at` (to the second) can mean for an enrolment, the likeliest first; at most `TRIES`."""
    entries = [entry for entry, _ in entries_of(session, enrolment_id)]
    kept = session.execute(select(Row.id, Row.at).where(Row.enrolment_id == enrolment_id).order_by(Row.id)).all()
    for rows in _counts(entries, [row.at for row in kept], at):
        recorded = [one for one in entries if one.recorded_at < at + SECOND and _rows(one) <= rows]
        later = entries[len(recorded) :]
        moved = [int(one.recorded_at.timestamp()) for one in recorded if one.amount]
        valid = frozenset(uuid.UUID(name) for one in later for name in one.evidence)
        yield Moment(kept[rows - 1].id if rows else 0, valid, max(moved, default=0))


def _counts(entries: Sequence[Entry], received: Sequence[int], at: datetime) -> list[int]:
    """Return the numbers of observations that may have been kept at `at`: a statement is kept some seconds after it was received."""
    least = max((_rows(one) for one in entries if one.recorded_at <= at), default=0)
    likely = max((_rows(one) for one in entries if one.recorded_at < at + SECOND), default=0)
    after = [max(_rows(one) - 1, likely) for one in entries if one.recorded_at >= at + SECOND and one.inputs is not None]
    most = min([len(received), *after])
    while likely < most and received[likely] <= at.timestamp():
        likely += 1
    return [*range(likely, least - 1, -1), *range(likely + 1, most + 1)][:TRIES]


def _rows(entry: Entry) -> int:
    return entry.inputs.evidence.rows if entry.inputs is not None else 0
