"""Sort observations by activity: presence, played media, outcomes, and flags."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lms.hours.intervals import is_shared, lay_over, union
from lms.hours.regularity import regular_openings
from lms.hours.values import (
    Case,
    Completed,
    Flag,
    Interval,
    Observation,
    Passed,
    Played,
    Policy,
    Present,
    Reported,
)


@dataclass(slots=True)
class Evidence:
    """The observations of one activity by what they prove: times as received, media positions, and the two outcomes."""

    times: list[Interval] = field(default_factory=list)
    media: list[Interval] = field(default_factory=list)
    completed: bool = False
    passed: bool = False


def sort_out(case: Case, observations: Iterable[Observation] | None = None) -> dict[str, Evidence]:
    """Return each activity's evidence (of some observations), not yet joined or clipped. Segments that are too fast are left out.

    Raises:
        KeyError: an observation names an activity that the case does not have.
    """
    found = {activity: Evidence() for activity in case.activities}
    for seen in case.observations if observations is None else observations:
        evidence = found[seen.activity]
        if isinstance(seen, Present):
            evidence.times.append((seen.start, seen.end))
        elif isinstance(seen, Played):
            if not is_too_fast(seen, case.policy):
                evidence.media.append((seen.start_ms, seen.end_ms))
        elif isinstance(seen, Completed):
            evidence.completed = True
        elif isinstance(seen, Passed):
            evidence.passed = True
        else:
            evidence.times.append(claimed(seen))
    return found


def is_too_fast(seen: Played, policy: Policy) -> bool:
    """Say whether a segment is refused; a rate that is not a number is refused too."""
    return not seen.rate <= policy.max_rate


def is_too_long(seen: Reported) -> bool:
    """Say whether a claim is longer than the time between the opening of its session and its receipt."""
    return seen.seconds > seen.at - seen.opened


def claimed(seen: Reported) -> Interval:
    """Return the interval of a claim: it ends at its receipt, and never begins before the opening of its session."""
    return max(seen.at - seen.seconds, seen.opened), seen.at


def flags_of(case: Case) -> tuple[Flag, ...]:
    """Return what a reviewer should see, each kind once per activity and session, sorted. A flag never reduces hours."""
    presents = [seen for seen in case.observations if isinstance(seen, Present)]
    flags = _devices_at_once(presents)
    if "regular" in case.policy.holds:
        flags |= regular_openings(presents)
    for seen in case.observations:
        if isinstance(seen, Played) and is_too_fast(seen, case.policy):
            flags.add(Flag("rate", seen.activity, seen.session))
        elif isinstance(seen, Reported) and is_too_long(seen):
            flags.add(Flag("claim", seen.activity, seen.session))
    return tuple(sorted(flags))


def _devices_at_once(presents: Sequence[Present]) -> set[Flag]:
    """Flag every session that was present at an instant at which two devices were; an unnamed device does not count."""
    by_device: dict[str, list[Interval]] = defaultdict(list)
    for seen in presents:
        if seen.device:
            by_device[seen.device].append((seen.start, seen.end))
    twice = _shared({device: union(times) for device, times in by_device.items()}) if len(by_device) > 1 else []
    flags: set[Flag] = set()
    if twice:
        ends = [end for _, end in twice]
        for seen in presents:
            flag = Flag("devices", seen.activity, seen.session)
            if seen.device and flag not in flags and seen.start < seen.end:
                after = bisect_right(ends, seen.start)
                if after < len(twice) and twice[after][0] < seen.end:
                    flags.add(flag)
    return flags


def _shared(named: Mapping[str, list[Interval]]) -> list[Interval]:
    """Return the intervals in which more than one name is live."""
    return union((start, end) for start, end, live in lay_over(named) if is_shared(live))
