"""Keep the list of held sessions for reviewers. It follows from the evidence, and is renewed whenever hours are decided."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.crediting.models import HeldSession
from lms.hours import Case, HeldFlag, Present, Reported, Result
from lms.hours.evidence import claimed
from lms.hours.intervals import clip, length, union
from xapi.raw_sql import PreparedQuery

OPEN = "open"
_LISTED = PreparedQuery(
    select(HeldSession.id, HeldSession.enrolment_id).where(HeldSession.enrolment_id.in_(bindparam("ids", expanding=True)))
)


class Listed(NamedTuple):
    """One held session as it is listed: its kinds of flags, and whether it is still open."""

    activity: str
    session: str
    flags: str
    state: str


def held_sessions(case: Case, result: Result) -> Mapping[Listed, int]:
    """Return the held sessions of a case, also those that were decided, each with the seconds measured in it."""
    by_place: dict[tuple[str, str], list[HeldFlag]] = defaultdict(list)
    for one in result.holds:
        by_place[one.activity, one.session].append(one)
    return {
        Listed(*place, f" {' '.join(sorted(one.kind for one in holds))} ", _state(holds)): _measured(case, place)
        for place, holds in by_place.items()
    }


def _state(holds: Sequence[HeldFlag]) -> str:
    """Return the state of a session with several flags: one open flag holds it, and one refusal outweighs a release."""
    states = {one.state for one in holds}
    return next(state for state in (OPEN, "refused", "partly", "released") if state in states)


def _measured(case: Case, place: tuple[str, str]) -> int:
    times = []
    for seen in case.observations:
        if (seen.activity, seen.session) == place and isinstance(seen, Present | Reported):
            times.append((seen.start, seen.end) if isinstance(seen, Present) else claimed(seen))
    return length(clip(union(times), *case.window))


def listed_as(case: Case, result: Result) -> frozenset[Listed]:
    """Return what the list should say of a case."""
    return frozenset(held_sessions(case, result)) if result.holds else frozenset()


def listed_holds(session: Session, enrolment_ids: Collection[int]) -> Mapping[int, frozenset[Listed]]:
    """Return what the list says of each enrolment."""
    found: dict[int, set[Listed]] = {number: set() for number in enrolment_ids}
    for row in session.scalars(select(HeldSession).where(HeldSession.enrolment_id.in_(enrolment_ids))):
        found[row.enrolment_id].add(Listed(row.activity, row.session, row.flags, row.state))
    return {number: frozenset(own) for number, own in found.items()}


def list_holds(session: Session, found: Mapping[int, Mapping[Listed, int]], now: datetime) -> None:
    """Renew the list of these enrolments; the caller holds their locks. The age of a session begins again if it is held again."""
    rows = _LISTED.ask(session, ids=list(found)) if found else []
    if not rows and not any(found.values()):
        return
    known: dict[tuple[int, str, str], HeldSession] = {}
    for row in session.scalars(select(HeldSession).where(HeldSession.enrolment_id.in_(found))):
        known[row.enrolment_id, row.activity, row.session] = row
    for number, listed in found.items():
        for one, seconds in listed.items():
            place = (number, one.activity, one.session)
            row = known.pop(place) if place in known else HeldSession(enrolment_id=number, activity=one.activity, session=one.session)
            session.add(row)
            if one.state == OPEN and row.state != OPEN:
                row.raised_at = now
            row.flags, row.state, row.seconds = one.flags, one.state, seconds
    for row in known.values():
        session.delete(row)
    session.flush()
