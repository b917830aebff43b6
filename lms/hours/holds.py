"""Which evidence is held for review, and which was refused?

A flag holds where the policy says so (`holds`). Everything that the flagged session of the activity gave is held: its time, what it
covered, and its outcomes. The account is then what the rest of the evidence gives, so everything that rests on held evidence is held too.
A decision about a session replaces every earlier one about the same flag.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.hours.attendance import meets_any
from lms.hours.evidence import claimed, flags_of
from lms.hours.hold_values import HeldFlag, HoldState, Reviewed
from lms.hours.intervals import union
from lms.hours.values import Case, Interval, Observation, Present, Reported

SessionName = tuple[str, str]  # an activity and a session of it


@dataclass(frozen=True, slots=True)
class Sifted:
    """The observations of a case by what counts: `possible` are all but the refused ones, `counting` all but refused and held ones."""

    possible: Sequence[Observation]
    counting: Sequence[Observation]
    holds: tuple[HeldFlag, ...] = ()


def sift(case: Case, attended: Mapping[str, list[Interval]]) -> Sifted:
    """Separate what is held and what was refused. Order and repetition of evidence and of decisions make no difference.

    `attended` are the learner's joined intervals in each session of the class.
    """
    flagged = _flagged(case, attended) if case.policy.holds else frozenset()
    if not flagged:
        return Sifted(case.observations, case.observations)
    decisions = _latest(case.reviews)
    holds = tuple(sorted(HeldFlag(*key, _state(decisions.get(key, ()))) for key in flagged))  # type: ignore[arg-type]  # a kind each
    refused = _refused(holds, decisions)
    held = {(one.activity, one.session) for one in holds if one.state == "open"}
    possible = [part for seen in case.observations for part in _without(seen, refused)] if refused else case.observations
    counting = [seen for seen in possible if (seen.activity, seen.session) not in held] if held else possible
    return Sifted(possible, counting, holds)


def _flagged(case: Case, attended: Mapping[str, list[Interval]]) -> frozenset[tuple[str, str, str]]:
    """Return the flagged sessions as (kind of flag, activity, session). A clash flags the sessions that were online at that time."""
    found = {(str(flag.kind), flag.activity, flag.session) for flag in flags_of(case) if flag.kind in case.policy.holds}
    if "clash" in case.policy.holds:
        visited = union(interval for own in attended.values() for interval in own)
        ends = [end for _, end in visited]
        presents = (seen for seen in case.observations if isinstance(seen, Present) and seen.start < seen.end)
        found |= {("clash", seen.activity, seen.session) for seen in presents if meets_any((seen.start, seen.end), visited, ends)}
    return frozenset(found)


def _latest(reviews: Iterable[Reviewed]) -> Mapping[tuple[str, str, str], Sequence[Reviewed]]:
    """Return the parts of the latest decision about each flagged session."""
    by_key: dict[tuple[str, str, str], dict[tuple[int, str], list[Reviewed]]] = defaultdict(lambda: defaultdict(list))
    for one in reviews:
        by_key[one.flag, one.activity, one.session][one.at, one.id].append(one)
    return {key: decisions[max(decisions)] for key, decisions in by_key.items()}


def _state(decision: Sequence[Reviewed]) -> HoldState:
    if not decision:
        return "open"
    refused = [one for one in decision if one.refused]
    if not refused:
        return "released"
    return "refused" if any(one.start is None for one in refused) else "partly"


def _refused(
    holds: Iterable[HeldFlag], decisions: Mapping[tuple[str, str, str], Sequence[Reviewed]]
) -> Mapping[SessionName, list[Interval] | None]:
    """Return the refused time of each session; None: all that it gave."""
    whole: set[SessionName] = set()
    parts: dict[SessionName, list[Interval]] = defaultdict(list)
    for hold in holds:
        place = (hold.activity, hold.session)
        if hold.state == "refused":
            whole.add(place)
        elif hold.state == "partly":
            own = decisions[hold.kind, *place]
            parts[place] += [(one.start, one.end) for one in own if one.refused and one.start is not None and one.end is not None]
    return {place: None if place in whole else union(parts[place]) for place in whole | parts.keys()}


def _without(seen: Observation, refused: Mapping[SessionName, list[Interval] | None]) -> Iterable[Observation]:
    """Yield what is left of an observation. Only time can be refused in part; coverage and results stay then."""
    place = (seen.activity, seen.session)
    if place not in refused:
        yield seen
        return
    parts = refused[place]
    if parts is None:
        return
    if not isinstance(seen, Present | Reported):
        yield seen
        return
    device = seen.device if isinstance(seen, Present) else ""
    for start, end in subtract((seen.start, seen.end) if isinstance(seen, Present) else claimed(seen), parts):
        yield Present(seen.activity, seen.session, device, start, end)


def subtract(interval: Interval, parts: Iterable[Interval]) -> list[Interval]:
    """Return what is left of an interval without sorted, disjoint parts."""
    left = []
    since, until = interval
    for start, end in parts:
        if since < min(start, until):
            left.append((since, min(start, until)))
        since = max(since, end)
    return [*left, (since, until)] if since < until else left
