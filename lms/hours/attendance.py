"""Which sessions were attended for long enough, and did the learner study online during them?"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from lms.hours.intervals import clip, union
from lms.hours.track_values import Attended, Clash, SessionRule
from lms.hours.values import Case, Interval, Observation, Present


def attended_intervals(case: Case) -> dict[str, list[Interval]]:
    """Return the learner's joined intervals in each session, cut to it. A check-in without a check-out gives no interval."""
    sessions = {} if case.track is None else case.track.sessions
    times: dict[str, list[Interval]] = {place: [] for place in sessions}
    for seen in case.attestations:
        if isinstance(seen, Attended) and seen.end is not None:
            times[seen.place].append((seen.start, seen.end))
    return {place: clip(union(times[place]), session.start, session.end) for place, session in sessions.items()}


def is_attended(session: SessionRule, seconds: int, share: Decimal) -> bool:
    """Compare exactly, in whole numbers. Coming late, leaving early and going out are the same rule."""
    above, below = share.as_integer_ratio()
    return seconds * below >= above * (session.end - session.start)


def clashes(attended: Mapping[str, list[Interval]], observations: Iterable[Observation]) -> set[Clash]:
    """Flag each pair of session and activity once in which presence in the activity overlaps attendance of the session."""
    visited = {place: (times, [end for _, end in times]) for place, times in attended.items() if times}
    if not visited:
        return set()
    presents: dict[str, list[Interval]] = defaultdict(list)
    for seen in observations:
        if isinstance(seen, Present):
            presents[seen.activity].append((seen.start, seen.end))
    found = set()
    for activity, came in presents.items():
        online = union(came)
        starts, ends = [start for start, _ in online], [end for _, end in online]
        for place, (times, leavings) in visited.items():
            # only the intervals near the session: sessions are apart, so almost no interval is examined twice
            near = online[bisect_right(ends, times[0][0]) : bisect_left(starts, times[-1][1])]
            if any(meets_any(interval, times, leavings) for interval in near):
                found.add(Clash("clash", activity, place))
    return found


def meets_any(interval: Interval, times: Sequence[Interval], ends: Sequence[int]) -> bool:
    """Say whether an interval overlaps one of sorted, disjoint intervals that end at `ends`."""
    after = bisect_right(ends, interval[0])
    return after < len(times) and times[after][0] < interval[1]
