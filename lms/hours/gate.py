"""Are an activity's conditions met, and how much can it earn at most?"""

from lms.hours.evidence import Evidence
from lms.hours.intervals import clip, length, union
from lms.hours.rounding import floor_times
from lms.hours.values import Gate, Need, Rule

SECOND_MS = 1000


def media_ms(rule: Rule) -> int | None:
    """Return the length of the activity's media in milliseconds; None if it has no media."""
    seconds = rule.media_seconds
    if seconds is None:
        return None
    return seconds * SECOND_MS if isinstance(seconds, int) else floor_times(seconds, SECOND_MS)


def gate(rule: Rule, evidence: Evidence) -> Gate:
    """Return the covered time and the missing conditions. Positions outside the media cover nothing."""
    runs_ms = media_ms(rule)
    covered_ms = length(clip(union(evidence.media), 0, runs_ms)) if evidence.media else 0
    missing: list[Need] = []
    if rule.completed and not evidence.completed:
        missing.append("completed")
    if rule.passed and not evidence.passed:
        missing.append("passed")
    if rule.coverage is not None and not _covers(covered_ms, rule, runs_ms):
        missing.append("coverage")
    return Gate(covered_ms, tuple(missing))


def _covers(covered_ms: int, rule: Rule, runs_ms: int | None) -> bool:
    """Compare exactly, in whole numbers. Coverage of media of unknown length is never met."""
    if rule.coverage is None or runs_ms is None:
        return False
    above, below = rule.coverage.as_integer_ratio()
    return covered_ms * below >= above * runs_ms


def cap(rule: Rule, found: Gate) -> int:
    """Return the most seconds that the activity can earn: its own cap; for media at most the covered time; with a closed gate 0."""
    if not found.open:
        return 0
    if rule.media_seconds is None:
        return rule.cap_seconds
    return min(rule.cap_seconds, found.covered_ms // SECOND_MS)
