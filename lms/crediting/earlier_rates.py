"""The rates of segments by the rule for ledger entries of format 1, in which each launch had its own time.

Nobody is credited by it any more. `verify` uses it to check accounts that were not decided again since.
"""

from collections import defaultdict
from collections.abc import Iterable

from lms.crediting.rates import FASTEST, TOLERANCE_S, Segment
from lms.hours import Interval
from lms.hours.intervals import clip, length, union


def earlier_rates(segments: Iterable[Segment], max_rate: float, _media_ms: int | None = None) -> list[tuple[Segment, float]]:
    """Return the segments of one activity of one enrolment with their rates by that rule; positions are not cut to the media."""
    launches: dict[str, list[Segment]] = defaultdict(list)
    for segment in sorted(segments):
        launches[segment.launch].append(segment)
    return [one for launch in sorted(launches) for one in _of_launch(launches[launch], max_rate)]


def _of_launch(segments: Iterable[Segment], max_rate: float) -> Iterable[tuple[Segment, float]]:
    """Yield the segments of one launch; a segment that is too fast is refused completely. Takes quadratic time."""
    covered: list[Interval] = []
    used = 0.0
    for segment in segments:
        new = (segment.end_ms - segment.start_ms - length(clip(covered, segment.start_ms, segment.end_ms))) / 1000
        available = segment.at - segment.opened + TOLERANCE_S - used
        implied = new / available if available > 0 else (FASTEST if new > 0 else 0.0)
        rate = min(FASTEST, max(segment.claimed, round(implied, 3)))
        if rate <= max_rate:
            used += new / rate
            covered = union([*covered, (segment.start_ms, segment.end_ms)])
        yield segment, rate
