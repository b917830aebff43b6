"""Can administrators begin imports, see their progress, stop and resume them; and does a worker run them?"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.db import transaction
from lms.federation.importing import tasks
from lms.federation.importing.models import DONE, RUNNING, STOPPED, Import
from lms.federation.importing.tasks import LEASE_TIMEOUT, ImportTurn, carry, claim
from tests.access import form_token
from tests.factories import World
from tests.integration.records.imports import Importing, number, said, standing, stored
from tests.integration.records.otherstore import OtherStore, instead, page

PLACE = "/records/import"
ORDER = {"endpoint": "https://lrs.example/xapi", "key": "k", "secret": "geheim-1234", "version": "1.0.3"}


def send(client: FlaskClient, path: str, **form: object) -> TestResponse:
    return client.post(path, data={"csrf_token": form_token(client), **form}, follow_redirects=True)


def begin(client: FlaskClient, world: World, other: OtherStore) -> None:
    """Begin an import on the page, and redirect it to the test's other store, whose local address no page would accept."""
    assert send(client, f"{PLACE}/new", **{**ORDER, "key": other.key, "secret": other.secret}).status_code == 200
    world.act(lambda session: session.execute(update(Import).values(endpoint=other.endpoint, internal=True, page_size=2)))


def turn(world: World) -> ImportTurn | None:
    with world.app.app_context(), transaction() as session:
        return claim(session, world.clock())


def work(world: World) -> None:
    """Do what the worker's thread does."""
    found = turn(world)
    assert found is not None
    with world.app.app_context():
        carry(found)


def test_an_import_that_is_begun_is_done_and_shown_without_its_secret(offices: World, province: FlaskClient, other: OtherStore) -> None:
    assert "没有从其他记录库导入" in province.get(PLACE).text
    other.say(said(1), said(2), said(3))
    begin(province, offices, other)
    assert "hx-trigger" in province.get(f"{PLACE}/1").text, "it asks for itself again"
    work(offices)
    assert set(stored(offices)) == {number(count) for count in (1, 2, 3)}
    shown = province.get(f"{PLACE}/1").text
    assert "已全部导入" in shown
    assert 'hx-trigger="every 3s"' not in shown
    assert other.secret not in shown + province.get(PLACE).text
    assert standing(offices).secret not in ("", other.secret)
    assert turn(offices) is None


def test_it_goes_on_with_what_has_come_since(offices: World, province: FlaskClient, other: OtherStore) -> None:
    other.say(said(1))
    begin(province, offices, other)
    work(offices)
    other.say(said(2))
    send(province, f"{PLACE}/1/go-on")
    work(offices)
    assert set(stored(offices)) == {number(1), number(2)}
    assert standing(offices).state == DONE


def test_why_it_stopped_is_shown_and_another_secret_mends_it(offices: World, province: FlaskClient, other: OtherStore) -> None:
    other.say(said(1))
    begin(province, offices, other)
    right, other.secret = other.secret, "wrong"
    send(province, f"{PLACE}/1/stop")
    send(province, f"{PLACE}/1/go-on", secret="wrong")
    work(offices)
    assert standing(offices).state == STOPPED
    assert "HTTP 401" in province.get(f"{PLACE}/1").text
    send(province, f"{PLACE}/1/go-on", secret=right)
    work(offices)
    assert (standing(offices).state, len(stored(offices))) == (DONE, 1)


def test_stopped_it_takes_no_further_page(
    offices: World, province: FlaskClient, other: OtherStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.say(*(said(count) for count in range(6)))
    begin(province, offices, other)
    real: Callable[..., Any] = other.store.app.wsgi_app

    def pressed(environ: Any, start_response: Any) -> Any:
        send(province, f"{PLACE}/1/stop")
        return real(environ, start_response)

    other.faults[1] = pressed
    work(offices)
    assert len(stored(offices)) == 4, "the page that was under way is whole"
    assert standing(offices).state == STOPPED
    send(province, f"{PLACE}/1/go-on")
    work(offices)
    assert (len(stored(offices)), standing(offices).state) == (6, DONE)


def test_stop_ends_a_wait(offices: World, province: FlaskClient, other: OtherStore, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(province, offices, other)
    other.faults[-1] = instead(503, Retry_After="600")
    monkeypatch.setattr(tasks, "SLICE", 0.01)
    monkeypatch.setattr(tasks, "_note_words", lambda *_: send(province, f"{PLACE}/1/stop"))
    work(offices)
    assert standing(offices).state == STOPPED


def test_a_worker_that_died_is_replaced_at_the_same_place_and_one_that_lives_is_not(
    offices: World, province: FlaskClient, other: OtherStore
) -> None:
    other.say(*(said(count) for count in range(6)))
    begin(province, offices, other)
    assert turn(offices) is not None
    assert turn(offices) is None, "somebody is at it"
    offices.clock.advance(LEASE_TIMEOUT.total_seconds() + 1)
    work(offices)
    assert len(stored(offices)) == 6


def test_one_that_was_given_up_for_lost_changes_nothing_more(offices: World, province: FlaskClient, other: OtherStore) -> None:
    other.say(*(said(count) for count in range(6)))
    begin(province, offices, other)
    lost = turn(offices)
    offices.clock.advance(LEASE_TIMEOUT.total_seconds() + 1)
    work(offices)
    assert lost is not None
    other.faults[-1] = instead(403)
    with offices.app.app_context():
        carry(lost)
    assert standing(offices).state == DONE


def test_the_bell_starts_a_thread_that_does_it(offices: World, province: FlaskClient, other: OtherStore) -> None:
    other.say(said(1))
    begin(province, offices, other)
    with offices.app.app_context():
        assert tasks.work.run()
    for thread in [one for one in threading.enumerate() if one.name == "import-1"]:
        thread.join(60)
    assert standing(offices).state == DONE
    with offices.app.app_context():
        assert not tasks.work.run()


def test_what_was_put_aside_is_shown_with_its_reason_as_it_came(offices: World, province: FlaskClient, other: OtherStore) -> None:
    other.faults[0] = page([said(1, verb={"id": "<b>no iri</b>"})])
    Importing(offices, other).run()
    shown = province.get(f"{PLACE}/1").text
    assert number(1) in shown
    assert "statement.verb.id" in shown
    assert "&lt;b&gt;no iri&lt;/b&gt;" in shown
    assert "<b>no iri" not in shown


def test_one_of_a_command_goes_on_here_once_its_secret_is_given(offices: World, province: FlaskClient, other: OtherStore) -> None:
    other.say(*(said(count) for count in range(6)))
    Importing(offices, other).run(1)
    assert "请填写该密钥的口令" in send(province, f"{PLACE}/1/go-on").text
    assert standing(offices).state == ""
    send(province, f"{PLACE}/1/go-on", secret=other.secret)
    assert standing(offices).state == RUNNING
    work(offices)
    assert len(stored(offices)) == 6


def test_removed_it_is_forgotten_and_what_came_stays(offices: World, province: FlaskClient, other: OtherStore) -> None:
    other.faults[0] = page([said(1), said(2, verb={"id": "no iri"})])
    Importing(offices, other).run()
    assert "没有从其他记录库导入" in send(province, f"{PLACE}/1/remove").text
    assert set(stored(offices)) == {number(1)}
    assert province.get(f"{PLACE}/1").status_code == 404


WRONG = {
    "endpoint": ("http://10.0.0.1/xapi", "必须以 https:// 开头"),
    "key": ("a:b", "不含冒号"),
    "secret": ("", "请填写该密钥的口令"),
    "version": ("3", ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_at_its_field_and_nothing_begins(offices: World, province: FlaskClient, name: str) -> None:
    value, words = WRONG[name]
    answer = send(province, f"{PLACE}/new", **{**ORDER, name: value})
    assert answer.status_code == 422
    assert words in answer.text

    def none(session: Session) -> bool:
        return session.query(Import).count() == 0

    assert offices.act(none)


def test_begun_twice_it_is_one(offices: World, province: FlaskClient) -> None:
    assert send(province, f"{PLACE}/new", **ORDER).status_code == 200
    answer = send(province, f"{PLACE}/new", **ORDER)
    assert (answer.status_code, "请让它继续" in answer.text) == (422, True)


def test_other_offices_see_none_of_it(offices: World, office: FlaskClient, province: FlaskClient) -> None:
    assert office.get(PLACE).status_code == 403
    assert send(office, f"{PLACE}/new", **ORDER).status_code == 403
    assert PLACE not in office.get("/records/statements").text
    assert PLACE in province.get("/records/statements").text
