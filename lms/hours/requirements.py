"""Judge each requirement by the earnings: hours, days, months, tasks and courses, each in its own unit.

The verdict follows only from the sums of the ledger; no evidence is read here.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from lms.hours.earnings import UNITS, units_in_one
from lms.hours.exact import add, missing_of, share_of
from lms.hours.rounding import hours_of
from lms.hours.track_values import EarningAccount, Earnings, RequirementResult, RequirementRule, TrackRules
from lms.hours.values import Policy, Rule

NOTHING = Decimal(0)


def judge(track: TrackRules, policy: Policy, activities: Mapping[str, Rule], earnings: Earnings) -> dict[str, RequirementResult]:
    """Judge every requirement of a track by the sums on its accounts."""
    sums: dict[tuple[str | None, str], int] = defaultdict(int)
    for account, amount in earnings.items():
        if account.waived:
            continue
        if account.unit == "seconds" and account.name in activities:
            sums[activities[account.name].counts_to, account.unit] += amount
        elif account.unit == "half_days" and account.name in track.sessions:
            sums[track.sessions[account.name].counts_to, account.unit] += amount
    compulsory = sum(track.courses.values())
    found = {}
    for name, rule in track.requirements.items():
        unit = UNITS[rule.kind]
        units = sums[name, unit] if rule.kind in ("hours", "days") else earnings.get(EarningAccount(name, unit), 0)
        waived = earnings.get(EarningAccount(name, unit, waived=True), 0)
        found[name] = _result(rule, policy, units, waived, compulsory)
    return found


def _result(rule: RequirementRule, policy: Policy, units: int, waived_units: int, compulsory: int) -> RequirementResult:
    """Worked hours are rounded down once; amounts waived by an authority are added exactly."""
    whole = units_in_one(rule.kind, policy)
    worked = hours_of(units, policy) if rule.kind == "hours" else share_of(units, whole)
    waived = share_of(waived_units, whole)
    earned = add([worked, waived])
    target = Decimal(compulsory) if rule.kind == "courses" and rule.target is None else rule.target
    missing = NOTHING if target is None else missing_of(target, earned)
    return RequirementResult(earned, waived, target, missing, missing == 0 if target else earned > 0)
