"""Properties of held hours, one function each, so that they test the core and every planted fault alike."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from types import ModuleType

from hypothesis import strategies as st

from lms.hours import HOLDABLE, Case, Completed, Observation, Policy, Present, Reported, Result, Reviewed, Rule
from tests.property.hours.realistic import cases

Property = Callable[[ModuleType, Case, Random], None]
LATER = 2_000_000_000
BEGIN = 1_772_330_400


@st.composite
def busy_cases(draw: st.DrawFn) -> Case:
    """Draw a case of ten minutes in which almost everything overlaps on two devices, and some session opens each gate."""
    activities = {name: Rule(draw(st.sampled_from([60, 300, 3600])), completed=draw(st.booleans())) for name in "abc"}
    observations: list[Observation] = [Completed(name, f"s{draw(st.integers(0, 3))}", BEGIN) for name in "abc"]
    for number in range(draw(st.integers(2, 8))):
        start, name = BEGIN + draw(st.integers(0, 600)), draw(st.sampled_from("abc"))
        device = draw(st.sampled_from(["pc", "phone"]))
        observations.append(Present(name, f"s{number % 4}", device, start, start + draw(st.integers(1, 300))))
    limit = draw(st.sampled_from([None, None, 5]))
    return Case(Policy(45, Decimal("0.1"), "Asia/Shanghai", limit, Decimal(2)), activities, observations)


@st.composite
def held_cases(draw: st.DrawFn) -> Case:
    """Draw a case in which some kinds of flags hold hours."""
    case = draw(st.one_of(cases(), busy_cases()))
    holding = frozenset(draw(st.sets(st.sampled_from(HOLDABLE), min_size=1)) | {"devices"})
    return replace(case, policy=replace(case.policy, holds=holding))


def unheld(case: Case) -> Case:
    """Return the case under a policy that holds nothing."""
    return replace(case, policy=replace(case.policy, holds=frozenset()))


def without_held_sessions(core: ModuleType, case: Case) -> Case:
    """Return the case without the evidence of the flagged sessions."""
    held = {(one.activity, one.session) for one in core.recompute(case).holds}
    return unheld(replace(case, observations=[seen for seen in case.observations if (seen.activity, seen.session) not in held]))


def decided(core: ModuleType, case: Case, *, refused: bool, at: int = LATER, chance: Random | None = None) -> list[Reviewed]:
    """Decide every hold of a case (or some, by chance)."""
    holds = [one for one in core.recompute(case).holds if chance is None or chance.random() < 0.5]
    return [Reviewed(one.kind, one.activity, one.session, f"d{at}-{number}", at, refused) for number, one in enumerate(holds)]


def mixed(core: ModuleType, case: Case, chance: Random) -> list[Reviewed]:
    """Refuse some holds, release some of all later, and refuse a part of some after that."""
    refusals = decided(core, case, refused=True, chance=chance)
    releases = decided(core, case, refused=False, at=LATER + 1, chance=chance)
    later = decided(core, case, refused=True, at=LATER + 2, chance=chance)
    parts = [one._replace(start=start, end=start + 300) for one in later if (start := begin_of(case, one)) is not None]
    return refusals + releases + parts


def begin_of(case: Case, one: Reviewed) -> int | None:
    """Return when the time of a session begins; None if it has none."""
    times = [seen.start for seen in case.observations if isinstance(seen, Present) and seen[:2] == (one.activity, one.session)]
    return min(times, default=None)


def account(result: Result) -> dict[str, int]:
    return {name: one.credited_seconds for name, one in result.activities.items()}


def held_and_released_is_the_same_as_never_held(core: ModuleType, case: Case, _random: Random) -> None:
    never = core.recompute(unheld(case))
    released = core.recompute(replace(case, reviews=decided(core, case, refused=False)))
    assert (account(released), released.hours, released.held_seconds) == (account(never), never.hours, 0)


def credited_and_held_together_are_what_would_be_credited_without_holds(core: ModuleType, case: Case, _random: Random) -> None:
    never, held = core.recompute(unheld(case)), core.recompute(case)
    assert held.credited_seconds + held.held_seconds == never.credited_seconds
    assert held.measured_seconds == never.measured_seconds
    assert all(one.held_seconds >= 0 for one in held.activities.values())
    assert all(one.credited_seconds + one.held_seconds <= one.cap_seconds for one in held.activities.values())


def what_is_credited_meanwhile_is_what_the_other_evidence_gives(core: ModuleType, case: Case, _random: Random) -> None:
    assert account(core.recompute(case)) == account(core.recompute(without_held_sessions(core, case)))


def held_and_refused_is_the_same_as_never_seen(core: ModuleType, case: Case, _random: Random) -> None:
    bare = core.recompute(without_held_sessions(core, case))
    refused = core.recompute(replace(case, reviews=decided(core, case, refused=True)))
    assert (account(refused), refused.held_seconds) == (account(bare), 0)


def order_and_repetition_make_no_difference(core: ModuleType, case: Case, random: Random) -> None:
    reviews = mixed(core, case, random)
    again = [*case.observations, *random.sample(case.observations, len(case.observations) // 2)]
    twice = random.sample([*reviews, *reviews], 2 * len(reviews))
    shuffled = replace(case, observations=random.sample(again, len(again)), reviews=twice)
    assert core.recompute(shuffled) == core.recompute(replace(case, reviews=reviews))


def the_latest_decision_holds(core: ModuleType, case: Case, _random: Random) -> None:
    last = decided(core, case, refused=False, at=LATER + 1)
    both = [*last, *decided(core, case, refused=True)]
    assert core.recompute(replace(case, reviews=both)) == core.recompute(replace(case, reviews=last))


def every_measured_second_is_explained_once(core: ModuleType, case: Case, random: Random) -> None:
    for reviews in ([], mixed(core, case, random)):
        for one in core.explain(replace(case, reviews=reviews)).activities.values():
            left = one.account.measured_seconds - one.account.credited_seconds
            assert sum(reason.seconds for reason in one.uncounted) == left
            assert all(reason.seconds > 0 for reason in one.uncounted)


def decisions_never_change_what_was_measured(core: ModuleType, case: Case, random: Random) -> None:
    plain, reviewed = core.recompute(unheld(case)), core.recompute(replace(case, reviews=mixed(core, case, random)))
    assert {name: one.measured for name, one in reviewed.activities.items()} == {
        name: one.measured for name, one in plain.activities.items()
    }


def a_bundle_recomputes_to_the_same_result(core: ModuleType, case: Case, random: Random) -> None:
    whole = replace(case, reviews=mixed(core, case, random))
    read = core.parse(core.load_json(json.dumps(core.dump(whole)))[0])
    assert not isinstance(read, list)
    assert core.recompute(read) == core.recompute(whole)


def refusing_a_part_is_the_same_as_never_having_been_there_then(core: ModuleType, case: Case, random: Random) -> None:
    length = random.randrange(1, 3600)
    reviews, cut = decided(core, case, refused=False), list(case.observations)
    for one in core.recompute(case).holds:
        place = (one.activity, one.session)
        begin = begin_of(case, Reviewed(*one[:3], "", 0, refused=True))
        if begin is None or any(isinstance(seen, Reported) and seen[:2] == place for seen in case.observations):
            continue
        reviews.append(Reviewed(one.kind, *place, "part", LATER + 1, refused=True, start=begin, end=begin + length))
        cut = [part for seen in cut for part in without_the_time(seen, place, (begin, begin + length))]
    assert account(core.recompute(replace(case, reviews=reviews))) == account(core.recompute(unheld(replace(case, observations=cut))))


def without_the_time(seen: Observation, place: tuple[str, str], cut: tuple[int, int]) -> list[Observation]:
    if not isinstance(seen, Present) or seen[:2] != place:
        return [seen]
    parts = [(seen.start, min(seen.end, cut[0])), (max(seen.start, cut[1]), seen.end)]
    return [seen._replace(start=start, end=end) for start, end in parts if start < end]


PROPERTIES: tuple[Property, ...] = (
    held_and_released_is_the_same_as_never_held,
    credited_and_held_together_are_what_would_be_credited_without_holds,
    what_is_credited_meanwhile_is_what_the_other_evidence_gives,
    held_and_refused_is_the_same_as_never_seen,
    order_and_repetition_make_no_difference,
    the_latest_decision_holds,
    every_measured_second_is_explained_once,
    a_bundle_recomputes_to_the_same_result,
    decisions_never_change_what_was_measured,
    refusing_a_part_is_the_same_as_never_having_been_there_then,
)
