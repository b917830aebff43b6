"""Does a learner have only one live page, on any tab or device, and are the others told?"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from lms.learning.models import Launch, Registration
from tests.factories import World
from tests.integration.learning.conftest import Page, stretches

Elsewhere = Callable[..., Page]


def test_opening_on_another_device_takes_the_lease_and_the_loser_is_told(player: Page, elsewhere: Elsewhere) -> None:
    player.stay(30)
    other = elsewhere().open()
    answer = player.try_beat()
    assert (answer.status_code, answer.get_json()["code"]) == (409, "lease")
    assert other.stay(15)["counted_seconds"] == 45


def test_the_losers_stretch_is_stated_up_to_its_last_beat(player: Page, elsewhere: Elsewhere) -> None:
    player.stay(30)
    player.world.clock.advance(10)
    elsewhere().open()
    assert stretches(player.world) == [(0, 30, "PT30S")]


def test_a_second_tab_of_the_same_activity_takes_the_lease_too(player: Page, world: World) -> None:
    player.stay(30)
    second = Page(player.client, world).open()
    assert player.try_beat().get_json()["code"] == "lease"
    assert second.beat()["counted_seconds"] == 30


def test_the_tab_that_lost_cannot_go_on_with_the_nonce_of_the_tab_that_won(player: Page, world: World) -> None:
    second = Page(player.client, world).open()
    assert player.try_beat(second.nonce).status_code == 409
    assert second.beat()["state"] == "counting"


def test_the_lease_can_be_taken_back_and_given_away_again(player: Page, elsewhere: Elsewhere) -> None:
    player.stay(30)
    other = elsewhere("gated").open()
    other.stay(30)
    assert player.open().stay(30)["counted_seconds"] == 60
    assert other.try_beat().get_json()["code"] == "lease"
    assert other.open().beat()["counted_seconds"] == 30
    assert player.try_beat().status_code == 409


def test_two_tabs_beating_in_turns_count_every_second_once(player: Page, elsewhere: Elsewhere) -> None:
    other = elsewhere("gated").open()
    player.open()
    said = []
    for _ in range(20):
        said += [player.try_beat().status_code, other.try_beat().status_code]
        player.world.clock.advance(15)
    assert said == [200, 409] * 20
    player.beat(last=True)
    assert sum(until - since for since, until, _ in stretches(player.world)) == 300


def test_five_tabs_that_fight_for_the_lease_count_no_more_than_the_time_that_passed(player: Page, elsewhere: Elsewhere) -> None:
    tabs = [player, *(elsewhere(activity) for activity in ("gated", "quiz", "film", "reading"))]
    for turn in range(40):
        tab = tabs[turn % 5].open()
        tab.beat()
        player.world.clock.advance(5)
        tab.try_beat()
    elsewhere().open()
    player.world.credit()
    assert sum(until - since for since, until, _ in stretches(player.world)) == 200
    assert sum(player.world.credited().values()) <= 200


def test_a_page_that_only_sends_what_waited_takes_no_lease(player: Page, elsewhere: Elsewhere) -> None:
    waiting = elsewhere("gated").open(take=False)
    assert waiting.token
    assert player.beat()["state"] == "counting"
    assert waiting.try_beat().get_json()["code"] == "lease"
    assert waiting.say({}).status_code == 200


def test_a_reload_resumes_its_own_launch_and_another_browser_opens_another(player: Page, elsewhere: Elsewhere, world: World) -> None:
    Page(player.client, world).open()
    assert _count(world) == (1, 1)
    elsewhere().open()
    assert _count(world) == (2, 1)


def test_after_twelve_hours_a_new_launch_is_opened_and_what_was_measured_stays(player: Page) -> None:
    player.stay(30)
    player.world.clock.advance(12 * 3600 + 1)
    assert player.open().opened["counted_seconds"] == 30
    assert _count(player.world) == (2, 1)


@pytest.mark.parametrize("rounds", [3])
def test_pages_opened_at_the_same_moment_leave_one_live(world: World, elsewhere: Elsewhere, rounds: int) -> None:
    pages = [elsewhere(activity) for activity in ("reading", "gated", "quiz", "film")]
    tokens = [page.csrf() for page in pages]
    for _ in range(rounds):
        with ThreadPoolExecutor(len(pages)) as pool:
            answers = list(pool.map(lambda pair: pair[0].ask_to_open(pair[1]), zip(pages, tokens, strict=True)))
        assert [answer.status_code for answer in answers] == [200] * len(pages)
    live = world.act(lambda session: session.scalar(select(func.count()).select_from(Launch).where(Launch.live)))
    assert live == 1
    assert _count(world) == (4, 1)


def _count(world: World) -> tuple[int, int]:
    kinds = (Launch, Registration)
    launches, registrations = (
        world.act(lambda session, kind=kind: session.scalar(select(func.count()).select_from(kind))) for kind in kinds
    )
    return launches, registrations
