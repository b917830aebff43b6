"""Are openings at a machine's intervals found, and is a person's studying left alone?"""

from random import Random

import pytest

from lms.hours import Present
from lms.hours.regularity import LEAST_OPENINGS, regular_openings


def opened(*instants: int, device: str = "pc-1", length: int = 60) -> list[Present]:
    return [Present("a", f"s{number}", device, at, at + length) for number, at in enumerate(instants)]


def sessions(presents: list[Present]) -> set[str]:
    return {flag.session for flag in regular_openings(presents)}


@pytest.mark.parametrize("gap", [60, 300, 3600, 86_400])
def test_openings_at_equal_intervals_are_flagged_all_of_them(gap: int) -> None:
    presents = opened(*(1000 + gap * number for number in range(LEAST_OPENINGS)))
    assert sessions(presents) == {f"s{number}" for number in range(LEAST_OPENINGS)}


def test_a_second_of_rounding_makes_no_difference_and_two_do() -> None:
    wobbling = [1000 + 300 * number + number % 2 for number in range(LEAST_OPENINGS)]
    assert sessions(opened(*(1000 + 300 * number + (number > 3) for number in range(LEAST_OPENINGS)))) != set()
    assert sessions(opened(*wobbling)) == set(), "intervals of 299 and 301 seconds differ by two"


def test_one_opening_fewer_is_not_flagged() -> None:
    assert sessions(opened(*(1000 + 300 * number for number in range(LEAST_OPENINGS - 1)))) == set()


def test_stretches_of_one_opening_are_not_openings() -> None:
    """The server itself cuts presence every five minutes, and the player beats by a timer: neither is a sign of a machine."""
    presents = [Present("a", "s1", "pc-1", 1000 + 300 * number, 1300 + 300 * number) for number in range(50)]
    assert sessions(presents) == set()


def test_presence_without_a_device_is_left_alone() -> None:
    presents = opened(*(1000 + 300 * number for number in range(20)), device="")
    assert sessions(presents) == set()


def test_a_person_who_goes_from_film_to_film_of_equal_length_is_left_alone() -> None:
    chance = Random(7)
    for _ in range(200):
        at, instants = 0, []
        for _number in range(40):
            at += 300 + chance.randrange(2, 20)  # the seconds until a hand clicks on the next one
            instants.append(at)
        assert sessions(opened(*instants)) == set()


def test_a_run_among_other_openings_is_flagged_alone() -> None:
    run = [50_000 + 300 * number for number in range(LEAST_OPENINGS)]
    before, after = [1000, 1500, 4000], [90_000, 93_000]
    flagged = sessions(opened(*before, *run, *after))
    assert flagged == {f"s{number}" for number in range(len(before), len(before) + len(run))}
