"""Does a code identify its session and time, and can nobody make or reuse one?"""

from datetime import UTC, datetime, timedelta

import pytest

from lms.attendance.codes import CHANGES_S, CLAIMED, FRESH, IN, OUT, code_at, read_code, write_code

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
AT = datetime(2026, 3, 2, 0, 31, 7, tzinfo=UTC)


@pytest.mark.parametrize("way", [IN, OUT])
@pytest.mark.parametrize("session_id", [1, 2**31 - 1])
def test_a_code_is_read_as_it_was_written(session_id: int, way: str) -> None:
    code = code_at(session_id, way, AT)
    assert read_code(write_code(code, KEY), KEY) == code
    assert len(write_code(code, KEY)) == 24


def test_a_code_changes_every_few_seconds_and_stays_for_as_long() -> None:
    shown = {write_code(code_at(7, IN, AT + timedelta(seconds=second)), KEY) for second in range(60)}
    assert len(shown) == 60 // CHANGES_S + 1
    assert code_at(7, IN, AT) == code_at(7, IN, AT + timedelta(seconds=2))


def test_a_code_is_fresh_for_seconds_and_claimable_for_days() -> None:
    code = code_at(7, IN, AT)
    assert code.fresh(code.at)
    assert code.fresh(code.at + FRESH - timedelta(seconds=1))
    assert not code.fresh(code.at + FRESH)
    assert not code.fresh(code.at - timedelta(seconds=1))
    assert code.claimable(code.at + FRESH)
    assert not code.claimable(code.at + CLAIMED)
    assert not code.claimable(code.at - timedelta(seconds=1))


def test_no_character_of_a_code_can_be_changed() -> None:
    text = write_code(code_at(7, IN, AT), KEY)
    for place in range(len(text)):
        forged = text[:place] + ("B" if text[place] == "A" else "A") + text[place + 1 :]
        assert read_code(forged, KEY) is None


@pytest.mark.parametrize("text", ["", "A" * 24, "A" * 23, "A" * 10_000, "é" * 24, "=" * 24, " " * 24])
def test_a_text_that_is_not_a_code_is_ignored(text: str) -> None:
    assert read_code(text, KEY) is None


def test_another_sites_code_says_nothing() -> None:
    assert read_code(write_code(code_at(7, IN, AT), OTHER_KEY), KEY) is None
