"""Compute the hours from the evidence, and judge the track's requirements. This is the only function that decides."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lms.hours.allocation import Allocation, Claims, allocate
from lms.hours.attendance import attended_intervals, clashes
from lms.hours.done import replacing
from lms.hours.earnings import earn
from lms.hours.evidence import flags_of, sort_out
from lms.hours.gate import cap, gate
from lms.hours.holds import sift
from lms.hours.intervals import Slot, clip, lay_over, length, union
from lms.hours.requirements import judge
from lms.hours.rounding import hours_of
from lms.hours.track_values import TrackResult, TrackRules
from lms.hours.values import ActivityResult, Case, Gate, Interval, Observation, Result, Rule


def recompute(case: Case) -> Result:
    """Decide a case from all of its evidence, as the hours contract says. Order and repetition of evidence make no difference.

    Raises:
        KeyError: an observation names an activity, a session or a requirement that the case does not have.
    """
    return decide(case)[0]


def decide(case: Case) -> tuple[Result, Allocation]:
    """Decide a case and keep the assignment of seconds, for explanations."""
    names = in_order(case.activities)
    attended = attended_intervals(case)
    sifted = sift(case, attended)
    whole = _worked(case, names, case.observations)
    possible = whole if sifted.possible is case.observations else _worked(case, names, sifted.possible)
    counting = possible if sifted.counting is sifted.possible else _worked(case, names, sifted.counting)
    slots = lay_over(whole.measured)
    allocation = _allocate(case, counting, possible, slots if counting is whole else None)
    activities = _results(case, (whole, possible), allocation)
    counted = activities if counting is whole else _results(case, (counting, counting), allocation)
    standing_in = replacing(case.track)
    result = Result(
        measured_seconds=sum([end - start for start, end, _ in slots]),  # time in two activities counts once
        credited_seconds=sum(allocation.credited.values()),
        # activities that replace a half-day earn no hours
        hours=hours_of(sum([seconds for name, seconds in allocation.credited.items() if name not in standing_in]), case.policy),
        activities=activities,
        flags=tuple(sorted({*flags_of(case), *clashes(attended, case.observations)})),
        limited_days=frozenset(allocation.limited),
        track=None if case.track is None else _judge(case, case.track, counted, attended),
        holds=sifted.holds,
    )
    return result, allocation


class _Worked(NamedTuple):
    """The results of some evidence, by activity in order: the measured time, the gates, and the caps."""

    measured: Mapping[str, list[Interval]]
    gates: Mapping[str, Gate]
    caps: Mapping[str, int]


def _worked(case: Case, names: Sequence[str], observations: Sequence[Observation]) -> _Worked:
    found = sort_out(case, observations)
    measured = {name: clip(union(found[name].times), *case.window) for name in names}
    gates = {name: gate(case.activities[name], found[name]) for name in names}
    return _Worked(measured, gates, {name: cap(case.activities[name], gates[name]) for name in names})


def _allocate(case: Case, counting: _Worked, possible: _Worked, slots: Sequence[Slot] | None) -> Allocation:
    """Assign the seconds that count, and then those that would count too if every hold were released."""
    names, caps = list(counting.measured), list(counting.caps.values())
    limit = case.policy.daily_limit_minutes
    if counting is possible:
        claims = Claims(names, caps, lay_over(counting.measured) if slots is None else slots)
    else:
        both = {(later, name): own for later, one in enumerate((counting, possible)) for name, own in one.measured.items()}
        claims = Claims(names, caps, lay_over(both), list(possible.caps.values()))
    return allocate(claims, None if limit is None else limit * 60, case.policy.time_zone)


def _results(case: Case, worked: tuple[_Worked, _Worked], allocation: Allocation) -> dict[str, ActivityResult]:
    """Return each activity's result: the time of the first, and the gate and the cap of the second."""
    shown, possible = worked
    found = {}
    for name in case.activities:
        seconds = length(shown.measured[name])
        refused = 0 if shown is possible else seconds - length(possible.measured[name])
        own = (tuple(shown.measured[name]), seconds, allocation.credited[name], possible.caps[name], possible.gates[name])
        found[name] = ActivityResult(*own, allocation.held.get(name, 0), refused)
    return found


def _judge(case: Case, track: TrackRules, activities: Mapping[str, ActivityResult], attended: Mapping[str, list[Interval]]) -> TrackResult:
    earned = earn(case, track, activities, attended)
    requirements = judge(track, case.policy, case.activities, earned.earnings)
    met = all(one.met for one in requirements.values())
    return TrackResult(requirements, earned.sessions, earned.courses_done, met, earned.earnings)


def in_order(activities: Mapping[str, Rule]) -> list[str]:
    """Return the activities in the order in which they receive seconds that several could have.

    Activities of the first requirement come first, by name; then those of the next; last those that count to none.
    """
    return sorted(activities, key=lambda name: (activities[name].counts_to is None, activities[name].counts_to or "", name))
