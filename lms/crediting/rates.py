"""Limit how much of a film can have been played at a given time. The server's clock decides; a claimed speed can only lower it.

The limit is for an enrolment's activity over all its launches. Up to any instant, no more can be covered than the policy's
rate allows in the time that has passed in its launches together, plus one tolerance. Ten pages opened at the same time have
the time of one. Late or batched delivery (weak network) does no harm, because more time has then passed.

If a position was claimed several times, its last claim is used, because most time had passed by then. So the result
depends neither on the order of reading nor on repetition, and an additional claim never lowers the coverage.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lms.hours import Interval
from lms.hours.intervals import clip, length, union

TOLERANCE_S = 5.0  # for differences between the media's clock, the page's timers and the server's clock
FASTEST = 1000.0
STEP = 0.001  # rates are rounded to this step


class Segment(NamedTuple):
    """One claimed segment: media milliseconds `[start_ms, end_ms)`, claimed speed, server times in seconds since 1970, its launch."""

    order: tuple[int, str, int]  # receipt, statement id, part: the same in every recomputation
    opened: int
    at: int
    start_ms: int
    end_ms: int
    claimed: float
    launch: str = ""


def real_rates(segments: Iterable[Segment], max_rate: float, media_ms: int | None = None) -> list[tuple[Segment, float]]:
    """Return the segments of ONE activity of one enrolment with their real rates, in order of receipt.

    Segments faster than `max_rate` cover nothing. If only a part of a segment can have been played, it is split in two; a repetition
    of a refused part is left out. Positions outside `[0, media_ms)` cover nothing and use no time.
    The running time is O(n log n).
    """
    claims = sorted(segments)
    passed = _time_passed(claims)
    own = _claimed_last([_positions(claim, max_rate, media_ms) for claim in claims])
    decided = []
    covered, spent = 0, 0.0
    for claim, new in zip(claims, own, strict=True):
        time = passed[claim.at] + TOLERANCE_S
        room = max(0, math.floor(max_rate * time * 1000) - covered)
        taken, left = _cut(new, room)
        one = _DecidedClaim(taken, left, _rate(claim, length(taken), time - spent), _too_fast(length(new), room, max_rate))
        if claim.claimed <= max_rate:
            one = one._replace(rate=min(one.rate, max_rate))
        covered += length(taken)
        spent += length(taken) / 1000 / one.rate
        decided.append(one)
    refused = union(interval for one in decided for interval in one.left)
    return [rated for claim, one in zip(claims, decided, strict=True) for rated in _rated(claim, one, refused, max_rate)]


class _DecidedClaim(NamedTuple):
    """The part of a segment that was not claimed again later: accepted at `rate`, or refused at the speed `too_fast`."""

    taken: Sequence[Interval]
    left: Sequence[Interval]
    rate: float
    too_fast: float


def _positions(claim: Segment, max_rate: float, media_ms: int | None) -> Interval:
    """Return the positions that a segment could cover; none if its own claimed speed is too fast."""
    inside = clip([(claim.start_ms, claim.end_ms)], 0, media_ms)
    return inside[0] if inside and claim.claimed <= max_rate else (0, 0)


def _time_passed(claims: Sequence[Segment]) -> dict[int, int]:
    """Return, for each instant of receipt, the time passed in all launches, each from its opening to its last segment by then."""
    passed: dict[int, int] = {}
    apart: list[Interval] = []  # disjoint, in order; the last one ends at the latest receipt
    total = 0
    for claim in sorted(claims, key=lambda one: one.at):
        since = min(claim.opened, claim.at)
        while apart and apart[-1][1] >= since:
            start, end = apart.pop()
            total -= end - start
            since = min(since, start)
        apart.append((since, claim.at))
        total += claim.at - since
        passed[claim.at] = total
    return passed


def _claimed_last(spans: Sequence[Interval]) -> list[list[Interval]]:
    """Return for each span the parts that no later span has.

    All spans are cut at all ends; from the last span to the first, each takes the pieces that are still free. `free` leads from a piece
    to the next that may be free, so each piece is skipped once instead of once for each span.
    """
    edges = sorted({edge for span in spans for edge in span})
    free = list(range(len(edges) + 1))
    own: list[list[Interval]] = [[] for _ in spans]
    for number in range(len(spans) - 1, -1, -1):
        start, end = spans[number]
        pieces = own[number]
        at = _next(free, bisect_left(edges, start))
        while at < len(edges) - 1 and edges[at] < end:
            if pieces and pieces[-1][1] == edges[at]:
                pieces[-1] = (pieces[-1][0], edges[at + 1])
            else:
                pieces.append((edges[at], edges[at + 1]))
            free[at] = at + 1
            at = _next(free, at)
    return own


def _next(free: list[int], at: int) -> int:
    while free[at] != at:
        free[at] = free[free[at]]
        at = free[at]
    return at


def _cut(intervals: Sequence[Interval], room: int) -> tuple[list[Interval], list[Interval]]:
    """Cut disjoint intervals, in order, at the point where they have filled `room`."""
    taken, left = [], []
    for start, end in intervals:
        until = min(end, start + room)
        room -= until - start
        taken += [(start, until)] if start < until else []
        left += [(until, end)] if until < end else []
    return taken, left


def _rate(claim: Segment, new_ms: int, available: float) -> float:
    """Return the lowest speed at which the new part was played, given the time that earlier segments left."""
    implied = new_ms / 1000 / available if available > 0 else (FASTEST if new_ms else 0.0)
    return min(FASTEST, max(claim.claimed, round(implied, 3)))


def _too_fast(new_ms: int, room_ms: int, max_rate: float) -> float:
    """Return the speed of a segment that does not fit in the time."""
    implied = new_ms / room_ms * max_rate if room_ms else FASTEST
    return min(FASTEST, max(max_rate + STEP, round(implied, 3)))


def _rated(claim: Segment, one: _DecidedClaim, refused: Sequence[Interval], max_rate: float) -> Iterator[tuple[Segment, float]]:
    """Yield a segment with its rate: the whole segment, or, if it contains refused positions, only those it was the last to claim."""
    if claim.claimed > max_rate or not _touches(claim, refused):
        yield claim, one.rate
        return
    for pieces, rate in ((one.taken, one.rate), (one.left, one.too_fast)):
        for start, end in pieces:
            yield claim._replace(start_ms=start, end_ms=end), rate


def _touches(claim: Segment, refused: Sequence[Interval]) -> bool:
    after = bisect_left(refused, (claim.start_ms + 1,))  # the interval before may reach into it
    reaching = refused[after - 1 : after + 1] if after else refused[:1]
    return any(start < claim.end_ms and claim.start_ms < end for start, end in reaching)
