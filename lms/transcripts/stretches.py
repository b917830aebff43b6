"""Stretches of presence by day, and which of them counted. For charts; the hours core computes the sums."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lms.hours import ActivityExplanation, Interval

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Drawn:
    """One stretch of a local day, in minutes since its midnight (on the wall clock)."""

    from_minute: int
    to_minute: int
    kind: str  # counted | refused


@dataclass(frozen=True, slots=True)
class Day:
    """One local day with its stretches."""

    day: date
    stretches: Sequence[Drawn]


def days_of(why: ActivityExplanation, others: Sequence[Interval], zone: str) -> list[Day]:
    """Return the days of an activity's measured time, in order.

    If an activity earned less than was measured, there is a choice which of its seconds are shown as uncounted. Here they are
    those that others (`others`, disjoint) shared and, of the rest, the last ones. With a daily limit nothing is drawn as uncounted.
    """
    if any(one.reason == "limit" for one in why.uncounted):
        return []
    days: dict[date, list[Drawn]] = {}
    for (start, end), kind in _kinds(why, others):
        for day, drawn in cut_by_day(start, end, kind, ZoneInfo(zone)):
            days.setdefault(day, []).append(drawn)
    return [Day(day, days[day]) for day in sorted(days)]


def _kinds(why: ActivityExplanation, others: Sequence[Interval]) -> Iterator[tuple[Interval, str]]:
    left = why.account.credited_seconds
    alone, shared = _apart(why.account.measured, others)
    counted: list[tuple[Interval, str]] = []
    for start, end in [*alone, *shared]:
        taken = min(left, end - start)
        left -= taken
        if taken:
            counted.append(((start, start + taken), "counted"))
        if start + taken < end:
            counted.append(((start + taken, end), "refused"))
    yield from sorted(counted)


def _apart(own: Sequence[Interval], others: Sequence[Interval]) -> tuple[list[Interval], list[Interval]]:
    """Split `own` into the parts outside and inside of `others`; both are disjoint and in order."""
    alone, shared = [], []
    first = 0
    for start, end in own:
        since = start
        while first < len(others) and others[first][1] <= start:
            first += 1
        at = first
        while at < len(others) and others[at][0] < end:
            other_start, other_end = others[at]
            if since < other_start:
                alone.append((since, other_start))
            shared.append((max(since, other_start), min(end, other_end)))
            since = min(end, other_end)
            at += 1
        if since < end:
            alone.append((since, end))
    return alone, shared


def cut_by_day(start: int, end: int, kind: str, zone: ZoneInfo) -> Iterator[tuple[date, Drawn]]:
    """Cut a stretch at local midnight. Minutes are those on the wall clock."""
    since, until = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (start, end))
    while since.date() < until.date():
        yield since.date(), Drawn(_minute(since), DAY_MINUTES, kind)
        since = datetime.combine(since.date() + timedelta(days=1), time(), zone)
    if since < until:
        yield since.date(), Drawn(_minute(since), max(_minute(until), _minute(since)), kind)


def _minute(at: datetime) -> int:
    return at.hour * 60 + at.minute
