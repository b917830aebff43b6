"""What happens to statements if the other store is down, slow, full, cuts connections, or refuses them?"""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from lms.app import create_app
from lms.federation.forwarding import office, turns
from lms.federation.forwarding.sending import MOST_CRASHES, MOST_REFUSED
from tests.factories import DrivenClock, settings_for
from tests.integration.records.forwards import Here
from tests.integration.records.otherstore import AFTER, HALF, OtherStore, Weather, answering, other_store, refusing
from tests.integration.xapi.conftest import ANNA, BO, statement


@pytest.fixture
def here(app: Flask, clock: DrivenClock, other: OtherStore) -> Here:
    """This installation, with a forward."""
    found = Here(app, clock, other)
    found.add()
    return found


def clear(_environ: object, _body: bytes) -> None:
    """Let everything through."""


def test_a_store_that_is_down_gets_everything_when_it_is_up_again(here: Here, other: OtherStore) -> None:
    ids = here.store(*[statement() for _ in range(30)])
    other.stop()
    waits = []
    for _ in range(5):
        here.forward()
        waits.append(here.row.next_at - here.clock())
        here.clock.at = here.row.next_at
    assert (here.row.tries, here.row.state, here.row.sent, here.standing.letters) == (5, "running", 0, 0)
    assert here.row.detail.startswith("the connection failed")
    assert here.row.last_failure is not None
    bounds = [timedelta(seconds=10) * 2**n for n in range(5)]
    assert [bound / 2 <= wait <= bound for wait, bound in zip(waits, bounds, strict=True)] == [True] * 5
    other.start()
    here.forward()
    assert other.ids() == ids
    assert (here.row.tries, here.row.detail, here.standing.backlog) == (0, "", 0)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429])
def test_a_store_that_cannot_now_is_asked_later(here: Here, other: OtherStore, status: int) -> None:
    ids = here.store(statement())
    other.weather = answering(status, "one moment", Retry_After="1200")
    here.forward()
    assert (here.row.tries, here.row.detail, here.standing.letters) == (1, f"HTTP {status}: one moment", 0)
    assert here.row.next_at - here.clock() == timedelta(minutes=20), "as long as it asked for"
    other.weather = clear
    here.forward()
    assert other.ids() == []
    here.clock.advance(1200)
    here.forward()
    assert other.ids() == ids


@pytest.mark.parametrize("cut", [HALF, AFTER])
def test_a_connection_that_is_cut_loses_nothing_and_doubles_nothing(here: Here, other: OtherStore, cut: str) -> None:
    ids = here.store(*[statement() for _ in range(20)])
    other.weather = lambda _environ, _body: cut
    here.forward()
    assert len(other.ids()) == (20 if cut == AFTER else 0)
    assert (here.row.sent, here.row.tries) == (0, 1)
    other.weather = clear
    here.clock.advance(60)
    here.forward()
    assert other.ids() == ids
    assert here.row.sent == 20


def test_an_answer_that_does_not_come_is_waited_for_so_long_and_no_longer(
    here: Here, other: OtherStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.federation.forwarding.remote.SECONDS", 0.2)
    here.store(statement())

    def dawdle(_environ: object, _body: bytes) -> None:
        time.sleep(1)

    other.weather = dawdle
    here.forward()
    assert (here.row.tries, here.row.detail) == (1, "it did not answer in time")


def test_a_poisoned_statement_is_set_aside_and_holds_up_nothing(here: Here, other: OtherStore) -> None:
    ids = here.store(*[statement() for _ in range(100)])
    poison = [ids[0], ids[41], ids[42], ids[99]]
    other.weather = refusing(*poison)
    here.forward()
    assert other.ids() == [one for one in ids if one not in poison]
    assert {one: letter.reason for one, letter in here.letters().items()} == dict.fromkeys(poison, "HTTP 400: poison: 400")
    assert (here.row.state, here.row.sent, here.standing.backlog) == ("running", 96, 0)
    assert len(other.posts) < 60, "halved, not tried one by one"


def test_dead_letters_are_tried_again_when_somebody_asks(here: Here, other: OtherStore) -> None:
    one, two = here.store(statement(), statement())
    other.weather = refusing(one, two)
    here.forward()
    other.weather = refusing(two)
    here.clock.advance(60)
    here.forward()
    assert other.ids() == [], "nobody has asked"
    assert here.work(lambda session, row: office.retry(session, row, here.clock())) == 2
    here.forward()
    assert other.ids() == [one]
    assert {name: (letter.tries, letter.waiting) for name, letter in here.letters().items()} == {two: (2, False)}
    other.weather = clear
    here.work(lambda session, row: office.retry(session, row, here.clock()))
    here.forward()
    assert (other.ids(), here.letters()) == ([one, two], {})


def test_what_is_too_large_for_one_request_goes_in_several(here: Here, other: OtherStore) -> None:
    ids = here.store(*[statement() for _ in range(90)])
    (huge,) = here.store(statement(result={"response": "很长" * 20_000}))

    def narrow(_environ: object, body: bytes) -> Response | None:
        return Response("no more than 10 kB", status=413) if len(body) > 10_000 else None

    other.weather = narrow
    here.forward()
    assert other.ids() == ids
    assert {one: letter.reason for one, letter in here.letters().items()} == {huge: "HTTP 413: no more than 10 kB"}


@pytest.mark.parametrize(
    ("weather", "reason"),
    [
        (answering(401), "credential"),
        (answering(403, "no scope"), "credential"),
        (answering(404), "address"),
        (answering(301, Location="https://elsewhere.example/"), "address"),
    ],
    ids=["401", "403", "404", "301"],
)
def test_a_store_that_takes_nothing_from_us_is_left_alone_until_somebody_looks(
    here: Here, other: OtherStore, weather: Weather, reason: str
) -> None:
    ids = here.store(statement())
    other.weather = weather
    here.forward()
    here.clock.advance(86_400)
    here.forward()
    assert (here.row.state, here.row.reason, len(other.posts), here.letters()) == ("paused", reason, 1, {})
    other.weather = clear
    here.resume()
    here.forward()
    assert other.ids() == ids
    assert (here.row.reason, here.row.detail) == ("", "")


def test_a_wrong_secret_pauses_and_the_right_one_goes_on(here: Here, other: OtherStore) -> None:
    ids = here.store(statement())
    here.resume("not the secret")
    here.forward()
    assert (here.row.state, here.row.reason) == ("paused", "credential")
    here.resume(other.secret)
    here.forward()
    assert other.ids() == ids


def test_another_secret_key_is_said_and_not_guessed_at(here: Here, other: OtherStore, tmp_path: Path) -> None:
    ids = here.store(statement())
    settings = here.app.extensions["settings"]
    here.app.extensions["settings"] = settings_for(settings.database_url, tmp_path, secret_key="another key, as long as it has to be, yes")
    here.forward()
    assert (here.row.state, here.row.reason, other.posts) == ("paused", "secret", [])
    here.resume(other.secret)
    here.forward()
    assert other.ids() == ids


def test_where_everything_is_refused_it_stops_before_all_are_dead_letters(here: Here, other: OtherStore) -> None:
    ids = here.store(*[statement() for _ in range(70)])
    other.weather = answering(400, "we take no xAPI 1")
    here.forward()
    assert (here.row.state, here.row.reason, here.standing.letters) == ("paused", "all-refused", MOST_REFUSED)
    assert here.standing.backlog == 70 - MOST_REFUSED
    other.weather = clear
    here.resume()
    here.work(lambda session, row: office.retry(session, row, here.clock()))
    here.forward()
    assert sorted(other.ids()) == sorted(ids)


def test_a_statement_on_which_the_other_store_crashes_holds_up_the_others_for_a_while_only(here: Here, other: OtherStore) -> None:
    ids = here.store(*[statement() for _ in range(10)])
    other.weather = refusing(ids[4], status=500)
    for _ in range(3 * MOST_CRASHES):
        here.forward()
        here.clock.at = max(here.clock.at, here.row.next_at)
    assert other.ids() == [*ids[:4], *ids[5:]]
    assert list(here.letters()) == [ids[4]]


def test_an_id_that_the_other_store_has_with_other_words_is_there_already(here: Here, other: OtherStore) -> None:
    one = statement()
    other.store.stored({**one, "actor": BO})
    ids = here.store(one, statement())
    here.forward()
    assert sorted(other.ids()) == sorted(ids)
    assert (here.row.there, here.row.sent, here.letters()) == (1, 1, {})
    assert other.store.get(statementId=one["id"]).json["actor"] == {**BO}
    assert one["actor"] == ANNA


KILLED = """
import sys
from pathlib import Path
from tests.factories import DrivenClock, settings_for
from datetime import datetime
from lms.app import create_app
from lms.db import transaction
from lms.federation.forwarding import turns
from lms.federation.forwarding.sending import carry
clock = DrivenClock(datetime.fromisoformat(sys.argv[3]))
app = create_app(settings_for(sys.argv[1], Path(sys.argv[2])), clock=clock)
with app.app_context():
    with transaction() as session:
        turn = turns.claim(session, clock())
    carry(turn, app.extensions["settings"])
"""


def test_a_worker_that_is_killed_midway_is_followed_by_another_that_sends_the_same_again(
    here: Here, other: OtherStore, tmp_path: Path
) -> None:
    ids = here.store(*[statement() for _ in range(350)])
    here.clock.advance(60)
    killed: list[int] = []

    def kill(_environ: object, _body: bytes) -> None:
        if len(other.posts) == 3:  # before the third is stored, its sender dies
            os.kill(worker.pid, signal.SIGKILL)
            killed.append(worker.wait())

    other.weather = kill
    url = here.app.extensions["settings"].database_url
    worker = subprocess.Popen([sys.executable, "-c", KILLED, url, str(tmp_path), here.clock().isoformat()])
    assert worker.wait(200) == -signal.SIGKILL
    while len(killed) < 1:
        time.sleep(0.01)
    assert here.row.sent == 200
    other.weather = clear
    here.forward()
    assert len(other.ids()) in {200, 300}, "until its turn is given up for lost nobody else begins"
    here.clock.advance(turns.LEASE_TIMEOUT.total_seconds())
    here.forward()
    assert other.ids() == ids
    assert here.standing.backlog == 0


def test_our_own_address_under_another_name_is_noticed(app: Flask, clock: DrivenClock, tmp_path: Path) -> None:
    with other_store(tmp_path) as served:
        settings = app.extensions["settings"]
        mirror = create_app(settings, clock=clock)
        served.store.app = mirror
        here = Here(app, clock, served)
        here.add()
        here.store(statement())
        served.weather = lambda environ, _body: environ.update(HTTP_HOST="localhost")  # a proxy of ours, say
        here.forward()
        assert (here.row.state, here.row.reason) == ("paused", "ourselves")
        mirror.extensions["db"].engine.dispose()
