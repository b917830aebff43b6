"""Is one statement that was put aside stored once that is possible, or left out, and never anything else with it?"""

import json
import re
import threading

import pytest
from click.testing import Result
from flask.cli import ScriptInfo
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import xapi
import xapi.storage.store
from lms.federation.importing import storing
from tests.access import form_token
from tests.commands import json_of, record_store
from tests.factories import World, signed_in
from tests.integration.records.imports import Importing, asides, attached, number, said, standing, stored
from tests.integration.records.otherstore import OtherStore, page

PLACE = "/records/import"


def send(client: FlaskClient, path: str) -> TestResponse:
    return client.post(f"{PLACE}/aside/{path}", data={"csrf_token": form_token(client)}, follow_redirects=True)


def run(world: World, *options: str, answer: str = "") -> Result:
    runner = world.app.test_cli_runner()
    return runner.invoke(record_store, ("aside", *options), obj=ScriptInfo(create_app=lambda: world.app), input=answer)


@pytest.fixture
def aside(offices: World, other: OtherStore, monkeypatch: pytest.MonkeyPatch) -> World:
    """An import that has put aside two of three statements, which an earlier program could not take."""
    real = storing.check_received

    def check_received(received: list[storing.ReceivedStatement], *rest: object, **more: object) -> object:
        if received[0].parsed["id"] != number(1):
            raise storing.BadRequest("is of a kind that an earlier program did not know", "statement.verb")
        return real(received, *rest, **more)  # type: ignore[arg-type]

    other.faults[0] = page([said(1), said(2), said(3)])
    with monkeypatch.context() as patch:
        patch.setattr(storing, "check_received", check_received)
        Importing(offices, other).run()
    assert [one.statement_id for one in asides(offices)] == [number(2), number(3)]
    return offices


def test_one_is_taken_word_for_word_once_it_can_be(aside: World, province: FlaskClient) -> None:
    first, second = asides(aside)
    assert "已接收" in send(province, f"{first.id}/retry").text
    kept = stored(aside)[number(2)]
    assert {name: kept[name] for name in said(2)} == said(2)
    assert kept["authority"]["account"]["name"].startswith("import:"), "in the import's own name, by which nobody earns hours"
    assert [one.id for one in asides(aside)] == [second.id]
    assert standing(aside).new == 2
    assert send(province, f"{first.id}/retry").status_code == 404
    assert number(3) not in stored(aside)


def test_what_still_cannot_be_taken_stays_with_the_reason_of_today(offices: World, province: FlaskClient, other: OtherStore) -> None:
    other.faults[0] = page([said(1, verb={"id": "no iri"})])
    Importing(offices, other).run()
    (one,) = asides(offices)
    offices.act(lambda session: setattr(session.get_one(type(one), one.id), "reason", "an old one"))
    answer = send(province, f"{one.id}/retry").text
    assert "仍不能接收" in answer
    assert "不符合 xAPI 标准" in answer
    assert asides(offices)[0].reason.startswith("statement.verb.id")
    assert stored(offices) == {}


def test_why_is_said_in_plain_words(offices: World, province: FlaskClient, other: OtherStore) -> None:
    one = said(7)
    del one["id"]
    other.faults[0] = page([one, attached(2, b"x"), said(3), said(3, object={"id": "http://x.example/else"})])
    Importing(offices, other).run()
    shown = province.get(f"{PLACE}/1").text
    for words in ("没有编号", "附件的数据没有一起送来", "已有一条编号相同"):
        assert words in shown, words


def test_the_same_statement_that_came_another_way_is_not_a_fault(aside: World, province: FlaskClient) -> None:
    first = asides(aside)[0]
    other_way = xapi.Credential("n", {"account": {"homePage": "http://n.example", "name": "n"}}, frozenset({"all"}))
    aside.act(lambda session: xapi.storage.store.store_statements(session, [said(2)], other_way, version="1.0.3", now=aside.clock()))
    assert "已有这条" in send(province, f"{first.id}/retry").text
    assert standing(aside).new == 1
    assert len(asides(aside)) == 1


def test_one_is_left_out_and_nothing_else(aside: World, province: FlaskClient) -> None:
    first, second = asides(aside)
    shown = province.get(f"{PLACE}/1").text
    assert f'action="{PLACE}/aside/{first.id}/leave-out"' in shown
    assert re.search(rf'<dialog class="dialog" id="leave-out-{first.id}"', shown), "it asks first"
    assert "已略过" in send(province, f"{first.id}/leave-out").text
    assert [one.id for one in asides(aside)] == [second.id]
    assert set(stored(aside)) == {number(1)}
    assert send(province, f"{first.id}/leave-out").status_code == 404


def test_nobody_else_takes_or_leaves_out_anything(aside: World, office: FlaskClient) -> None:
    first, _second = asides(aside)
    for how in ("retry", "leave-out"):
        assert send(office, f"{first.id}/{how}").status_code == 403
        assert aside.app.test_client().post(f"{PLACE}/aside/{first.id}/{how}").status_code == 401
    assert len(asides(aside)) == 2


def test_two_who_try_the_same_one_take_it_once(aside: World) -> None:
    first = asides(aside)[0].id
    clients = [signed_in(aside.app, "province") for _ in range(4)]
    tokens = [form_token(client) for client in clients]
    found: list[int] = []

    def press(client: FlaskClient, token: str) -> None:
        found.append(client.post(f"{PLACE}/aside/{first}/retry", data={"csrf_token": token}).status_code)

    threads = [threading.Thread(target=press, args=one) for one in zip(clients, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == [302, 404, 404, 404]
    assert standing(aside).new == 2


def test_what_is_not_kept_as_it_came_is_not_taken_as_something_else(aside: World, province: FlaskClient) -> None:
    first = asides(aside)[0]
    aside.act(
        lambda session: setattr(session.get_one(type(first), first.id), "text", json.dumps(said(2, object={"id": "http://x.example/9"})))
    )
    assert "无法原样保存" in send(province, f"{first.id}/retry").text
    assert number(2) not in stored(aside)


def test_the_command_lists_takes_and_leaves_out(aside: World) -> None:
    first, second = asides(aside)
    listed = json_of(run(aside, "--json"))
    assert [(one["id"], one["statement"]) for one in listed] == [(second.id, number(3)), (first.id, number(2))]
    assert number(2) in run(aside).stdout
    assert run(aside, "--retry", str(first.id)).stdout == "The statement is taken.\n"
    assert number(2) in stored(aside)
    assert run(aside, "--leave-out", str(second.id), answer="n\n").exit_code == 1
    assert len(asides(aside)) == 1
    assert run(aside, "--leave-out", str(second.id), "--yes").stdout == "It is left out.\n"
    assert run(aside).stdout == "Nothing is put aside.\n"
    for option in ("--retry", "--leave-out"):
        gone = run(aside, option, str(first.id))
        assert (gone.exit_code, gone.stderr.partition(":")[0]) == (2, option.strip("-"))
    assert run(aside, "--retry", "1", "--leave-out", "1").exit_code == 2


def test_the_command_says_why_one_still_cannot_be_taken(offices: World, other: OtherStore) -> None:
    other.faults[0] = page([said(1, verb={"id": "no iri"})])
    Importing(offices, other).run()
    done = run(offices, "--retry", str(asides(offices)[0].id))
    assert (done.exit_code, done.stderr.startswith("It still cannot be taken: statement.verb.id")) == (1, True)
