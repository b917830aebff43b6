"""Do beats and statements that are answered before Flask get Flask's answers, and does Flask handle all others?"""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from lms import vocabulary as v
from lms.db import Database
from lms.web.fast_path import FastPathMiddleware
from tests.factories import CONTENT_URL
from tests.integration.learning.conftest import Page, statements, stretches
from tests.integration.xapi.conftest import seen_by_flask

HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def told(answer: TestResponse) -> tuple[int, dict[str, str], dict[str, object]]:
    """Return what is the same in every answer. Vary is for caches, and none keeps an answer to a POST."""
    changing = {"X-Request-Id", "X-Experience-API-Consistent-Through", "Vary"}
    assert answer.headers["X-Request-Id"]
    headers = {name: value for name, value in answer.headers if name not in changing}
    body = answer.get_json()
    return answer.status_code, headers, {**body, "nonce": None} if isinstance(body, dict) else body


def test_an_ordinary_beat_is_answered_without_flask_and_as_flask_would(player: Page) -> None:
    player.beat()
    early, late = early_and_late(player, player.try_beat)
    assert told(early) == told(late)
    assert early.get_json()["nonce"] != late.get_json()["nonce"]


def early_and_late(player: Page, ask: Callable[[], TestResponse]) -> tuple[TestResponse, TestResponse]:
    """Ask the same of the whole site and then of Flask alone."""
    site = player.world.app.wsgi_app
    assert isinstance(site, FastPathMiddleware)
    with seen_by_flask(player.world.app) as seen:
        early = ask()
    assert seen == []
    player.world.app.wsgi_app = site._otherwise  # type: ignore[method-assign]
    with seen_by_flask(player.world.app) as seen:
        late = ask()
    assert len(seen) == 1
    return early, late


def test_a_plain_statement_is_taken_without_flask_and_answered_as_flask_would(player: Page) -> None:
    said = {"id": str(uuid.uuid4())}
    early, late = early_and_late(player, lambda: player.say(said))
    assert told(early) == told(late)
    assert (early.status_code, early.get_json()) == (200, [said["id"]])
    assert [one["id"] for one in statements(player.world, v.COMPLETED)] == [said["id"]]


def test_a_statement_of_an_ended_launch_is_refused_by_flask(player: Page) -> None:
    player.beat(last=True)
    player.world.clock.advance(13 * 3600)
    with seen_by_flask(player.world.app) as seen:
        answer = player.say({})
    assert (len(seen), answer.status_code) == (1, 401)


@pytest.mark.parametrize("nonce", ["", "0123456789abcdef"])
def test_a_beat_with_another_nonce_is_for_flask_and_moves_nothing(player: Page, nonce: str) -> None:
    player.stay(15)
    with seen_by_flask(player.world.app) as seen:
        assert player.try_beat(nonce).get_json()["state"] == "again"
    assert len(seen) == 1


def test_a_beat_that_comes_six_times_at_once_measures_its_time_once(player: Page) -> None:
    """Because a reply may have been lost, the previous nonce is accepted once more; it measures nothing twice."""
    player.beat()
    for counted in (15, 30, 45):
        player.world.clock.advance(15)
        body = {"nonce": player.nonce}
        with ThreadPoolExecutor(6) as pool:
            sent = [pool.submit(player.send, "/learn/beat", body) for _ in range(6)]
            answers = [one.result().get_json() for one in sent]
        assert sorted(answer["state"] for answer in answers) == ["again"] * 4 + ["counting"] * 2
        assert {answer["counted_seconds"] for answer in answers} == {counted}
        (player.nonce,) = {answer["nonce"] for answer in answers if answer["state"] == "again"}
    player.beat(last=True)
    assert stretches(player.world) == [(0, 45, "PT45S")]


def test_a_beat_at_the_content_host_finds_nothing(player: Page) -> None:
    player.beat()
    sent = {"Authorization": f"Bearer {player.token}"}
    answer = player.world.app.test_client().post("/learn/beat", base_url=CONTENT_URL, headers=sent, json={"nonce": player.nonce})
    assert answer.status_code == 404
    assert player.beat()["state"] == "counting"


@pytest.mark.parametrize("length", ["", "-1", "²", "100000000"])
def test_a_body_of_a_length_that_says_nothing_is_for_flask(player: Page, length: str) -> None:
    player.beat()
    with seen_by_flask(player.world.app) as seen:
        answer = player.world.app.test_client().post(
            "/learn/beat", headers={"Authorization": f"Bearer {player.token}"}, environ_overrides={"CONTENT_LENGTH": length}
        )
    assert (len(seen), answer.status_code) == (1, 413 if length == "100000000" else 400)


@pytest.mark.services
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_beat_that_the_database_does_not_answer_is_refused_once_and_counts_when_it_comes_again(player: Page, postgres_url: str) -> None:
    player.stay(15)
    other = Database(postgres_url)
    with other.single() as connection:
        connection.execute(text(HANG_UP))
    other.dispose()
    answer = player.try_beat()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    player.world.clock.advance(15)
    assert player.beat()["counted_seconds"] == 30
