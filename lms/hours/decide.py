"""Compute the hours from the evidence, and judge the track's requirements. This is the only function that decides."""

from collections.abc import Mapping

from lms.hours.allocation import Allocation, Claims, allocate
from lms.hours.attendance import attended_intervals, clashes
from lms.hours.done import replacing
from lms.hours.earnings import earn
from lms.hours.evidence import flags_of, sort_out
from lms.hours.gate import cap, gate
from lms.hours.intervals import clip, lay_over, length, union
from lms.hours.requirements import judge
from lms.hours.rounding import hours_of
from lms.hours.track_values import TrackResult, TrackRules
from lms.hours.values import ActivityResult, Case, Interval, Result, Rule


def recompute(case: Case) -> Result:
    """Decide a case from all of its evidence, as the hours contract says. Order and repetition of evidence make no difference.

    Raises:
        KeyError: an observation names an activity, a session or a requirement that the case does not have.
    """
    return decide(case)[0]


def decide(case: Case) -> tuple[Result, Allocation]:
    """Decide a case and keep the assignment of seconds, for explanations."""
    names = in_order(case.activities)
    found = sort_out(case)
    measured = {name: clip(union(found[name].times), *case.window) for name in names}
    gates = {name: gate(case.activities[name], found[name]) for name in names}
    caps = {name: cap(case.activities[name], gates[name]) for name in names}
    slots = lay_over(measured)
    limit = case.policy.daily_limit_minutes
    claims = Claims(names, [caps[name] for name in names], slots)
    allocation = allocate(claims, None if limit is None else limit * 60, case.policy.time_zone)
    activities = {
        name: ActivityResult(tuple(measured[name]), length(measured[name]), allocation.credited[name], caps[name], gates[name])
        for name in case.activities
    }
    standing_in = replacing(case.track)
    attended = attended_intervals(case)
    result = Result(
        measured_seconds=sum([end - start for start, end, _ in slots]),  # time in two activities counts once
        credited_seconds=sum(allocation.credited.values()),
        # activities that replace a half-day earn no hours
        hours=hours_of(sum([seconds for name, seconds in allocation.credited.items() if name not in standing_in]), case.policy),
        activities=activities,
        flags=tuple(sorted({*flags_of(case), *clashes(attended, case.observations)})),
        limited_days=frozenset(allocation.limited),
        track=None if case.track is None else _judge(case, case.track, activities, attended),
    )
    return result, allocation


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
