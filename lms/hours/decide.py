"""How many hours follow from this evidence? The one function that decides, and the one that converts."""

from decimal import ROUND_FLOOR, Decimal

from lms.hours.allocation import allocate
from lms.hours.evidence import cap, devices_at_once, gate, slots, sort_out, total_length
from lms.hours.intervals import length
from lms.hours.values import ActivityResult, Case, Policy, Present, Result


def hours_of(credited_seconds: int, policy: Policy) -> Decimal:
    """Convert seconds to hours: exactly, once, rounded down to a multiple of `round_to`.

    Call it on a requirement's or a transcript's sum, never on single activities: 44 minutes three times is 2.9 hours.
    """
    step_s = policy.round_to * policy.hour_minutes * 60
    steps = (Decimal(credited_seconds) / step_s).to_integral_value(ROUND_FLOOR)
    if steps * step_s > credited_seconds:  # the division itself was rounded up
        steps -= 1
    return (steps * policy.round_to).quantize(policy.round_to) if policy.round_to < 1 else steps * policy.round_to


def recompute(case: Case) -> Result:
    """Decide a case from all of its evidence. The order of the observations and repeated ones make no difference."""
    found, flags = sort_out(case)
    measured = {activity: evidence.time for activity, evidence in found.items()}
    gates = {activity: gate(rule, found[activity]) for activity, rule in case.activities.items()}
    caps = {activity: cap(rule, gates[activity]) for activity, rule in case.activities.items()}
    limit = case.policy.daily_limit_minutes
    credited, limited = allocate(slots(measured), caps, None if limit is None else limit * 60, case.policy.time_zone)
    flags |= devices_at_once(seen for seen in case.observations if type(seen) is Present)
    total = sum(credited.values())
    return Result(
        measured_seconds=total_length(measured),
        credited_seconds=total,
        hours=hours_of(total, case.policy),
        activities={
            activity: ActivityResult(
                measured=tuple(measured[activity]),
                measured_seconds=length(measured[activity]),
                credited_seconds=credited.get(activity, 0),
                cap_seconds=caps[activity],
                gate=gates[activity],
            )
            for activity in case.activities
        },
        flags=tuple(sorted(flags)),
        limited_days=limited,
    )
