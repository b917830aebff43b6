"""Properties of every track, one function each, so that they test the core and every planted fault alike."""

import json
from dataclasses import replace
from fractions import Fraction
from random import Random
from types import ModuleType
from typing import Any

from lms.hours import Case, Result, TrackResult
from tests.property.hours import naive, naive_requirements
from tests.property.hours.properties import Property, some


def track_of(result: Result) -> TrackResult:
    assert result.track is not None
    return result.track


def fewer(case: Case, random: Random) -> Case:
    """Return the case with some of its evidence."""
    attested = [seen for seen in case.attestations if random.random() < 0.6]
    return replace(case, observations=some(case.observations, random), attestations=attested)


def a_slow_reference_agrees(core: ModuleType, case: Case, _random: Random) -> None:
    result = core.recompute(case)
    found = {
        name: (
            Fraction(one.earned),
            Fraction(one.waived),
            None if one.target is None else Fraction(one.target),
            Fraction(one.missing),
            one.met,
        )
        for name, one in track_of(result).requirements.items()
    }
    expected = naive_requirements.verdict(case)
    assert found == expected
    assert track_of(result).met == all(met for *_, met in expected.values())
    assert track_of(result).courses_done == naive_requirements.courses_done(case)
    assert {place for place, one in track_of(result).sessions.items() if one.counts} == {
        place
        for place in case.track.sessions
        if naive_requirements.counts(case, place)  # type: ignore[union-attr]
    }
    assert Fraction(result.hours) == naive_requirements.hours(case)
    assert {name: account.credited_seconds for name, account in result.activities.items()} == naive.credited(case)


def clashes_are_flagged_once(core: ModuleType, case: Case, _random: Random) -> None:
    flags = core.recompute(case).flags
    assert len(flags) == len(set(flags))
    assert list(flags) == sorted(flags)
    assert {(flag.place, flag.activity) for flag in flags if flag.kind == "clash"} == naive_requirements.clashes(case)


def order_makes_no_difference(core: ModuleType, case: Case, random: Random) -> None:
    track = case.track
    assert track is not None
    turned = replace(
        track,
        requirements=dict(reversed(list(track.requirements.items()))),
        sessions=dict(reversed(list(track.sessions.items()))),
        replacements=dict(reversed(list(track.replacements.items()))),
        courses=dict(reversed(list(track.courses.items()))),
    )
    shuffled = replace(
        case,
        track=turned,
        activities=dict(reversed(list(case.activities.items()))),
        observations=random.sample(case.observations, len(case.observations)),
        attestations=random.sample(case.attestations, len(case.attestations)),
    )
    assert core.recompute(shuffled) == core.recompute(case)


def the_same_evidence_again_makes_no_difference(core: ModuleType, case: Case, random: Random) -> None:
    more = fewer(case, random)
    again = replace(case, observations=[*case.observations, *more.observations], attestations=[*case.attestations, *more.attestations])
    assert core.recompute(again) == core.recompute(case)


def more_evidence_never_lowers_what_is_earned(core: ModuleType, case: Case, random: Random) -> None:
    """Days, months, tasks and courses; and the credited seconds of the first n hours requirements by name."""
    before, after = core.recompute(fewer(case, random)), core.recompute(case)
    assert case.track is not None
    first = {"before": 0, "after": 0}
    for name in sorted(case.track.requirements):
        if case.track.requirements[name].kind == "hours":
            own = [activity for activity, rule in case.activities.items() if rule.counts_to == name]
            first["before"] += sum(before.activities[activity].credited_seconds for activity in own)
            first["after"] += sum(after.activities[activity].credited_seconds for activity in own)
            assert first["before"] <= first["after"]
        else:
            assert track_of(before).requirements[name].earned <= track_of(after).requirements[name].earned


def time_passing_never_lowers_what_is_earned(core: ModuleType, case: Case, random: Random) -> None:
    assert case.as_of is not None
    later = track_of(core.recompute(replace(case, as_of=case.as_of + random.randrange(10**7)))).requirements
    now = track_of(core.recompute(case)).requirements
    assert all(now[name].earned <= later[name].earned for name in now)


def replay_equals_recomputation_equals_the_sum_of_the_ledger(core: ModuleType, case: Case, random: Random) -> None:
    """Evidence arrives in parts, and some is voided again; the differences add up to the same accounts and the same verdict."""
    account: dict[Any, int] = {}
    for state in (fewer(case, random), case, fewer(case, random), case):
        for name, difference in core.changes(account, track_of(core.recompute(state)).earnings).items():
            account[name] = account.get(name, 0) + difference
    result = core.recompute(case)
    left = {name: amount for name, amount in account.items() if amount}
    assert left == track_of(result).earnings
    assert core.judge(case.track, case.policy, case.activities, left) == track_of(result).requirements
    assert all(isinstance(amount, int) and amount > 0 for amount in left.values())


def units_are_never_mixed(core: ModuleType, case: Case, _random: Random) -> None:
    """Without attestations, hours and courses are unchanged; without observations, tasks and months are."""
    assert case.track is not None
    whole = core.recompute(case)
    alone = core.recompute(replace(case, attestations=[]))
    unseen = core.recompute(replace(case, observations=[]))
    for name, rule in case.track.requirements.items():
        of_whole, of_alone, of_unseen = (track_of(one).requirements[name] for one in (whole, alone, unseen))
        if rule.kind in ("hours", "courses"):
            assert of_whole.earned - of_whole.waived == of_alone.earned
        elif rule.kind in ("tasks", "months"):
            assert of_whole == of_unseen


def a_bundle_holds_the_whole_case(core: ModuleType, case: Case, _random: Random) -> None:
    text = json.dumps(core.dump(case))
    document, problems = core.load_json(text)
    assert not problems
    assert core.parse(document) == case
    assert core.recompute_file(text) == (core.dump_result(core.recompute(case)), [])


TRACK_PROPERTIES: tuple[Property, ...] = (
    a_slow_reference_agrees,
    clashes_are_flagged_once,
    order_makes_no_difference,
    the_same_evidence_again_makes_no_difference,
    more_evidence_never_lowers_what_is_earned,
    time_passing_never_lowers_what_is_earned,
    replay_equals_recomputation_equals_the_sum_of_the_ledger,
    units_are_never_mixed,
    a_bundle_holds_the_whole_case,
)
