"""Is a mistyped certificate number told from an unknown one, and is every number new?"""

import pytest

from lms.certification.numbers import ALPHABET, new_number, read_number


def test_a_number_reads_back_in_any_spelling() -> None:
    number = new_number(2026)
    assert read_number(number) == number
    assert read_number(f" {number.lower().replace('-', ' ')} ") == number


def test_letters_that_people_misread_are_read_as_the_digit() -> None:
    number = next(one for one in iter(lambda: new_number(2026), "") if "0" in one[5:] and "1" in one[5:])
    assert read_number(number[:5] + number[5:].replace("0", "O").replace("1", "l")) == number


def test_every_single_wrong_character_is_noticed() -> None:
    number = new_number(2026).replace("-", "")
    for place in range(4, len(number)):
        for other in ALPHABET:
            if other != number[place]:
                assert read_number(number[:place] + other + number[place + 1 :]) is None


@pytest.mark.parametrize("typed", ["", "2026", "x" * 10_000, "２０２６-ＡＡＡＡＡ-ＡＡＡＡＡ", "2026-AAAAA-AAAAA\x00", "2026-UUUUU-UUUUU"])
def test_anything_else_is_refused(typed: str) -> None:
    assert read_number(typed) is None


def test_numbers_do_not_repeat() -> None:
    assert len({new_number(2026) for _ in range(1000)}) == 1000
