"""Every rule of the hours core again, written simply and slowly, sharing no code.

Time is cut at every instant at which something begins or ends, and at every full quarter of an hour where a local day may
end; the maximum flow is searched path by path.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from lms.hours import Case, Completed, Flag, Passed, Played, Present, Reported, Rule

QUARTER = 900
Node = Hashable
Pieces = list[tuple[int, int, frozenset[str]]]


def spans(case: Case) -> list[tuple[str, int, int]]:
    """Return (activity, from, to) inside the window, as they came."""
    opens, closes = (limit if limit is not None else default for limit, default in zip(case.window, (0, 1 << 50), strict=True))
    found = []
    for seen in case.observations:
        if isinstance(seen, Present):
            found.append((seen.activity, seen.start, seen.end))
        elif isinstance(seen, Reported):
            found.append((seen.activity, max(seen.opened, seen.at - seen.seconds), seen.at))
    inside = [(activity, max(start, opens), min(end, closes)) for activity, start, end in found]
    return [(activity, start, end) for activity, start, end in inside if start < end]


def pieces(case: Case) -> Pieces:
    """Cut all time into pieces: (from, to, activities live throughout)."""
    found = spans(case)
    cuts = {instant for _, *ends in found for instant in ends}
    if found and case.policy.daily_limit_minutes is not None:
        first, last = min(cuts), max(cuts)
        cuts |= set(range(first // QUARTER * QUARTER + QUARTER, last, QUARTER))
    ordered = sorted(cuts)
    cut = []
    for start, end in zip(ordered, ordered[1:], strict=False):
        live = frozenset(activity for activity, begins, ends in found if begins <= start and end <= ends)
        if live:
            cut.append((start, end, live))
    return cut


def measured(case: Case, activity: str | None = None) -> int:
    """Return the seconds spent in an activity, or in any."""
    return sum(end - start for start, end, live in pieces(case) if activity is None or activity in live)


def covered_ms(case: Case, activity: str) -> int:
    """Return how many milliseconds of the media were played slowly enough."""
    media = case.activities[activity].media_seconds
    limit = 1 << 50 if media is None else int(Fraction(media) * 1000)
    segments = [
        (max(0, seen.start_ms), min(limit, seen.end_ms))
        for seen in case.observations
        if isinstance(seen, Played) and seen.activity == activity and seen.rate <= case.policy.max_rate
    ]
    cuts = sorted({position for segment in segments for position in segment})
    return sum(b - a for a, b in zip(cuts, cuts[1:], strict=False) if any(start <= a and b <= end for start, end in segments))


def is_open(case: Case, activity: str) -> bool:
    """Say whether the activity's gate is open."""
    rule = case.activities[activity]
    kinds = {type(seen) for seen in case.observations if seen.activity == activity}
    if (rule.completed and Completed not in kinds) or (rule.passed and Passed not in kinds):
        return False
    return rule.coverage is None or covered_ms(case, activity) >= Fraction(rule.coverage) * int(Fraction(rule.media_seconds or 0) * 1000)


def cap(case: Case, activity: str) -> int:
    """Return what the activity can earn at most."""
    rule: Rule = case.activities[activity]
    if not is_open(case, activity):
        return 0
    return rule.cap_seconds if rule.media_seconds is None else min(rule.cap_seconds, covered_ms(case, activity) // 1000)


def day(instant: int, zone: str) -> date:
    """Return the local date."""
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(zone)).date()


def limited(case: Case) -> set[date]:
    """Return the local days on which more time could earn something than the limit lets count."""
    if case.policy.daily_limit_minutes is None:
        return set()
    could_count: dict[date, int] = defaultdict(int)
    for start, end, live in pieces(case):
        if any(cap(case, activity) for activity in live):
            could_count[day(start, case.policy.time_zone)] += end - start
    return {on for on, seconds in could_count.items() if seconds > case.policy.daily_limit_minutes * 60}


def credited(case: Case) -> dict[str, int]:
    """Return credited seconds: the most that the first n names can earn together, minus the most of the first n - 1."""
    return by_prefix(case, [(end - start, day(start, case.policy.time_zone), live) for start, end, live in pieces(case)])


def credited_by_second(case: Case) -> dict[str, int]:
    """Return the same, every second being a piece of its own."""
    seconds = [(1, day(second, case.policy.time_zone), live) for start, end, live in pieces(case) for second in range(start, end)]
    return by_prefix(case, seconds)


def served(case: Case) -> list[str]:
    """Return the activities of the first requirement by name, then of the next, and last those that count to none."""
    groups = sorted({rule.counts_to for rule in case.activities.values() if rule.counts_to is not None})
    return [name for group in [*groups, None] for name in sorted(case.activities) if case.activities[name].counts_to == group]


def by_prefix(case: Case, cut: Iterable[tuple[int, date, frozenset[str]]]) -> dict[str, int]:
    """Return credited seconds by activity for time cut into (seconds, local day, live activities)."""
    cut = list(cut)
    names = served(case)
    caps = {name: cap(case, name) for name in names}
    limit = case.policy.daily_limit_minutes
    totals = [0]
    for count in range(1, len(names) + 1):
        rooms: dict[Node, dict[Node, int]] = defaultdict(lambda: defaultdict(int))
        for number, (seconds, on, live) in enumerate(cut):
            rooms["time"]["day", on] = 1 << 50 if limit is None else limit * 60
            rooms["day", on]["piece", number] = seconds
            for name in live & set(names[:count]):
                rooms["piece", number]["activity", name] = seconds
                rooms["activity", name]["sink"] = caps[name]
        totals.append(largest_flow(rooms))
    return {name: totals[number + 1] - totals[number] for number, name in enumerate(names)}


def largest_flow(rooms: dict[Node, dict[Node, int]]) -> int:
    """Return the largest flow from "time" to "sink": one way after the other (Ford and Fulkerson 1956)."""
    total = 0
    while True:
        came: dict[Node, Node] = {"time": "time"}
        waiting: list[Node] = ["time"]
        while waiting and "sink" not in came:
            node = waiting.pop()
            for after, room in list(rooms[node].items()):
                if room > 0 and after not in came:
                    came[after] = node
                    waiting.append(after)
        if "sink" not in came:
            return total
        way = ["sink"]
        while way[-1] != "time":
            way.append(came[way[-1]])
        steps = list(zip(way[1:], way, strict=False))
        amount = min(rooms[a][b] for a, b in steps)
        for a, b in steps:
            rooms[a][b] -= amount
            rooms[b][a] += amount
        total += amount


def flags(case: Case) -> set[Flag]:
    """Return what a reviewer should see, every pair of observations looked at."""
    found = set()
    for seen in case.observations:
        if isinstance(seen, Played) and seen.rate > case.policy.max_rate:
            found.add(Flag("rate", seen.activity, seen.session))
        if isinstance(seen, Reported) and seen.seconds > seen.at - seen.opened:
            found.add(Flag("claim", seen.activity, seen.session))
        for other in case.observations:
            apart = isinstance(seen, Present) and isinstance(other, Present) and "" != seen.device != other.device != ""
            if apart and max(seen.start, other.start) < min(seen.end, other.end):
                found.add(Flag("devices", seen.activity, seen.session))
    return found
