"""When was the learner in each activity, what of its media was covered, and is its gate open?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from lms.hours.intervals import clip, length, union
from lms.hours.values import Case, Completed, Flag, Gate, Interval, Passed, Played, Policy, Present, Reported, Rule


@dataclass(slots=True)
class Evidence:
    """One activity's observations, sorted out by what they can prove."""

    time: list[Interval] = field(default_factory=list)
    media: list[Interval] = field(default_factory=list)
    completed: bool = False
    passed: bool = False


def sort_out(case: Case) -> tuple[dict[str, Evidence], set[Flag]]:
    """Return each activity's evidence, time clipped to the window, and the flags that single observations raise."""
    found = {activity: Evidence() for activity in case.activities}
    flags: set[Flag] = set()
    for seen in case.observations:
        evidence = found[seen.activity]
        kind = type(seen)
        if kind is Present:
            evidence.time.append((seen.start, seen.end))  # type: ignore[union-attr]
        elif kind is Completed:
            evidence.completed = True
        elif kind is Passed:
            evidence.passed = True
        elif isinstance(seen, Played):
            _take_segment(seen, evidence, case.policy, flags)
        elif isinstance(seen, Reported):
            _take_claim(seen, evidence, flags)
    for evidence in found.values():
        evidence.time = clip(union(evidence.time), *case.window)
    return found, flags


def _take_segment(seen: Played, evidence: Evidence, policy: Policy, flags: set[Flag]) -> None:
    if seen.rate > policy.max_rate:
        flags.add(Flag("rate", seen.activity, seen.session))
    else:
        evidence.media.append((seen.start_ms, seen.end_ms))


def _take_claim(seen: Reported, evidence: Evidence, flags: set[Flag]) -> None:
    """A claim counts backwards from its receipt and never reaches behind the opening of its session."""
    if seen.seconds > seen.at - seen.opened:
        flags.add(Flag("claim", seen.activity, seen.session))
    evidence.time.append((max(seen.at - seen.seconds, seen.opened), seen.at))


def gate(rule: Rule, evidence: Evidence) -> Gate:
    """Return whether what the activity requires is there. Media beyond its own length covers nothing."""
    covered_ms = 0
    if evidence.media:
        end_ms = None if rule.media_seconds is None else rule.media_seconds * 1000
        covered_ms = length(clip(union(evidence.media), 0, end_ms))
    media_ms = (rule.media_seconds or 0) * 1000
    checks = (
        ("completed", rule.completed and not evidence.completed),
        ("passed", rule.passed and not evidence.passed),
        ("coverage", rule.coverage is not None and covered_ms < rule.coverage * media_ms),
    )
    return Gate(covered_ms, tuple(name for name, is_missing in checks if is_missing))  # type: ignore[misc]


def cap(rule: Rule, opened: Gate) -> int:
    """Return the most seconds the activity can earn: its own, for media at most what was covered, none behind a closed gate."""
    if not opened.open:
        return 0
    if rule.media_seconds is None:
        return rule.cap_seconds
    return min(rule.cap_seconds, opened.covered_ms // 1000)


def devices_at_once(presents: Iterable[Present]) -> set[Flag]:
    """Flag every session whose presence overlaps presence on another device."""
    ordered = sorted((p for p in presents if p.device and p.start < p.end), key=lambda p: p.start)
    flags: set[Flag] = set()
    if len({p.device for p in ordered}) < 2:  # noqa: PLR2004 - two devices
        return flags
    latest_end: dict[str, int] = defaultdict(int)
    for seen in ordered:  # against everything that began no later
        if any(end > seen.start for device, end in latest_end.items() if device != seen.device):
            flags.add(Flag("devices", seen.activity, seen.session))
        latest_end[seen.device] = max(latest_end[seen.device], seen.end)
    earliest_start: dict[str, int] = {}
    for seen in reversed(ordered):  # against everything that began no earlier
        if any(start < seen.end for device, start in earliest_start.items() if device != seen.device):
            flags.add(Flag("devices", seen.activity, seen.session))
        earliest_start[seen.device] = seen.start
    return flags


def total_length(measured: Mapping[str, list[Interval]]) -> int:
    """Return how long somebody was in any activity at all: simultaneous ones pass the same time once."""
    everything = [interval for intervals in measured.values() for interval in intervals]
    return length(union(everything))


def slots(measured: Mapping[str, list[Interval]]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Cut time where the set of live activities changes: (start, end, activities live throughout, sorted)."""
    changes: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    for activity in sorted(measured):
        for start, end in measured[activity]:
            changes[start].append((activity, True))
            changes[end].append((activity, False))
    live: set[str] = set()
    cut: list[tuple[int, int, tuple[str, ...]]] = []
    for instant, following in pairwise([*sorted(changes), None]):
        for activity, begins in changes[instant]:  # type: ignore[index]
            (live.add if begins else live.discard)(activity)
        if live and following is not None:
            cut.append((instant, following, tuple(sorted(live))))  # type: ignore[arg-type]
    return cut
