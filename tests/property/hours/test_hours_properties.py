"""Do the hours contract's properties hold on realistic evidence, and does a slow reference agree?

`HOURS_EXAMPLES` sets how many cases each property is tried on; the same ones every time.
"""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lms.hours as core
from lms.hours import Case, Policy, hours_of
from tests.property.hours import naive
from tests.property.hours.dense_cases import dense_cases, steady
from tests.property.hours.properties import PROPERTIES, Property
from tests.property.hours.realistic import cases


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda one: one.__name__)
def test_a_property_holds_on_realistic_evidence(holds: Property) -> None:
    @steady
    @given(cases(), st.integers(0, 1 << 30))
    def try_it(case: Case, seed: int) -> None:
        holds(core, case, Random(seed))

    try_it()


@steady
@given(dense_cases())
def test_second_by_second_nothing_larger_is_possible(case: Case) -> None:
    assert {name: account.credited_seconds for name, account in core.recompute(case).activities.items()} == naive.credited_by_second(case)


@steady
@given(
    st.lists(st.integers(0, 10**7), min_size=1, max_size=40),
    st.integers(1, 120),
    st.sampled_from(["0.1", "0.3", "0.25", "0.001", "1", "7", "0.70"]),
)
def test_rounding_once_never_gives_less_than_rounding_each(parts: list[int], minutes: int, step: str) -> None:
    policy = Policy(minutes, Decimal(step), "UTC", None, Decimal(2))
    assert hours_of(sum(parts), policy) >= sum(hours_of(part, policy) for part in parts)
