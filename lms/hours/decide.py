"""How many hours follow from this evidence? The one function that decides."""

from lms.hours.allocation import Allocation, Claims, allocate
from lms.hours.evidence import flags_of, sort_out
from lms.hours.gate import cap, gate
from lms.hours.intervals import clip, lay_over, length, union
from lms.hours.rounding import hours_of
from lms.hours.values import ActivityResult, Case, Result


def recompute(case: Case) -> Result:
    """Decide a case from all of its evidence, as the hours contract says. Neither order nor repetition makes a difference.

    Raises:
        KeyError: an observation speaks of an activity that the case does not have.
    """
    return decide(case)[0]


def decide(case: Case) -> tuple[Result, Allocation]:
    """Decide a case and keep how the seconds were given out, for those who ask why."""
    names = sorted(case.activities)
    found = sort_out(case)
    measured = {name: clip(union(found[name].times), *case.window) for name in names}
    gates = {name: gate(case.activities[name], found[name]) for name in names}
    caps = {name: cap(case.activities[name], gates[name]) for name in names}
    slots = lay_over(measured)
    limit = case.policy.daily_limit_minutes
    claims = Claims(names, [caps[name] for name in names], slots)
    allocation = allocate(claims, None if limit is None else limit * 60, case.policy.time_zone)
    total = sum(allocation.credited.values())
    result = Result(
        measured_seconds=sum([end - start for start, end, _ in slots]),  # time in two activities passed once
        credited_seconds=total,
        hours=hours_of(total, case.policy),
        activities={
            name: ActivityResult(tuple(measured[name]), length(measured[name]), allocation.credited[name], caps[name], gates[name])
            for name in case.activities
        },
        flags=flags_of(case),
        limited_days=frozenset(allocation.limited),
    )
    return result, allocation
