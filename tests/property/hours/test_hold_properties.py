"""Do holds only delay hours? Held and released is the same as never held; held and refused is the same as never seen."""

import json
import os
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.hours import HOLDABLE, Case, Result, Reviewed, dump, explain, load_json, parse, recompute
from tests.property.hours.realistic import cases

steady = settings(max_examples=int(os.environ.get("HOURS_EXAMPLES", "60")), derandomize=True, deadline=None)
LATER = 2_000_000_000


@st.composite
def held_cases(draw: st.DrawFn) -> Case:
    """Draw a case in which some kinds of flags hold hours."""
    case = draw(cases())
    holding = frozenset(draw(st.sets(st.sampled_from(HOLDABLE), min_size=1)) | {"devices"})
    return replace(case, policy=replace(case.policy, holds=holding))


def decided(case: Case, *, refused: bool, at: int = LATER, chance: Random | None = None) -> list[Reviewed]:
    """Decide every hold of a case (or some, by chance)."""
    holds = [one for one in recompute(case).holds if chance is None or chance.random() < 0.5]
    return [Reviewed(one.kind, one.activity, one.session, f"d{at}-{number}", at, refused) for number, one in enumerate(holds)]


def account(result: Result) -> dict[str, int]:
    return {name: one.credited_seconds for name, one in result.activities.items()}


@steady
@given(held_cases())
def test_held_and_released_is_the_same_as_never_held(case: Case) -> None:
    never = recompute(replace(case, policy=replace(case.policy, holds=frozenset())))
    released = recompute(replace(case, reviews=decided(case, refused=False)))
    assert (account(released), released.hours, released.held_seconds) == (account(never), never.hours, 0)


@steady
@given(held_cases())
def test_credited_and_held_together_are_what_would_be_credited_without_holds(case: Case) -> None:
    never, held = recompute(replace(case, policy=replace(case.policy, holds=frozenset()))), recompute(case)
    assert held.credited_seconds + held.held_seconds == never.credited_seconds
    assert held.measured_seconds == never.measured_seconds
    assert all(one.held_seconds >= 0 and one.credited_seconds + one.held_seconds <= one.cap_seconds for one in held.activities.values())


@steady
@given(held_cases())
def test_what_is_credited_meanwhile_is_what_the_other_evidence_gives(case: Case) -> None:
    held = {(one.activity, one.session) for one in recompute(case).holds}
    others = [seen for seen in case.observations if (seen.activity, seen.session) not in held]
    bare = replace(case, observations=others, policy=replace(case.policy, holds=frozenset()))
    assert account(recompute(case)) == account(recompute(bare))


@steady
@given(held_cases())
def test_held_and_refused_is_the_same_as_never_seen(case: Case) -> None:
    held = {(one.activity, one.session) for one in recompute(case).holds}
    others = [seen for seen in case.observations if (seen.activity, seen.session) not in held]
    bare = recompute(replace(case, observations=others, policy=replace(case.policy, holds=frozenset())))
    refused = recompute(replace(case, reviews=decided(case, refused=True)))
    assert (account(refused), refused.held_seconds) == (account(bare), 0)


@steady
@given(held_cases(), st.integers(0, 1 << 30))
def test_order_and_repetition_of_evidence_and_decisions_make_no_difference(case: Case, seed: int) -> None:
    chance = Random(seed)
    reviews = decided(case, refused=True, chance=chance) + decided(case, refused=False, at=LATER + 1, chance=chance)
    whole = replace(case, reviews=reviews)
    mixed = [*case.observations, *chance.sample(case.observations, len(case.observations) // 2)]
    shuffled = replace(whole, observations=chance.sample(mixed, len(mixed)), reviews=chance.sample([*reviews, *reviews], 2 * len(reviews)))
    assert recompute(shuffled) == recompute(whole)


@steady
@given(held_cases())
def test_the_latest_decision_holds(case: Case) -> None:
    both = [*decided(case, refused=False, at=LATER + 1), *decided(case, refused=True)]
    assert recompute(replace(case, reviews=both)) == recompute(replace(case, reviews=decided(case, refused=False, at=LATER + 1)))


@steady
@given(held_cases(), st.integers(0, 1 << 30))
def test_every_measured_second_is_explained_once_also_when_some_are_held_or_refused(case: Case, seed: int) -> None:
    chance = Random(seed)
    reviews = decided(case, refused=True, chance=chance) + decided(case, refused=False, at=LATER + 1, chance=chance)
    for one in explain(replace(case, reviews=reviews)).activities.values():
        left = one.account.measured_seconds - one.account.credited_seconds
        assert sum(reason.seconds for reason in one.uncounted) == left
        assert all(reason.seconds > 0 for reason in one.uncounted)


@steady
@given(held_cases(), st.integers(0, 1 << 30))
def test_a_bundle_with_holds_and_decisions_recomputes_to_the_same_result(case: Case, seed: int) -> None:
    chance = Random(seed)
    whole = replace(case, reviews=decided(case, refused=chance.random() < 0.5, chance=chance))
    read = parse(load_json(json.dumps(dump(whole)))[0])
    assert isinstance(read, Case)
    assert recompute(read) == recompute(whole)


@steady
@given(held_cases(), st.integers(1, 3600))
def test_refusing_a_part_takes_that_time_and_nothing_else_of_the_session(case: Case, length: int) -> None:
    for one in recompute(case).holds[:1]:
        times = [(seen.start, seen.end) for seen in case.observations if hasattr(seen, "start") and seen[:2] == (one.activity, one.session)]
        if not times:
            return
        start = min(times)[0]
        part = Reviewed(one.kind, one.activity, one.session, "part", LATER, refused=True, start=start, end=start + length)
        released = Reviewed(one.kind, one.activity, one.session, "all", LATER, refused=False)
        partly, wholly = (recompute(replace(case, reviews=[review])) for review in (part, released))
        assert 0 <= wholly.credited_seconds - partly.credited_seconds <= length
