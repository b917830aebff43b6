"""Can media be covered faster than time passes? Only as fast as the policy allows, however a launch's claims are cut, repeated or delayed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.crediting.rates import FASTEST, TOLERANCE_S, Segment, real_rates
from lms.hours.intervals import length, union

MAX_RATE = 2.0


def said(at: int, start_s: float, end_s: float, claimed: float = 1.0, number: int = 0) -> Segment:
    """A segment of a launch opened at 0, received at `at`."""
    return Segment((at, "", number), 0, at, round(start_s * 1000), round(end_s * 1000), claimed)


def rates(*segments: Segment) -> list[float]:
    return [rate for _, rate in real_rates(segments, MAX_RATE)]


def test_played_as_fast_as_time_passes_a_segment_has_the_speed_it_claims() -> None:
    assert rates(said(60, 0, 60), said(120, 60, 120), said(180, 120, 180)) == [1.0, 1.0, 1.0]
    assert rates(said(60, 0, 90, 1.5)) == [1.5]


@pytest.mark.parametrize("claimed", [0.5, 1.0, 2.0])
def test_what_a_page_claims_cannot_make_a_segment_slower_than_it_was(claimed: float) -> None:
    assert rates(said(175, 0, 2700, claimed)) == [15.0]  # 45 minutes, three minutes after opening


def test_what_a_page_claims_can_make_it_faster() -> None:
    assert rates(said(1000, 0, 60, 16)) == [16]


def test_clocks_may_differ_by_five_seconds_and_no_more() -> None:
    assert TOLERANCE_S == 5
    assert rates(said(10, 0, 30)) == [2.0]
    assert rates(said(10, 0, 30.3)) == [2.02]


def test_the_same_time_serves_once() -> None:
    assert rates(said(100, 0, 200, 2), said(100, 200, 400, 2, 1)) == [2.0, 40.0]
    assert rates(said(100, 0, 50), said(100, 50, 100, number=1), said(100, 100, 150, number=2)) == [1.0, 1.0, 10.0]


def test_what_is_covered_already_takes_no_time_again() -> None:
    assert rates(said(60, 0, 60), said(65, 0, 65), said(66, 20, 50, 1.5)) == [1.0, 1.0, 1.5]


def test_a_refused_segment_covers_nothing_and_takes_no_time() -> None:
    assert rates(said(10, 0, 2700), said(11, 0, 2700), said(60, 0, 60)) == [180.0, 168.75, 1.0]


def test_at_the_very_edge_of_what_is_allowed_a_segment_covers() -> None:
    first, again = rates(said(95, 0, 200), said(96, 0, 200, 1))
    assert (first, again) == (2.0, 1.0)


def test_where_no_time_has_passed_it_is_as_fast_as_can_be_said_and_never_more() -> None:
    assert rates(said(-5, 0, 1), said(-5, 5, 5, 1, 1), said(1000, 0, 1, 1e9)) == [FASTEST, 1.0, FASTEST]
    assert rates(said(0, 0, 1_000_000)) == [FASTEST]


def test_order_of_receipt_decides_not_the_order_of_reading() -> None:
    segments = [said(60, 0, 60), said(90, 60, 120), said(200, 120, 180), said(201, 180, 900)]
    told = real_rates(segments, MAX_RATE)
    for seed in range(10):
        mixed = random.Random(seed).sample(segments, len(segments))
        assert real_rates(mixed, MAX_RATE) == told


CLAIMS = st.lists(
    st.builds(
        said,
        at=st.integers(0, 300),
        start_s=st.integers(0, 600),
        end_s=st.integers(0, 600),
        claimed=st.sampled_from([0.25, 1.0, 1.5, 2.0, 16.0]),
        number=st.integers(0, 5),
    ).filter(lambda one: one.start_ms < one.end_ms),
    max_size=12,
)


@given(CLAIMS)
def test_at_no_time_is_more_covered_than_could_be_played_by_then(claims: list[Segment]) -> None:
    told = real_rates(claims, MAX_RATE)
    for now in {one.at for one in claims}:
        covered = union((one.start_ms, one.end_ms) for one, rate in told if rate <= MAX_RATE and one.at <= now)
        assert length(covered) / 1000 <= MAX_RATE * (now + TOLERANCE_S) + 0.1
