"""Limit the pieces of evidence of one launch and of one activity. Additional pieces are stored and shown, but earn nothing.

Without a limit, a client could send so much evidence that deciding its hours takes minutes each time. The limit is on
numbers and never on time, so recomputing gives the same result. For each kind of evidence, in the order of receipt (to the second),
statement id and part, these pieces count:

- the first MOST_OF_LAUNCH of each launch, and
- of those the first MOST_OF_ACTIVITY of each activity of an enrolment.

The server's own measurements of presence have no limit, because the server writes at most one each second.

A voided statement keeps its place, so voiding never admits later evidence. A statement that is processed late but was stored
early (because it had been set aside, or two were stored at once) takes its place in the order of storing; pieces that it moves
beyond the limit no longer count. So the record store alone decides what counts, and the order of processing makes no difference.
A piece that is beyond the limit when it is processed is not kept as an observation, because nothing can bring it back later.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from lms.crediting.models import Observation
from lms.crediting.observe import Observed
from xapi.raw_sql import PreparedQuery

# Our player reports played segments once a minute, and at each pause, jump or change of speed. A two-hour film with a pause every
# five seconds gives 1,440 segments.
MOST_OF_LAUNCH = 2_000
MOST_OF_ACTIVITY = 10_000  # five such launches; a learner who watches a film five times in that way has covered it
UNBOUNDED = "present"

Proved = tuple[uuid.UUID, Observed]
ObservationId = tuple[uuid.UUID, int]  # a statement's id, and the number of one of its observations


class Counting:
    """Decides for observations, given in the order above, whether they count."""

    def __init__(self) -> None:
        self._of_launch: dict[tuple[object, ...], int] = defaultdict(int)
        self._of_activity: dict[tuple[object, ...], int] = defaultdict(int)

    def takes(self, enrolment_id: int, activity: str, kind: str, launch: str) -> bool:
        """Say whether the next observation counts."""
        if kind == UNBOUNDED:
            return True
        place = (enrolment_id, activity, kind)
        own = (*place, launch)
        if self._of_launch[own] >= MOST_OF_LAUNCH:
            return False
        self._of_launch[own] += 1
        self._of_activity[place] += 1
        return self._of_activity[place] <= MOST_OF_ACTIVITY


_SIZES = PreparedQuery(
    select(Observation.activity, Observation.kind, Observation.session, func.count())
    .where(
        Observation.enrolment_id == bindparam("enrolment"),
        Observation.activity.in_(bindparam("activities", expanding=True)),
        Observation.kind != UNBOUNDED,
    )
    .group_by(Observation.activity, Observation.kind, Observation.session)
)


def excess_of(session: Session, enrolment_id: int, proved: Sequence[Proved]) -> set[ObservationId]:
    """Return the evidence from these statements that is beyond the limits of its enrolment; this is cheap in ordinary cases."""
    bounded = [one for _, one in proved if one.kind != UNBOUNDED]
    return beyond(session, enrolment_id, proved) if bounded and _may_be_too_many(session, enrolment_id, bounded) else set()


def _may_be_too_many(session: Session, enrolment_id: int, new: Sequence[Observed]) -> bool:
    launches: dict[tuple[str, str, str], int] = defaultdict(int)
    activities: dict[tuple[str, str], int] = defaultdict(int)
    kept = _SIZES.ask(session, enrolment=enrolment_id, activities=list({one.activity for one in new}))
    for activity, kind, launch, number in [*kept, *((one.activity, one.kind, one.session, 1) for one in new)]:
        launches[activity, kind, launch] += number
        activities[activity, kind] += number
    return max(launches.values()) > MOST_OF_LAUNCH or max(activities.values()) > MOST_OF_ACTIVITY


def beyond(session: Session, enrolment_id: int, proved: Sequence[Proved] = ()) -> set[ObservationId]:
    """Return the observations of an enrolment that are beyond the limits, among those that are kept and those in `proved` (kept or not)."""
    kept = select(Observation.at, Observation.statement_id, Observation.part, Observation.activity, Observation.kind, Observation.session)
    places = {_Place(*row) for row in session.execute(kept.where(Observation.enrolment_id == enrolment_id, Observation.kind != UNBOUNDED))}
    for part, (statement_id, one) in numbered(proved):
        if one.kind != UNBOUNDED:
            places.add(_Place(one.at, statement_id, part, one.activity, one.kind, one.session))
    counting = Counting()
    return {(one.statement_id, one.part) for one in sorted(places) if not counting.takes(enrolment_id, one.activity, one.kind, one.launch)}


def is_full(kept: Iterable[Observation]) -> bool:
    """Say whether the kept evidence reaches a limit, so that more evidence of its kind would be beyond it."""
    launches = Counter((one.kind, one.activity, one.session) for one in kept if one.kind != UNBOUNDED)
    activities: Counter[tuple[str, str]] = Counter()
    for (kind, activity, _launch), number in launches.items():
        activities[kind, activity] += min(number, MOST_OF_LAUNCH)
    return max(launches.values(), default=0) >= MOST_OF_LAUNCH or max(activities.values(), default=0) >= MOST_OF_ACTIVITY


class _Place(NamedTuple):
    """The place of an observation in the order, and its launch and activity."""

    at: int
    statement_id: uuid.UUID
    part: int
    activity: str
    kind: str
    launch: str


def numbered(proved: Sequence[Proved]) -> Iterable[tuple[int, Proved]]:
    """Number the observations of each statement, beginning with 0."""
    counted: dict[uuid.UUID, int] = defaultdict(int)
    for statement_id, one in proved:
        yield counted[statement_id], (statement_id, one)
        counted[statement_id] += 1
