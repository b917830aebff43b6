"""Are passwords refused that an attacker would guess first, and no others?"""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from lms.accounts.easy_passwords import COMMON, is_common, is_made_of

KNOWN = ("王秀兰", "wangxiulan", "实验小学", "2026-primary-01", "k1", "ab")


def test_the_ten_thousand_most_common_passwords_are_refused() -> None:
    most_common = FREQUENCY_LISTS["passwords"][:10_000]
    assert len(set(most_common)) == 10_000
    assert all(is_common(one) for one in most_common)


@pytest.mark.parametrize(
    "password", ["password1", "PassWord1", "ｐａｓｓｗｏｒｄ1", "pass word 1", "woaini1314", "qwertyuiop", "1qaz2wsx3edc"]
)
def test_width_case_and_spaces_make_no_difference(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize("password", ["纸船 and seven hills", "eine ganz andere Sache", "a password for tests"])
def test_a_password_of_several_words_is_taken(password: str) -> None:
    assert not is_common(password)
    assert not is_made_of(password, KNOWN, 8)


def test_the_list_is_large_enough_to_be_worth_something() -> None:
    assert len(COMMON) >= 10_000


@pytest.mark.parametrize("password", ["王秀兰123456", "wangXiuLan!", "实验小学2026", "2026-primary-01x", "ＷＡＮＧxiulan99"])
def test_what_others_know_with_a_few_characters_more_is_refused(password: str) -> None:
    assert is_made_of(password, KNOWN, 8)


@pytest.mark.parametrize("password", ["实验小学门前有一条弯弯的小河", "k1 and seven hills", "crabs in a bucket"])
def test_a_known_word_among_others_and_a_word_too_short_to_matter_are_taken(password: str) -> None:
    assert not is_made_of(password, KNOWN, 8)
