"""Join, clip, measure and overlay half-open intervals."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

from lms.hours.values import Interval

Name = TypeVar("Name", bound=Hashable)
Slot = tuple[int, int, int]  # start, end, and which names are live throughout: bit i stands for the i-th name


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same instants as sorted, disjoint, non-touching intervals; empty ones are dropped."""
    joined: list[Interval] = []
    first = until = 0
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if joined and start <= until:
            if end > until:
                until = end
                joined[-1] = (first, until)
        else:
            first, until = start, end
            joined.append((start, end))
    return joined


def clip(intervals: Iterable[Interval], start: int | None, end: int | None) -> list[Interval]:
    """Return the parts of the intervals within `[start, end)`; None means no limit on that side."""
    if (start is None and end is None) or not intervals:
        return list(intervals)
    clipped = ((a if start is None else max(a, start), b if end is None else min(b, end)) for a, b in intervals)
    return [(a, b) for a, b in clipped if a < b]


def length(intervals: Iterable[Interval]) -> int:
    """Return the sum of the lengths of disjoint intervals."""
    return sum([end - start for start, end in intervals])


def lay_over(named: Mapping[Name, list[Interval]]) -> list[Slot]:
    """Split time wherever the set of live names changes; slots come in order of time, bits in the mapping's order.

    Each name's intervals must be disjoint and not touch, as `union` returns them: every edge then toggles its bit.
    """
    edges = [(instant, 1 << bit) for bit, intervals in enumerate(named.values()) for interval in intervals for instant in interval]
    edges.sort()
    slots: list[Slot] = []
    live = since = 0
    for instant, bit in edges:
        if live and instant > since:
            slots.append((since, instant, live))
        live ^= bit
        since = instant
    return slots


def is_shared(live: int) -> bool:
    """Say whether more than one name is live."""
    return live & (live - 1) != 0
