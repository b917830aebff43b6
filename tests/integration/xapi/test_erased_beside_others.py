"""Is nothing of a person stored by requests that ran while they were erased, or later?"""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.xapi.conftest import ACTIVITY, ANNA, BO, HOME_PAGE, Store, statement
from xapi import Credential
from xapi.errors import Erased
from xapi.rules.actor import key_of
from xapi.rules.checking import check_received
from xapi.rules.document_key import STATE as STATES
from xapi.rules.document_key import parse_place
from xapi.rules.statement_json import received
from xapi.storage.consistency import announce
from xapi.storage.documents import lock, put
from xapi.storage.erased import mark
from xapi.storage.erasure import erase_rest, erase_some, foreseen
from xapi.storage.models import AgentNameRow, DocumentRow, KeyRow, StatementRow
from xapi.storage.store import insert_checked, store_statements

AGENTS = [key for one in (ANNA,) if (key := key_of(one))]
STATE = {"activityId": ACTIVITY, "agent": json.dumps(ANNA), "stateId": "s"}
HOST = Credential("host", {"account": {"homePage": HOME_PAGE, "name": "host"}}, frozenset({"all"}))
NOTHING = (0, 0, 0, 0)


def mark_her(store: Store) -> None:
    with store.sessions() as session:
        mark(session, AGENTS, store.clock())
        session.commit()


def erase(store: Store) -> None:
    """Mark Anna as erased, and erase everything of hers."""
    mark_her(store)
    count = 1
    while count:
        with store.sessions() as session:
            count = erase_some(session, AGENTS, store.clock())
            if not count:
                erase_rest(session, AGENTS)
            session.commit()


def there(store: Store) -> tuple[int, ...]:
    with store.sessions() as session:
        return tuple(foreseen(session, AGENTS))


def beside(work: Callable[[], Any]) -> threading.Thread:
    """Do something in a thread of its own, and give it time to get as far as it can."""
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.3)
    return thread


def save_state(session: Session, store: Store) -> bool:
    place = parse_place(STATES, STATE, "PUT")
    return put(session, place, b"x", "text/plain", store.clock(), known=lock(session, place))


SPOKEN_OF: list[dict[str, Any]] = [
    {},
    {"actor": {"objectType": "Group", "member": [BO, ANNA]}},
    {"actor": BO, "object": {"objectType": "Agent", **ANNA}},
]


@pytest.mark.parametrize("properties", SPOKEN_OF, ids=["actor", "member", "object"])
def test_a_statement_about_somebody_erased_is_refused_and_nothing_beside_it_is_stored(store: Store, properties: dict[str, Any]) -> None:
    erase(store)
    one = statement(**properties)
    for answer in (store.post([statement(actor=BO), one]), store.put(one["id"], one)):
        assert (answer.status_code, "erased here: nothing about them is stored any more" in answer.text) == (409, True), answer.text
    assert "statements[1]" in store.post([statement(actor=BO), one]).text, "it is said which one"
    assert store.count(StatementRow) == 0


def test_everybody_elses_statements_are_taken_and_teach_no_name_of_whom_was_erased(store: Store) -> None:
    erase(store)
    named = {**ANNA, "name": "安娜"}
    store.stored(statement(actor={**BO, "name": "Bo"}, context={"instructor": named}))
    with store.sessions() as session:
        assert set(session.scalars(select(AgentNameRow.name))) == {'"Bo"', '"tests"'}


def test_what_is_stored_already_is_not_new_until_it_is_erased(store: Store) -> None:
    one = statement()
    store.stored(one)
    mark_her(store)
    assert store.stored(one) == [one["id"]]
    erase(store)
    assert store.post(one).status_code == 409


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_no_document_about_somebody_erased_is_kept(store: Store, method: str) -> None:
    erase(store)
    answer = store.ask(method, "activities/state", query_string=STATE, data=b"{}", content_type="application/json")
    assert (answer.status_code, "erased here" in answer.text) == (409, True)
    others = {**STATE, "agent": json.dumps(BO)}
    assert store.ask(method, "activities/state", query_string=others, data=b"{}", content_type="application/json").status_code == 204
    assert store.count(DocumentRow) == 1


def test_a_write_that_is_open_when_somebody_is_marked_is_waited_for_and_erased(store: Store) -> None:
    with store.sessions() as writer:
        store_statements(writer, [statement()], HOST, version="1.0.3", now=store.clock())
        assert save_state(writer, store)
        eraser = beside(lambda: erase(store))
        assert eraser.is_alive(), "it waits for the open write"
        writer.commit()
    eraser.join(20)
    assert there(store) == NOTHING
    assert store.count(KeyRow) == 0


def test_a_write_announced_before_the_mark_finds_the_mark(postgres_store: Store) -> None:
    checked = check_received([received(statement())], HOST, "1.0.3")
    with postgres_store.sessions() as writer:
        announce(writer, postgres_store.clock())
        mark_her(postgres_store)
        with pytest.raises(Erased):
            insert_checked(writer, checked, HOST, postgres_store.clock())


def test_a_request_that_waited_for_an_erasure_finds_the_new_mark(postgres_store: Store) -> None:
    """Its query began before there was a mark; only a query after the wait sees the mark."""
    answers: list[int] = []
    with postgres_store.sessions() as other:
        announce(other, postgres_store.clock(), referring=True)
        sender = beside(lambda: answers.append(postgres_store.post(statement()).status_code))
        mark_her(postgres_store)
        assert erase_some(other, AGENTS, postgres_store.clock()) == 0
        other.commit()
    sender.join(20)
    assert (answers, there(postgres_store)) == ([409], NOTHING)


def test_a_request_that_read_a_document_before_the_mark_finds_the_mark(postgres_store: Store) -> None:
    with postgres_store.sessions() as writer:
        place = parse_place(STATES, STATE, "PUT")
        assert lock(writer, place) is None
        mark_her(postgres_store)
        eraser = beside(lambda: erase(postgres_store))
        with pytest.raises(Erased):
            put(writer, place, b"x", "text/plain", postgres_store.clock(), known=None)
    eraser.join(20)
    assert there(postgres_store) == NOTHING


def test_a_document_that_is_changed_while_it_is_erased_is_gone_afterwards(postgres_store: Store) -> None:
    """There is no deadlock: the request that holds the document's row continues, and the erasure waits."""
    with postgres_store.sessions() as first:
        assert save_state(first, postgres_store)
        first.commit()
    with postgres_store.sessions() as writer:
        place = parse_place(STATES, STATE, "PUT")
        known = lock(writer, place)
        eraser = beside(lambda: erase(postgres_store))
        assert put(writer, place, b"y", "text/plain", postgres_store.clock(), known=known)
        assert eraser.is_alive()
        writer.commit()
    eraser.join(20)
    assert there(postgres_store) == NOTHING


def test_however_much_comes_while_somebody_is_erased_nothing_is_left_of_them_and_all_of_others(store: Store) -> None:
    stop, taken, problems = threading.Event(), [0], []

    def send(number: int) -> None:
        while not stop.is_set():
            mine = store.post([statement(), statement(object={"objectType": "StatementRef", "id": statement()["id"]})])
            state = store.ask("PUT", "activities/state", query_string={**STATE, "stateId": str(number)}, data=b"x", content_type="a/b")
            theirs = store.post(statement(actor=BO))
            taken[0] += theirs.status_code == 200
            problems.extend(one.text for one in (mine, state) if one.status_code not in {200, 204, 409})

    threads = [threading.Thread(target=send, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    erase(store)
    left = there(store)
    time.sleep(0.2)
    stop.set()
    for thread in threads:
        thread.join()
    assert (left, there(store), problems) == (NOTHING, NOTHING, [])
    assert store.count(StatementRow) == taken[0] > 0
