"""How fast was a media segment really played? The server's clock answers; a claimed speed can only make it faster.

Newly covered seconds cannot pass faster than the time since the launch was opened, less what earlier segments of the
launch used up. So a segment claimed at speed 1 that covers 45 minutes three minutes after opening has rate 15, and the
hours core refuses it. Delivery late or in a batch (weak network) does no harm: more time has passed, not less.
"""

from collections.abc import Iterable
from typing import NamedTuple

from lms.hours import Interval
from lms.hours.intervals import clip, length, union

TOLERANCE_S = 5.0  # between the media's clock, the page's timers and the server's
FASTEST = 1000.0


class Segment(NamedTuple):
    """One claimed segment of one launch: media milliseconds `[start_ms, end_ms)`, claimed speed, server times in seconds since 1970."""

    order: tuple[int, str, int]  # receipt, statement id, part: the same for everybody who recomputes
    opened: int
    at: int
    start_ms: int
    end_ms: int
    claimed: float


def real_rates(segments: Iterable[Segment], max_rate: float) -> list[tuple[Segment, float]]:
    """Return each segment of ONE launch with its real rate, in order of receipt.

    A segment faster than `max_rate` covers nothing, or claiming it twice would make the second claim look slow.
    """
    covered: list[Interval] = []
    used = 0.0
    answers = []
    for segment in sorted(segments):
        new = (segment.end_ms - segment.start_ms - length(clip(covered, segment.start_ms, segment.end_ms))) / 1000
        available = segment.at - segment.opened + TOLERANCE_S - used
        implied = new / available if available > 0 else (FASTEST if new > 0 else 0.0)
        rate = min(FASTEST, max(segment.claimed, round(implied, 3)))
        if rate <= max_rate:
            used += new / rate
            covered = union([*covered, (segment.start_ms, segment.end_ms)])
        answers.append((segment, rate))
    return answers
