"""Is everything that was answered with 2xx stored, once and unchanged, and nothing else?"""

import json
import threading
import uuid
from typing import Any

import pytest

import xapi
from tests.integration.xapi.conftest import ANNA, BO, VERB, Store, statement
from xapi.storage.models import KeyRow, OutboxRow, StatementRow


def test_a_stored_statement_is_given_back_with_what_the_store_sets(store: Store) -> None:
    sent = statement(id=None, result={"score": {"raw": 3}})
    (identifier,) = store.stored(sent)
    got = store.get(statementId=identifier).json
    assert got == {
        **sent,
        "id": identifier,
        "authority": got["authority"],
        "version": "1.0.0",
        "stored": got["stored"],
        "timestamp": got["stored"],
    }
    assert got["authority"]["account"]["homePage"] == "https://lrs.example"
    assert uuid.UUID(identifier).version == 4


def test_put_stores_under_the_id_of_the_request(store: Store) -> None:
    identifier = str(uuid.uuid4())
    assert store.put(identifier, statement(id=None)).status_code == 204
    assert store.get(statementId=identifier).json["id"] == identifier


def test_put_refuses_another_id_and_an_array(store: Store) -> None:
    assert store.put(str(uuid.uuid4()), statement()).json["path"] == "statement.id"
    assert store.put(str(uuid.uuid4()), [statement(id=None)]).status_code == 400
    assert store.ask("PUT", data=json.dumps(statement()), content_type="application/json").json["path"] == "statementId"
    assert store.count(StatementRow) == 0


def test_what_the_client_says_about_storing_is_overwritten(store: Store) -> None:
    (identifier,) = store.stored(statement(stored="2001-01-01T00:00:00Z", authority=BO, timestamp="2020-02-02T02:02:02.123Z"))
    got = store.get(statementId=identifier).json
    assert got["stored"].startswith("2026-03-01")
    assert "mbox" not in got["authority"]
    assert got["timestamp"] == "2020-02-02T02:02:02.123Z"


def test_an_identical_re_send_is_a_success_and_stores_nothing(store: Store) -> None:
    sent = statement()
    first = store.stored(sent)
    before = store.get(statementId=first[0]).text
    assert store.stored(sent, sent) == first * 2
    assert store.put(sent["id"], sent).status_code == 204
    assert store.get(statementId=first[0]).text == before
    assert store.count(StatementRow) == store.count(OutboxRow) == 1


def test_the_same_id_with_another_body_is_a_conflict(store: Store) -> None:
    sent = statement()
    store.stored(sent)
    other = {**sent, "actor": BO}
    for answer in (store.post(other), store.put(sent["id"], other), store.post([statement(), other])):
        assert answer.status_code == 409
        assert sent["id"] in answer.json["detail"]
    assert store.count(StatementRow) == 1
    assert store.get(statementId=sent["id"]).json["actor"] == ANNA


def test_two_different_statements_with_one_id_in_one_batch_are_refused(store: Store) -> None:
    sent = statement()
    answer = store.post([sent, {**sent, "actor": BO}])
    assert (answer.status_code, answer.json["path"]) == (400, "statements[1].id")
    assert store.count(StatementRow) == 0


def test_a_batch_with_one_bad_statement_stores_nothing_and_names_it(store: Store) -> None:
    answer = store.post([statement(), statement(verb=None), statement()])
    assert answer.status_code == 400
    assert answer.json["path"] == "statements[1].verb"
    assert store.count(StatementRow) == store.count(KeyRow) == store.count(OutboxRow) == 0


def test_a_batch_of_one_names_its_place_too(store: Store) -> None:
    assert store.post([statement(verb=None)]).json["path"] == "statements[0].verb"
    assert store.post(statement(verb=None)).json["path"] == "statement.verb"


def test_an_empty_batch_is_stored_with_ease(store: Store) -> None:
    assert store.stored() == []


def test_every_statement_gets_exactly_one_outbox_row(store: Store) -> None:
    batch = [statement() for _ in range(5)]
    ids = store.stored(*batch) + store.stored(*batch, statement())
    with store.sessions() as session:
        waiting = [str(row.statement_id) for row in xapi.storage.outbox.take(session, 100)]
    assert sorted(waiting) == sorted(set(ids))
    assert len(waiting) == 6


def test_the_doorbell_rings_after_the_commit_and_only_for_what_is_new(store: Store) -> None:
    heard: list[tuple[int, int]] = []

    def ring(_app: Any, count: int) -> None:
        heard.append((count, store.count(StatementRow)))

    with xapi.statements_stored.connected_to(ring):
        sent = statement()
        store.stored(sent, statement())
        store.stored(sent)
        store.post(statement(verb=None))
    assert heard == [(2, 2)]


AS_RECEIVED = [
    rb'"a\u0000b"',
    rb'"\ud83d cut in the middle of a sign"',
    rb'"\u4e2d\/\u002f"',
    '"中文 😀"'.encode(),
    rb"123456789012345678901234567890",
    rb"1.10",
    rb"1E5",
    rb"-0.0",
    rb"0.1000000000000000055511151231257827",
    rb'{"deep": [[[[null]]]], "empty": {}}',
    rb" [1,  2 ]",
]


@pytest.mark.parametrize("value", AS_RECEIVED)
def test_values_are_given_back_as_they_were_received(store: Store, value: bytes) -> None:
    identifier = str(uuid.uuid4())
    sent = statement(id=identifier, result={"extensions": {"http://x.example/e": "HERE"}})
    body = json.dumps(sent).encode().replace(b'"HERE"', value)
    assert store.post(body).status_code == 200
    assert value in store.get(statementId=identifier).data
    assert value in store.get(verb=VERB).data
    for form in ("ids", "canonical"):
        assert store.get(statementId=identifier, format=form).status_code == 200
    assert store.post(body).status_code == 200


def test_the_same_statement_from_many_writers_at_once_is_stored_once(store: Store) -> None:
    sent = statement()
    answers = _at_once(8, lambda _: store.put(sent["id"], sent))
    assert [answer.status_code for answer in answers] == [204] * 8
    assert store.count(StatementRow) == store.count(OutboxRow) == 1


def test_two_bodies_for_one_id_at_once_leave_one_and_a_conflict(store: Store) -> None:
    identifier = str(uuid.uuid4())
    answers = _at_once(8, lambda number: store.post(statement(id=identifier, result={"response": str(number % 2)})))
    assert {answer.status_code for answer in answers} == {200, 409}
    assert [answer.status_code for answer in answers].count(200) == 4
    assert store.count(StatementRow) == store.count(OutboxRow) == 1


def test_batches_that_share_statements_in_another_order_do_not_deadlock(store: Store) -> None:
    batch = [statement() for _ in range(40)]
    answers = _at_once(6, lambda number: store.post(batch if number % 2 else batch[::-1]))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert store.count(StatementRow) == store.count(OutboxRow) == 40


def test_a_killed_transaction_leaves_nothing(store: Store) -> None:
    credential = xapi.Credential("host", ANNA, frozenset({"all"}))
    with store.sessions() as session:
        xapi.storage.store.store_statements(session, [statement()], credential, version="1.0.3", now=store.clock())
        session.connection().invalidate()
    assert store.count(StatementRow) == store.count(KeyRow) == store.count(OutboxRow) == 0


def test_the_hosts_own_statements_enter_in_its_own_transaction(store: Store) -> None:
    credential = xapi.Credential("host", BO, frozenset({"all"}))
    sent = statement()
    for _ in range(2):
        with store.sessions() as session:
            (identifier,) = xapi.storage.store.store_statements(session, [sent], credential, version="1.0.3", now=store.clock())
            session.commit()
    with store.sessions() as session:
        text = xapi.storage.store.load_texts(session, [identifier])[identifier]
    assert json.loads(text)["authority"] == BO
    assert store.ids() == [sent["id"]]
    assert store.count(OutboxRow) == 1


def _at_once(many: int, work: Any) -> list[Any]:
    """Do the same in several threads that start together."""
    start = threading.Barrier(many)
    done: list[Any] = [None] * many

    def run(number: int) -> None:
        start.wait()
        done[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


@pytest.mark.parametrize(("version", "status"), [("1.0.3", 200), ("2.0.0", 400)])
def test_an_identical_repetition_in_one_batch_is_refused_by_2_0_only(store: Store, version: str, status: int) -> None:
    sent = statement()
    answer = store.post([sent, sent], version=version)
    assert answer.status_code == status
    assert store.count(StatementRow) == (status == 200)
