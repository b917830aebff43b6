"""Can media be covered faster than the policy allows? Not by cutting, repeating or delaying claims."""

import random

import pytest

from lms.crediting.rates import FASTEST, TOLERANCE_S, Segment, real_rates
from lms.hours.intervals import length, union

MAX_RATE = 2.0


def said(at: int, start_s: float, end_s: float, claimed: float = 1.0, number: int = 0, *, opened: int = 0, launch: str = "") -> Segment:
    """A segment of a launch opened at 0, received at `at`."""
    return Segment((at, launch, number), opened, at, round(start_s * 1000), round(end_s * 1000), claimed, launch)


def rates(*segments: Segment) -> list[float]:
    return [rate for _, rate in real_rates(segments, MAX_RATE)]


def parts(*segments: Segment, media_ms: int | None = None) -> list[tuple[float, float, float]]:
    """The covered range (seconds) and the rate of each resulting segment."""
    return [(one.start_ms / 1000, one.end_ms / 1000, rate) for one, rate in real_rates(segments, MAX_RATE, media_ms)]


def covered_s(*segments: Segment, media_ms: int | None = None) -> float:
    return length(union((one.start_ms, one.end_ms) for one, rate in real_rates(segments, MAX_RATE, media_ms) if rate <= MAX_RATE)) / 1000


def test_played_as_fast_as_time_passes_a_segment_has_the_speed_it_claims() -> None:
    assert rates(said(60, 0, 60), said(120, 60, 120), said(180, 120, 180)) == [1.0, 1.0, 1.0]
    assert rates(said(60, 0, 90, 1.5)) == [1.5]


@pytest.mark.parametrize("claimed", [0.5, 1.0, 2.0])
def test_what_a_page_claims_cannot_make_a_segment_slower_than_it_was(claimed: float) -> None:
    """45 minutes claimed three minutes after opening: the part that can have been played is covered, the rest was too fast."""
    assert parts(said(175, 0, 2700, claimed)) == [(0, 360, 2.0), (360, 2700, 15.0)]


def test_what_a_page_claims_can_make_it_faster() -> None:
    assert rates(said(1000, 0, 60, 16)) == [16]


def test_clocks_may_differ_by_five_seconds_and_no_more() -> None:
    assert TOLERANCE_S == 5
    assert rates(said(10, 0, 30)) == [2.0]
    assert parts(said(10, 0, 30.3)) == [(0, 30, 2.0), (30, 30.3, 2.02)]
    assert parts(said(10, 0, 30.001)) == [(0, 30, 2.0), (30, 30.001, 2.001)]


def test_the_same_time_serves_once() -> None:
    assert parts(said(100, 0, 200, 2), said(100, 200, 400, 2, 1)) == [(0, 200, 2.0), (200, 210, 2.0), (210, 400, 40.0)]
    assert covered_s(said(100, 0, 200, 2), said(100, 200, 400, 2, 1), said(100, 400, 600, 2, 2)) == 210


def test_ten_pages_opened_at_once_have_the_time_of_one() -> None:
    """This covered 200 s of film in 8 s when each launch had its own time and tolerance."""
    at_once = [said(8, 20 * number, 20 * number + 20, launch=f"page {number}") for number in range(10)]
    assert covered_s(*at_once) == 26
    assert {one.launch for one, rate in real_rates(at_once, MAX_RATE) if rate > MAX_RATE} == {f"page {number}" for number in range(1, 10)}


def test_two_devices_one_after_the_other_have_the_time_of_both() -> None:
    phone = [said(60, 0, 60, launch="phone"), said(120, 60, 120, launch="phone")]
    computer = [said(400, 120, 180, opened=340, launch="computer"), said(460, 180, 240, opened=340, launch="computer")]
    assert rates(*phone, *computer) == [1.0] * 4
    assert covered_s(*phone, said(360, 120, 300, opened=340, launch="computer")) == 290  # (120 + 20 + 5) · 2


def test_a_film_goes_on_the_next_day() -> None:
    day = 86_400
    assert rates(said(1800, 0, 1800), said(day + 900, 1800, 2700, opened=day, launch="tomorrow")) == [1.0, 1.0]
    assert (
        covered_s(said(1800, 0, 1800), said(day + 100, 1800, 9000, opened=day, launch="tomorrow")) == 3810
    )  # what passed between is nobody's


def test_what_is_delivered_late_or_all_at_once_was_played_at_its_speed() -> None:
    assert rates(*(said(5000, 60 * number, 60 * number + 60, number=number) for number in range(45))) == [1.0] * 45


def test_what_is_covered_already_takes_no_time_again() -> None:
    assert rates(said(60, 0, 60), said(65, 0, 65), said(66, 20, 50, 1.5)) == [1.0, 1.0, 1.5]


def test_a_refused_segment_takes_no_time_from_what_is_played_afterwards() -> None:
    claims = [said(10, 0, 2700), said(11, 0, 2700), said(2700, 0, 2700)]
    assert covered_s(*claims[:2]) == 32
    assert rates(*claims) == [1.0, 1.0, 1.0]  # by the last claim the time has passed


def test_of_what_was_refused_only_the_last_claim_is_told() -> None:
    assert parts(said(10, 0, 2700), said(11, 0, 2700)) == [(0, 32, 2.0), (32, 2700, 168.75)]
    assert parts(said(60, 0, 60), said(61, 60, 400), said(62, 100, 400)) == [
        (0, 60, 1.0),
        (60, 100, 2.0),
        (100, 134, 2.0),
        (134, 400, 17.647),
    ]


def test_at_the_very_edge_of_what_is_allowed_a_segment_covers() -> None:
    first, again = rates(said(95, 0, 200), said(96, 0, 200, 1))
    assert max(first, again) <= MAX_RATE


def test_where_no_time_has_passed_there_is_the_tolerance() -> None:
    assert covered_s(said(-5, 0, 1), said(-5, 5, 500, 1, 1)) == 10
    assert parts(said(0, 0, 1_000_000)) == [(0, 10, 2.0), (10, 1_000_000, FASTEST)]
    assert rates(said(1000, 0, 1, 1e9)) == [FASTEST]


def test_positions_outside_the_media_use_up_nothing() -> None:
    assert covered_s(said(20, 5000, 9000), said(20, 0, 20, number=1), media_ms=60_000) == 4020
    assert rates(said(20, 5000, 9000), said(20, 0, 20, number=1)) != [1.0, 1.0]


def test_order_of_receipt_decides_not_the_order_of_reading() -> None:
    segments = [said(60, 0, 60), said(90, 60, 120), said(200, 120, 180), said(201, 180, 900)]
    told = real_rates(segments, MAX_RATE)
    for seed in range(10):
        mixed = random.Random(seed).sample(segments, len(segments))
        assert real_rates(mixed, MAX_RATE) == told


def test_what_is_claimed_too_fast_by_its_own_word_is_told_whole() -> None:
    assert parts(said(10, 0, 100, 16), said(100, 0, 100)) == [(0, 100, 16), (0, 100, 1.0)]
    assert parts(said(10, 0, 100, 16), said(11, 0, 100)) == [(0, 100, 16), (0, 32, 2.0), (32, 100, 6.25)]
