"""Does a beat over HTTP measure the server's time and nothing else, and is what it measured stated once?"""

import json

import pytest

from lms import vocabulary as v
from tests.factories import World
from tests.integration.learning.conftest import Page, statements, stretches


def test_beats_that_join_measure_the_time_between_them(player: Page) -> None:
    assert player.stay(60)["counted_seconds"] == 60


def test_the_first_beat_measures_nothing(player: Page) -> None:
    reply = player.beat()
    assert (reply["state"], reply["counted_seconds"], reply["cap_seconds"]) == ("counting", 0, 1800)


@pytest.mark.parametrize(("gap", "counted"), [(45, 45), (46, 0)])
def test_beats_join_up_to_the_beat_and_its_grace_and_a_longer_gap_counts_nothing(player: Page, gap: int, counted: int) -> None:
    player.beat()
    player.world.clock.advance(gap)
    assert player.beat()["counted_seconds"] == counted


def test_ten_minutes_then_fifty_asleep_then_ten_minutes_are_twenty(player: Page) -> None:
    player.stay(600)
    player.world.clock.advance(3000)
    assert player.stay(600)["counted_seconds"] == 1200
    player.beat(last=True)
    assert stretches(player.world) == [
        (0, 300, "PT300S"),
        (300, 600, "PT300S"),
        (3600, 3900, "PT300S"),
        (3900, 4200, "PT300S"),
    ]


def test_a_burst_of_120_beats_counts_no_more_than_the_time_that_passed(player: Page) -> None:
    counted = []
    for _ in range(120):
        player.world.clock.advance(0.01)
        counted.append(player.beat()["counted_seconds"])
    assert max(counted) == 1
    assert player.beat(last=True)["counted_seconds"] == 1
    assert stretches(player.world) == [(0, 1, "PT1S")]


def test_no_time_counts_after_the_last_beat(player: Page) -> None:
    player.stay(30)
    player.world.clock.advance(3600)
    assert player.beat(last=True)["counted_seconds"] == 30
    assert stretches(player.world) == [(0, 30, "PT30S")]


def test_a_spent_nonce_moves_nothing_and_the_reply_brings_the_next(player: Page) -> None:
    spent = player.nonce
    player.stay(30)
    player.world.clock.advance(15)
    reply = player.beat(spent)
    assert (reply["state"], reply["counted_seconds"]) == ("again", 30)
    assert player.beat()["counted_seconds"] == 45


@pytest.mark.parametrize("nonce", ["", "0" * 16, "纸船", "\0", "x" * 5000])
def test_a_made_up_nonce_moves_nothing(player: Page, nonce: str) -> None:
    player.stay(15)
    player.world.clock.advance(15)
    answer = player.try_beat(nonce)
    assert answer.status_code in {200, 400}, answer.text
    assert answer.get_json().get("state", "again") == "again"
    assert player.beat(player.open().nonce)["counted_seconds"] == 15


def test_a_beat_whose_reply_was_lost_is_taken_once_more_and_only_once(player: Page) -> None:
    player.beat()
    carried = player.nonce
    for expected in ("counting", "counting", "again"):
        player.world.clock.advance(15)
        assert player.beat(carried)["state"] == expected


def test_a_recorded_minute_played_back_counts_nothing(player: Page) -> None:
    nonces = [player.nonce]
    for _ in range(5):
        player.beat()
        nonces.append(player.nonce)
        player.world.clock.advance(15)
    player.beat(last=True)
    said = []
    for nonce in nonces:
        player.world.clock.advance(15)
        said.append(player.beat(nonce)["counted_seconds"])
    assert set(said) == {75}
    assert player.open().opened["counted_seconds"] == 75


def test_a_pause_closes_the_stretch_and_going_on_opens_another(player: Page) -> None:
    player.stay(30)
    player.world.clock.advance(10)
    paused = player.beat(last=True)
    assert (paused["state"], paused["counted_seconds"], paused["stated"]) == ("paused", 40, True)
    player.world.clock.advance(5)
    player.stay(15)
    player.beat(last=True)
    assert stretches(player.world) == [(0, 40, "PT40S"), (45, 60, "PT15S")]


def test_pausing_twice_states_once(player: Page) -> None:
    player.stay(15)
    player.beat(last=True)
    assert player.beat(last=True)["stated"] is False
    assert len(stretches(player.world)) == 1


def test_a_stretch_of_five_minutes_is_stated_while_learning_goes_on(player: Page) -> None:
    reply = player.stay(300)
    assert reply["stated"]
    assert stretches(player.world) == [(0, 300, "PT300S")]
    assert player.stay(300)["counted_seconds"] == 600
    assert stretches(player.world)[1] == (300, 600, "PT300S")


def test_a_stated_stretch_says_whose_what_and_when_under_the_authority_of_the_lms(player: Page) -> None:
    player.stay(30)
    player.beat(last=True)
    (said,) = statements(player.world, v.PRESENT)
    public = player.world.app.extensions["settings"].public_url
    assert said["object"]["id"] == v.activity_iri(public, "c1", "reading")
    assert said["authority"] == v.lms_authority(public)
    assert said["actor"]["account"]["homePage"] == public
    assert said["context"]["registration"] == str(player.world.registration())
    assert set(said["context"]["extensions"]) == {v.LAUNCH, v.OPENED, v.DEVICE, v.STRETCH}
    assert said["context"]["contextActivities"]["parent"][0]["id"] == v.course_iri(public, "c1")
    assert said["timestamp"] == said["context"]["extensions"][v.STRETCH]["to"]
    assert "王秀兰" not in json.dumps(said, ensure_ascii=False)


def test_what_beats_measured_stands_on_the_account(player: Page) -> None:
    player.stay(600)
    player.beat(last=True)
    player.world.credit()
    assert player.world.credited() == {"c1:reading": 600}


def test_the_clock_starts_from_what_was_measured_on_other_days(player: Page, world: World) -> None:
    player.stay(60)
    player.beat(last=True)
    world.clock.advance(86400)
    assert Page(player.client, world).open().opened["counted_seconds"] == 60


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"nonce": 7}', b"{}", b"\xff", b"[" * 100_000, b'{"nonce": "\\ud800"}'])
def test_a_beat_that_cannot_be_read_is_refused_and_counts_nothing(player: Page, body: bytes) -> None:
    player.stay(15)
    answer = player.send("/learn/beat", headers={"Content-Type": "application/json"}, data=body)
    assert answer.status_code == 400, answer.text
    assert answer.mimetype == "application/problem+json"
    assert player.beat()["counted_seconds"] == 15


def test_a_body_too_large_for_a_beat_is_refused_unread(player: Page) -> None:
    answer = player.send("/learn/beat", headers={"Content-Type": "application/json"}, data=b'{"nonce":"' + b"a" * 2**20 + b'"}')
    assert answer.status_code == 413


MINUTES_10 = 600


@pytest.mark.parametrize(("quiet_s", "state", "counted"), [(MINUTES_10 - 1, "counting", 30), (MINUTES_10, "paused", 15)])
def test_a_page_that_nobody_touched_for_ten_minutes_counts_no_more(player: Page, quiet_s: int, state: str, counted: int) -> None:
    player.stay(15)
    player.world.clock.advance(15)
    reply = player.send("/learn/beat", {"nonce": player.nonce, "quiet_s": quiet_s, "media": True}).get_json()
    assert (reply["state"], reply["counted_seconds"]) == (state, counted)
    player.world.clock.advance(5)
    assert player.beat(reply["nonce"])["state"] == "counting", "an act goes on from there"


@pytest.mark.parametrize(("media", "state"), [(True, "counting"), (False, "paused")])
def test_a_film_that_our_player_plays_counts_without_anybody_touching_it(world: World, media: bool, state: str) -> None:
    page = Page(world.client(), world, "film").open()
    page.stay(15)
    page.world.clock.advance(15)
    reply = page.send("/learn/beat", {"nonce": page.nonce, "quiet_s": 3 * MINUTES_10, "media": media}).get_json()
    assert reply["state"] == state
