"""Decide for which line each second counts. No second counts for two lines, and sessions never fill more than `day_seconds` of a day. Pure.

A second of several lines counts for the first of them. Sessions may fill the most of a day:

1. Online study, also in place of a session, always counts: the most of a day limits attended sessions only.
2. Of a day, the seconds that only sessions claim count first, the earliest of them first.
3. If the day then has room, a second that a session and online study share counts for the first line. Otherwise it counts for the
   online study. So another session never takes time away.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from lms.hours.days import cut_at_midnight
from lms.hours.intervals import Slot, lay_over
from lms.hours.lifetime_values import LifetimeLine
from lms.hours.values import Interval


class Shares:
    """The seconds that each line counts, those beyond the most of a day, and the enrolments for which its others count."""

    def __init__(self, lines: Sequence[LifetimeLine]) -> None:
        self.counted: list[list[Interval]] = [[] for _ in lines]
        self.limited = [0 for _ in lines]
        self.beside: list[set[int]] = [set() for _ in lines]
        self._lines = lines

    def give(self, start: int, end: int, live: int, line: int) -> None:
        """Count seconds for one of the lines that are live."""
        if start < end:
            self.counted[line].append((start, end))
            for other in _bits(live & ~(1 << line)):
                self.beside[other].add(self._lines[line].enrolment)


class _DayLimit:
    """The seconds that sessions may still fill of each local day."""

    def __init__(self, day_seconds: int) -> None:
        self._left: dict[int, int] = defaultdict(lambda: day_seconds)

    def reach(self, day: int, start: int, end: int) -> int:
        """Return until when seconds from `start` on still fit into the day, and fill it with them."""
        until = min(end, start + self._left[day])
        self._left[day] -= until - start
        return until


def share_out(lines: Sequence[LifetimeLine], spans: Sequence[list[Interval]], day_seconds: int | None, zone: str) -> Shares:
    """Share out the seconds of the lines; `spans` has those of each line. Without `day_seconds`, days are not limited."""
    shares = Shares(lines)
    if day_seconds is None:
        for start, end, live in lay_over(dict(enumerate(spans))):
            shares.give(start, end, live, _first(live))
        return shares
    sessions = sum(1 << number for number, line in enumerate(lines) if _is_session(line))
    limit, shared = _DayLimit(day_seconds), list[tuple[int, Slot]]()
    for day, (start, end, live) in cut_at_midnight(lay_over(dict(enumerate(spans))), zone):
        if live & ~sessions:
            shared.append((day, (start, end, live)))
            continue
        until = limit.reach(day, start, end)
        shares.give(start, until, live, _first(live))
        for one in _bits(live):
            shares.limited[one] += end - until
    for day, (start, end, live) in shared:
        until = start
        if 1 << _first(live) & sessions:
            until = limit.reach(day, start, end)
        shares.give(start, until, live, _first(live))
        shares.give(until, end, live, _first(live & ~sessions))
    return shares


def _is_session(line: LifetimeLine) -> bool:
    return line.source == "days" and line.same is None


def _first(live: int) -> int:
    return (live & -live).bit_length() - 1


def _bits(live: int) -> Iterator[int]:
    while live:
        yield _first(live)
        live &= live - 1
