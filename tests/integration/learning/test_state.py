"""Does a learner continue at the place where they stopped, byte for byte, and never at an older one?"""

from collections.abc import Callable

import pytest

from lms.learning.state import LARGEST_BYTES
from tests.integration.learning.conftest import Page

DAY_MS = 86_400_000
JSON = {"Content-Type": "application/json"}


def save(page: Page, body: str, age_ms: float = 0) -> bool:
    answer = page.send("/learn/state", headers=JSON, data=f'{{"body": {body}, "age_ms": {age_ms}}}'.encode())
    assert answer.status_code == 200, answer.text
    kept: bool = answer.get_json()["kept"]
    return kept


def kept(page: Page) -> str:
    """Return the state as an opened page gets it, byte for byte."""
    answer = page.ask_to_open(page.csrf())
    return answer.text.partition('"state":')[2].rpartition(',"attempts"')[0]


@pytest.mark.parametrize(
    "body",
    [
        '{"b": 1.50, "a":  [1, 2.0e1 ,null], "c": 12345678901234567890123}',
        '"纸船 \\u5c0f \\u0000 \\ud83d\\ude00 \\/ é"',
        '{"a":1,"a":2}',
        "null",
        "[]",
        '""',
    ],
)
def test_resume_data_comes_back_byte_for_byte(player: Page, body: str) -> None:
    assert save(player, body)
    assert kept(player) == body


def test_a_new_activity_has_no_resume_data(player: Page) -> None:
    assert player.opened["state"] is None


def test_the_newest_writing_wins_whatever_came_last(player: Page) -> None:
    assert save(player, '"phone, a minute ago"', 60_000)
    assert not save(player, '"phone, yesterday"', DAY_MS)
    assert kept(player) == '"phone, a minute ago"'
    assert save(player, '"now"')
    assert kept(player) == '"now"'


def test_a_device_that_was_offline_does_not_overwrite_what_its_owner_did_since(player: Page, elsewhere: Callable[..., Page]) -> None:
    player.world.clock.advance(3600)
    other = elsewhere().open()
    save(other, '"page 9"')
    player.world.clock.advance(60)
    assert not save(player, '"page 2"', 3_000_000)
    assert kept(player) == '"page 9"'


def test_activities_keep_their_places_apart(player: Page, elsewhere: Callable[..., Page]) -> None:
    save(player, '"reading"')
    assert elsewhere("gated").open().opened["state"] is None


@pytest.mark.parametrize("age_ms", ["-1", "-1e308", "1e308", "1e400", "NaN", '"old"'])
def test_an_age_that_cannot_be_is_refused_and_overwrites_nothing(player: Page, age_ms: str) -> None:
    save(player, '"kept"')
    answer = player.send("/learn/state", headers=JSON, data=f'{{"body": "other", "age_ms": {age_ms}}}'.encode())
    assert answer.status_code == 400
    assert kept(player) == '"kept"'


def test_an_age_of_years_counts_as_a_month(player: Page) -> None:
    assert save(player, '"old"', 20 * 365 * DAY_MS)
    player.world.clock.advance(1)
    assert save(player, '"older still, but later"', 30 * DAY_MS)


@pytest.mark.parametrize("jump", [-7 * 86400, 7 * 86400])
def test_after_a_clock_jumped_a_week_the_next_place_is_kept(player: Page, jump: int) -> None:
    save(player, '"before"')
    player.world.clock.advance(jump)
    player.open()
    assert save(player, '"after"', 40)
    assert kept(player) == '"after"'


def test_the_largest_state_is_kept_and_a_larger_one_says_what_to_do(player: Page) -> None:
    largest = '"' + "a" * (LARGEST_BYTES - 2) + '"'
    assert save(player, largest)
    answer = player.send("/learn/state", headers=JSON, data=f'{{"body": {largest[:-1]}b"}}'.encode())
    assert (answer.status_code, answer.get_json()["code"]) == (413, "state-size")
    assert "64 KB" in answer.get_json()["detail"]
    assert "学时不受影响" in answer.get_json()["detail"]
    assert kept(player) == largest


def test_the_limit_counts_bytes_and_not_characters(player: Page) -> None:
    body = '"' + "字" * (LARGEST_BYTES // 3 + 1) + '"'
    assert player.send("/learn/state", headers=JSON, data=f'{{"body": {body}}}'.encode()).status_code == 413


@pytest.mark.parametrize(
    "sent",
    [
        b'{"body": "\xff"}',
        b'{"body": "a\x00b"}',
        b'{"body": "\\ud800"}',
        b'{"body": {"a": }}',
        b'{"body": nope}',
        b'{"age_ms": 1}',
        b'{"body": ' + b"[" * 60_000 + b"]" * 60_000 + b"}",
        b"",
    ],
)
def test_input_that_is_not_json_is_refused_and_overwrites_nothing(player: Page, sent: bytes) -> None:
    save(player, '"kept"')
    answer = player.send("/learn/state", headers=JSON, data=sent)
    assert answer.status_code in {400, 413}, answer.text
    assert kept(player) == '"kept"'
