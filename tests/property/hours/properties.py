"""Properties of every case, one function each, so that they test the core and every planted fault alike."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from random import Random
from types import ModuleType

from lms.hours import Case, Observation, Result
from tests.property.hours import naive

Property = Callable[[ModuleType, Case, Random], None]


def totals(result: Result) -> list[int]:
    """Return what the first 1, 2, … n activities earned together, in order of name."""
    return list(accumulate(account.credited_seconds for _, account in sorted(result.activities.items())))


def seconds(result: Result) -> dict[str, int]:
    return {name: account.credited_seconds for name, account in result.activities.items()}


def some(observations: Sequence[Observation], random: Random) -> list[Observation]:
    return [seen for seen in observations if random.random() < 0.6]


def order_makes_no_difference(core: ModuleType, case: Case, random: Random) -> None:
    shuffled = random.sample(case.observations, len(case.observations))
    backwards = dict(reversed(list(case.activities.items())))
    assert core.recompute(replace(case, observations=shuffled, activities=backwards)) == core.recompute(case)


def the_same_evidence_again_makes_no_difference(core: ModuleType, case: Case, random: Random) -> None:
    again = [*case.observations, *some(case.observations, random)]
    assert core.recompute(replace(case, observations=again)) == core.recompute(case)


def more_evidence_never_lowers_a_total(core: ModuleType, case: Case, random: Random) -> None:
    fewer, all_of_it = core.recompute(replace(case, observations=some(case.observations, random))), core.recompute(case)
    assert fewer.credited_seconds <= all_of_it.credited_seconds
    assert fewer.measured_seconds <= all_of_it.measured_seconds
    assert fewer.hours <= all_of_it.hours
    assert all(a <= b for a, b in zip(totals(fewer), totals(all_of_it), strict=True))


def voiding_takes_back_exactly_what_rested_on_it(core: ModuleType, case: Case, random: Random) -> None:
    """An account whose evidence was partly removed equals one that never had that evidence.

    The same holds for an account with seconds of an activity that a newer course version lacks.
    """
    kept = replace(case, observations=some(case.observations, random))
    account: dict[str, int] = {"of an older version": 60}
    for state in (kept, case, kept):
        for name, difference in core.changes(account, seconds(core.recompute(state))).items():
            account[name] = account.get(name, 0) + difference
    assert {name: left for name, left in account.items() if left} == {name: left for name, left in naive.credited(kept).items() if left}


def replay_equals_full_recomputation(core: ModuleType, case: Case, random: Random) -> None:
    """Evidence that arrives in parts, in any order, some of it voided and sent again, gives the same account."""
    account: dict[str, int] = {}
    here: list[Observation] = []
    for seen in random.sample(case.observations, len(case.observations)):
        here.append(seen)
        given = here[:-2] if random.random() < 0.2 else here
        for name, difference in core.changes(account, seconds(core.recompute(replace(case, observations=given)))).items():
            account[name] = account.get(name, 0) + difference
    for name, difference in core.changes(account, seconds(core.recompute(case))).items():
        account[name] = account.get(name, 0) + difference
    assert {name: left for name, left in account.items() if left} == {name: left for name, left in naive.credited(case).items() if left}


def parts_make_the_whole(core: ModuleType, case: Case, _random: Random) -> None:
    result = core.recompute(case)
    assert result.credited_seconds == sum(account.credited_seconds for account in result.activities.values())
    assert set(result.activities) == set(case.activities)
    for account in result.activities.values():
        assert account.measured_seconds == sum(end - start for start, end in account.measured)
        assert all(a[1] < b[0] for a, b in zip(account.measured, account.measured[1:], strict=False))


def what_is_measured_is_the_union_of_the_evidence(core: ModuleType, case: Case, _random: Random) -> None:
    result = core.recompute(case)
    assert result.measured_seconds == naive.measured(case)
    assert {name: account.measured_seconds for name, account in result.activities.items()} == {
        name: naive.measured(case, name) for name in case.activities
    }


def no_more_is_credited_than_time_passed(core: ModuleType, case: Case, _random: Random) -> None:
    result = core.recompute(case)
    spans = naive.spans(case)
    elapsed = max(end for *_, end in spans) - min(start for _, start, _ in spans) if spans else 0
    assert 0 <= result.credited_seconds <= result.measured_seconds <= elapsed
    assert all(0 <= account.credited_seconds <= account.measured_seconds for account in result.activities.values())


def caps_and_daily_limits_hold(core: ModuleType, case: Case, _random: Random) -> None:
    result = core.recompute(case)
    for name, account in result.activities.items():
        assert account.gate.open == naive.is_open(case, name)
        assert account.credited_seconds <= account.cap_seconds == naive.cap(case, name)
    if case.policy.daily_limit_minutes is not None:
        of_day: dict[object, int] = {}
        for start, end, _ in naive.pieces(case):
            on = naive.day(start, case.policy.time_zone)
            of_day[on] = of_day.get(on, 0) + end - start
        assert result.credited_seconds <= sum(min(spent, case.policy.daily_limit_minutes * 60) for spent in of_day.values())
    assert len(result.limited_days) == len(naive.limited(case))


def a_closed_gate_steals_nothing(core: ModuleType, case: Case, _random: Random) -> None:
    """If a gate is closed, all others get what they would get without that activity."""
    result = core.recompute(case)
    ajar = {name: rule for name, rule in case.activities.items() if naive.is_open(case, name)}
    without = replace(case, activities=ajar, observations=[seen for seen in case.observations if seen.activity in ajar])
    assert {name: earned for name, earned in seconds(result).items() if name in ajar} == seconds(core.recompute(without))
    assert not any(earned for name, earned in seconds(result).items() if name not in ajar)


def nothing_larger_is_possible(core: ModuleType, case: Case, _random: Random) -> None:
    """The credits are the largest possible, and among the largest those that favour the first names."""
    assert seconds(core.recompute(case)) == naive.credited(case)


def rounded_once_and_down(core: ModuleType, case: Case, _random: Random) -> None:
    result = core.recompute(case)
    exact = Fraction(result.credited_seconds, case.policy.hour_minutes * 60)
    step = Fraction(case.policy.round_to)
    assert Fraction(result.hours) % step == 0
    assert 0 <= exact - Fraction(result.hours) < step
    assert result.hours == core.hours_of(result.credited_seconds, case.policy)
    assert result.hours.as_tuple().exponent == case.policy.round_to.as_tuple().exponent


def flags_name_what_is_odd(core: ModuleType, case: Case, _random: Random) -> None:
    found = core.recompute(case).flags
    assert len(found) == len(set(found))
    assert set(found) == naive.flags(case)


def every_second_is_explained(core: ModuleType, case: Case, _random: Random) -> None:
    explanation = core.explain(case)
    assert explanation.result == core.recompute(case)
    for told in explanation.activities.values():
        account = told.account
        assert account.measured_seconds == account.credited_seconds + sum(reason.seconds for reason in told.uncounted)
        assert all(reason.seconds > 0 for reason in told.uncounted)
        reasons = {reason.reason for reason in told.uncounted}
        assert account.gate.open == all(condition.met for condition in told.conditions)
        assert reasons <= {"gate"} if not account.gate.open else "gate" not in reasons
        assert ("cap" in reasons) <= (account.credited_seconds == account.cap_seconds)
        assert ("limit" in reasons) <= bool(explanation.limited_days)
        assert told.repeated_seconds >= 0 <= told.outside_seconds
        for reason in told.uncounted:
            assert (reason.reason == "shared") == bool(reason.beside)


def a_bundle_holds_the_whole_case(core: ModuleType, case: Case, _random: Random) -> None:
    text = json.dumps(core.dump(case))
    document, problems = core.load_json(text)
    assert not problems
    assert core.parse(document) == case
    assert core.recompute_file(text) == (core.dump_result(core.recompute(case)), [])


PROPERTIES: tuple[Property, ...] = (
    order_makes_no_difference,
    the_same_evidence_again_makes_no_difference,
    more_evidence_never_lowers_a_total,
    voiding_takes_back_exactly_what_rested_on_it,
    replay_equals_full_recomputation,
    parts_make_the_whole,
    what_is_measured_is_the_union_of_the_evidence,
    no_more_is_credited_than_time_passed,
    caps_and_daily_limits_hold,
    a_closed_gate_steals_nothing,
    nothing_larger_is_possible,
    rounded_once_and_down,
    flags_name_what_is_odd,
    every_second_is_explained,
    a_bundle_holds_the_whole_case,
)
