"""Mark each statement in a list with its result; the page of a single statement gives the reasons."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

import xapi.outbox
from lms.crediting.account import credited_of_many
from lms.crediting.models import Observation
from lms.crediting.policy import policies_of
from lms.hours.intervals import clip, length, union
from lms.records.counted_words import TIMES, interval_of
from lms.records.statement_page import Record
from lms.vocabulary import VOIDED


@dataclass(frozen=True, slots=True)
class Mark:
    """The result of a statement.

    waiting, parked (`error` is the reason) · void, voiding · earned: all its `seconds` were credited · part: only some time of its
    activity was credited · evidence: of something other than time · nothing.
    """

    kind: str
    seconds: int = 0
    error: str = ""


@dataclass(slots=True)
class _ActivityAccount:
    """The state of one activity of one enrolment: its time, measured in the window, and the credited seconds."""

    window: tuple[int | None, int | None]
    credited: int
    times: list[tuple[int, int]] = field(default_factory=list)

    def inside(self, intervals: Iterable[tuple[int, int]]) -> int:
        """Return how many seconds lie in the enrolment's window, each counted once."""
        return length(clip(union(intervals), *self.window))


def marks_of(session: Session, records: Sequence[Record]) -> dict[uuid.UUID, Mark]:
    """Return each statement's mark."""
    ids = [one.seen.id for one in records]
    waiting = xapi.outbox.waiting_among(session, ids)
    parked = {one.statement_id: Mark("parked", error=one.error) for one in xapi.outbox.parked(session, len(ids), ids)}
    kept: dict[uuid.UUID, list[Observation]] = defaultdict(list)
    for row in session.scalars(select(Observation).where(Observation.statement_id.in_(ids)).order_by(Observation.part)):
        kept[row.statement_id].append(row)
    accounts = _accounts(session, [row for rows in kept.values() for row in rows if row.kind in TIMES])
    marks = {}
    for record in records:
        number = record.seen.id
        marks[number] = Mark("waiting") if number in waiting else parked.get(number) or _mark(record, kept[number], accounts)
    return marks


def _mark(record: Record, kept: Sequence[Observation], accounts: Mapping[tuple[int, str], _ActivityAccount]) -> Mark:
    if record.seen.voided:
        return Mark("void")
    if record.statement["verb"]["id"] == VOIDED:
        return Mark("voiding")
    if not kept:
        return Mark("nothing")
    if kept[0].kind not in TIMES:
        return Mark("evidence")
    account = accounts[kept[0].enrolment_id, kept[0].activity]
    own = account.inside([interval_of(kept[0])])
    if not own or not account.credited:
        return Mark("nothing")
    return Mark("earned", own) if account.credited >= account.inside(account.times) else Mark("part")


def _accounts(session: Session, rows: Sequence[Observation]) -> dict[tuple[int, str], _ActivityAccount]:
    """Return the states of the activities whose time these rows measure."""
    wanted = {(row.enrolment_id, row.activity) for row in rows}
    enrolments = {enrolment_id for enrolment_id, _ in wanted}
    policies, credited = policies_of(session, enrolments), credited_of_many(session, enrolments)
    accounts = {pair: _ActivityAccount(policies[pair[0]].window, credited[pair[0]].get(pair[1], 0)) for pair in wanted}
    times = select(Observation).where(
        tuple_(Observation.enrolment_id, Observation.activity).in_(wanted), Observation.kind.in_(TIMES), Observation.voided.is_(False)
    )
    for row in session.scalars(times) if wanted else ():
        accounts[row.enrolment_id, row.activity].times.append(interval_of(row))
    return accounts
