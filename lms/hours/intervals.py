"""How are half-open intervals joined, clipped and measured?"""

from collections.abc import Iterable

from lms.hours.values import Interval


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same instants as sorted, disjoint, non-touching intervals; empty ones vanish."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            if end > joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def clip(intervals: Iterable[Interval], start: int | None, end: int | None) -> list[Interval]:
    """Return what of the intervals lies in `[start, end)`; None leaves that side open."""
    if start is None and end is None:
        return list(intervals)
    clipped = ((a if start is None else max(a, start), b if end is None else min(b, end)) for a, b in intervals)
    return [(a, b) for a, b in clipped if a < b]


def length(intervals: Iterable[Interval]) -> int:
    """Return the sum of the lengths of disjoint intervals."""
    return sum(end - start for start, end in intervals)
