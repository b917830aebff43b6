"""Are another store's statements imported completely, once, and from the last position; and do they earn no hours?"""

import json

import pytest
from click.testing import Result
from flask.cli import ScriptInfo
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import xapi.storage.keys
from lms.federation.importing.import_run import ImportRun, ImportStopped
from tests.commands import json_of, record_store
from tests.factories import PUBLIC_URL, World
from tests.integration.records.imports import IMPORT, Importing, asides, attached, mixed, number, said, sha256, standing, stored, voiding
from tests.integration.records.otherstore import OtherStore, instead, page
from xapi.storage.files import content_of, kept_for
from xapi.storage.models import OutboxRow, StatementRow

SECRET = "THE_OTHER_STORES_SECRET"


def run(world: World, other: OtherStore, *options: str) -> Result:
    arguments = ("import", "--from", other.endpoint, "--key", other.key, "--secret-env", SECRET, "--internal", *options)
    runner = world.app.test_cli_runner(env={SECRET: other.secret})
    return runner.invoke(record_store, arguments, obj=ScriptInfo(create_app=lambda: world.app))


# ── Complete, and once ──


def test_every_statement_comes_as_it_is_and_is_worked_through_here(world: World, other: OtherStore) -> None:
    odd = said(1, result={"response": "\ud800 1.10 \u0000", "score": {"raw": 1.10}, "extensions": {"http://x.example/e": 10**25}})
    other.post("application/json", json.dumps([odd, said(2)]).encode())
    other.say(said(3))
    done = run(world, other, "--page-size", "2", "--json")
    assert json_of(done) | {"endpoint": "", "reached": "", "finished": ""} == {
        **{"endpoint": "", "read": 3, "new": 3, "aside": 0, "reached": "", "finished": "", "problem": ""}
    }
    here, there = stored(world), other_texts(other)
    assert set(here) == set(there) == {number(1), number(2), number(3)}
    for one, text in there.items():
        ours = here[one]
        assert {**ours, "stored": 0, "authority": 0} == {**json.loads(text), "stored": 0, "authority": 0}
        assert ours["authority"]["account"] == {"homePage": PUBLIC_URL, "name": "import:127.0.0.1"}
    assert world.act(lambda session: session.scalar(select(func.count()).select_from(OutboxRow))) == 3


def other_texts(other: OtherStore) -> dict[str, str]:
    with other.store.sessions() as session:
        return {str(row.id): row.text for row in session.execute(select(StatementRow.id, StatementRow.text))}


def test_twice_is_once_and_later_takes_what_has_come(world: World, other: OtherStore, importing: Importing) -> None:
    other.say(said(1), said(2), said(3))
    importing.run()
    assert (standing(world).new, standing(world).read) == (3, 3)
    importing.run()
    assert (standing(world).new, len(stored(world))) == (3, 3)
    other.say(said(4))
    before = len(other.asked)
    importing.run()
    assert set(stored(world)) == {number(count) for count in (1, 2, 3, 4)}
    assert [request.args.get("since", "") > "2026-01-05" for request in other.asked[before : before + 1]] == [True]
    importing.run(from_start=True)
    assert standing(world).new == 4


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_cut_off_after_any_page_it_goes_on_there(world: World, other: OtherStore, importing: Importing, pages: int) -> None:
    for count in range(7):
        other.say(said(count))
    importing.run(pages)
    assert len(stored(world)) == 2 * pages
    before = len(other.asked)
    importing.run()
    assert set(stored(world)) == {number(count) for count in range(7)}
    assert standing(world).read == 7
    assert len(other.asked) - before == 4 - pages


def test_cut_off_between_the_statements_and_their_place_neither_is_there(
    world: World, other: OtherStore, importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.say(said(1), said(2), said(3))
    monkeypatch.setattr(ImportRun, "_move", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        importing.run()
    assert stored(world) == {}
    assert standing(world).more == ""
    monkeypatch.undo()
    importing.run()
    assert len(stored(world)) == 3


def test_two_runs_at_once_do_not_pull_each_other_back(world: World, other: OtherStore, importing: Importing) -> None:
    other.say(*(said(count) for count in range(6)))
    slower = Importing(world, other)

    def run_in_between(_seconds: float) -> None:
        importing.run()

    slower.wait = run_in_between
    other.faults[1] = instead(503)
    with pytest.raises(ImportStopped, match="another run"):
        slower.run()
    assert (len(stored(world)), standing(world).read) == (6, 6)


def test_a_place_that_the_store_no_longer_knows_is_found_again(world: World, other: OtherStore, importing: Importing) -> None:
    for count in range(6):
        other.say(said(count))
    importing.run(1)
    other.faults[len(other.asked)] = instead(400, '{"detail": "more: is not a cursor"}')
    importing.run()
    assert set(stored(world)) == {number(count) for count in range(6)}
    assert standing(world).problem == ""


def test_another_page_size_goes_on_behind_the_last_statement(world: World, other: OtherStore, importing: Importing) -> None:
    for count in range(6):
        other.say(said(count))
    importing.run(2)
    before = len(other.asked)
    Importing(world, other, page_size=5).run()
    assert len(stored(world)) == 6
    assert other.asked[before].args["limit"] == "5"
    assert other.asked[before].args["since"]


# ── Voided statements, attachments ──


def test_what_is_void_there_is_void_here_and_not_lost(world: World, other: OtherStore, importing: Importing) -> None:
    other.say(said(1), said(2))
    other.say(voiding(9, 1))
    importing.run()
    assert set(stored(world)) == {number(2), number(9)}
    void = world.act(lambda session: session.scalars(select(StatementRow.text).where(StatementRow.voided)).all())
    assert [json.loads(text)["id"] for text in void] == [number(1)]
    other.say(voiding(10, 2))
    importing.run()
    assert set(stored(world)) == {number(9), number(10)}


def test_a_void_target_that_was_never_there_stops_nothing(world: World, other: OtherStore, importing: Importing) -> None:
    other.say(voiding(9, 1), said(2))
    importing.run()
    assert set(stored(world)) == {number(2), number(9)}
    other.say(said(1))
    importing.run()
    assert number(1) not in stored(world)


def test_attachments_come_with_their_statements(world: World, other: OtherStore, importing: Importing) -> None:
    small, large = b"\r\n--b\x00\xff", bytes(range(256)) * 9000
    other.post(*mixed([attached(1, small), attached(2, large), said(3)], (sha256(small), small), (sha256(large), large)))
    other.say(voiding(9, 2))
    importing.run()
    assert asides(world) == []

    def contents(session: Session) -> set[bytes]:
        kept = kept_for(session, session.scalars(select(StatementRow.id)).all())
        return {b"".join(content_of(session, one.sha2, one.size)) for one in kept}

    assert world.act(contents) == {small, large}


def test_an_attachment_that_is_not_what_it_says_costs_its_own_statement_only(world: World, other: OtherStore, importing: Importing) -> None:
    good, wrong = b"good", b"wrong"
    content_type, body = mixed([], (sha256(wrong), b"other"), (sha256(good), good))
    text = json.dumps({"statements": [attached(1, good), attached(2, wrong), said(3)]}).encode()
    other.faults[0] = instead(200, body.replace(b"[]", text, 1), Content_Type=content_type)
    importing.run()
    assert set(stored(world)) == {number(1), number(3)}
    (aside,) = asides(world)
    assert (aside.statement_id, "attachments[0]" in aside.reason) == (number(2), True)


# ── Statements that cannot be imported ──


def test_what_cannot_be_taken_is_put_aside_with_its_reason_and_holds_up_nothing(
    world: World, other: OtherStore, importing: Importing
) -> None:
    bad = {
        "has no id": json.dumps({name: value for name, value in said(1).items() if name != "id"}),
        "verb": json.dumps(said(2, verb={"id": "no iri"})),
        "not JSON": '{"id": "' + number(3) + '", "verb": nonsense}',
        "more than once": '{"id":"a","id":"b"}',
        "must be an object": "7",
        "nested": '{"id":"deep","x":' + '{"x":' * 3000 + "1" + "}" * 3001,
        "another body": json.dumps(said(4, object={"id": "http://x.example/other"})),
        "0.9": json.dumps(said(5, version="0.9")),
    }
    importing.world.act(lambda session: xapi.storage.store.store_statements(session, [said(4)], IMPORT, version="1.0.3", now=world.clock()))
    other.faults[0] = page([said(10), *bad.values(), said(11)], "/xapi/statements?more=2")
    other.faults[1] = page([said(12), said(12), said(13), said(13, object={"id": "http://x.example/x"})])
    importing.run()
    assert set(stored(world)) == {number(count) for count in (4, 10, 11, 12, 13)}
    found = asides(world)
    assert len(found) == len(bad) + 1
    for reason, text in bad.items():
        assert [one.text for one in found if one.text == text and (reason in one.reason or reason in text)] == [text]
    assert {number(count) for count in (2, 4, 5, 13)} < {one.statement_id for one in found}
    assert standing(world).new == 4
    other.faults |= {2: other.faults[0], 3: other.faults[1]}
    importing.run(from_start=True)
    assert [one.id for one in asides(world)] == [one.id for one in found], "the second time it is the same ones"


def test_what_was_put_aside_is_forgotten_when_it_is_taken(world: World, other: OtherStore, importing: Importing) -> None:
    other.faults[0] = page([said(1, verb={"id": "no iri"})])
    importing.run()
    assert [one.statement_id for one in asides(world)] == [number(1)]
    other.faults[1] = page([said(1)])
    importing.run(from_start=True)
    assert asides(world) == []


def test_no_text_is_too_odd_to_be_put_aside(world: World, other: OtherStore, importing: Importing) -> None:
    body = b'{"statements":[{"id":"\\u0000\\ud800"},\x00\xff,' + json.dumps(said(1)).encode() + b"]}"
    other.faults[0] = instead(200, body)
    importing.run()
    assert len(asides(world)) == 2
    assert set(stored(world)) == {number(1)}
