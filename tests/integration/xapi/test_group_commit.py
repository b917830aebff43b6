"""Is each request's own input stored, or refused, if many arrive at once and share a transaction?"""

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.integration.xapi.conftest import ANNA, BO, Store, about, statement
from xapi.storage.models import OutboxRow, StatementRow
from xapi.views.mount import Mount

SENDERS = 12
LONG = 60


class Crowd:
    """A store in which one request stops before it writes, until the requests are there that should wait for it."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shared: list[int] = []  # how many requests each transaction was for
        self.held = threading.Event()
        self._enough: Callable[[Mount], bool] | None = None
        commit = Mount.commit

        def slowly(mount: Mount, brought: Sequence[Any]) -> list[int]:
            self.shared.append(len(brought))
            if self._enough and not self.held.is_set():
                self.held.set()
                until = time.monotonic() + LONG
                while not self._enough(mount) and time.monotonic() < until:
                    time.sleep(0.002)
            return commit(mount, brought)

        monkeypatch.setattr(Mount, "commit", slowly)
        self.store = Store(store.engine, store.clock)  # mounted with this commit

    def send(self, requests: Sequence[Callable[[], TestResponse]]) -> list[TestResponse]:
        """Send one, and all others while it is stopped; return the answers in order."""
        self._enough = lambda mount: len(mount.store._waiting) == len(requests) - 1
        with ThreadPoolExecutor(len(requests)) as threads:
            first = threads.submit(requests[0])
            assert self.held.wait(LONG)
            return [one.result() for one in [first, *(threads.submit(one) for one in requests[1:])]]

    def send_beside(self, held_up: Callable[[], TestResponse], others: Sequence[Callable[[], TestResponse]]) -> list[TestResponse]:
        """Send one, others while it is stopped, and release it when they were answered; return the answers in order."""
        go = threading.Event()
        self._enough = lambda _mount: go.is_set()
        with ThreadPoolExecutor(1) as thread:
            first = thread.submit(held_up)
            assert self.held.wait(LONG)
            answers = [one() for one in others]
            go.set()
            return [first.result(), *answers]


@pytest.fixture
def crowd(store: Store, monkeypatch: pytest.MonkeyPatch) -> Crowd:
    return Crowd(store, monkeypatch)


def posting(store: Store, body: Any, **how: Any) -> Callable[[], TestResponse]:
    return lambda: store.post(body, **how)


def test_requests_that_come_at_once_share_a_transaction_and_each_is_answered_with_its_own_ids(crowd: Crowd) -> None:
    store = crowd.store
    sent = [statement(actor=ANNA if number % 2 else BO) for number in range(SENDERS)]
    answers = crowd.send([posting(store, one) for one in sent])
    assert [one.json for one in answers] == [[one["id"]] for one in sent]
    assert crowd.shared == [1, SENDERS - 1]
    assert store.count(StatementRow) == store.count(OutboxRow) == SENDERS
    assert set(store.ids(agent=BO)) == {one["id"] for one in sent if one["actor"] == BO}


def test_each_statement_is_stored_in_the_name_of_its_own_credential(crowd: Crowd) -> None:
    store = crowd.store
    keys = [store.key("statements/write", "statements/read/mine") for _ in range(4)]
    sent = [statement() for _ in keys]
    answers = crowd.send([posting(store, one, by=key) for one, key in zip(sent, keys, strict=True)])
    assert [one.status_code for one in answers] == [200] * 4
    assert crowd.shared == [1, 3]
    for one, key in zip(sent, keys, strict=True):
        assert store.ids(by=key) == [one["id"]]


def test_only_a_credential_that_may_define_teaches_the_store_although_they_share_a_transaction(crowd: Crowd) -> None:
    store = crowd.store
    may, may_not = store.key("statements/write", "define"), store.key("statements/write")
    named = {
        who: statement(object={"id": f"https://courses.example/{who}", "definition": {"name": {"en": who}}}) for who in ("may", "may-not")
    }
    answers = crowd.send([posting(store, statement()), posting(store, named["may"], by=may), posting(store, named["may-not"], by=may_not)])
    assert [one.status_code for one in answers] == [200] * 3
    assert crowd.shared == [1, 2]
    known = {who: store.ask("GET", f"activities?activityId=https://courses.example/{who}").json for who in named}
    assert known["may"]["definition"]["name"] == {"en": "may"}
    assert "definition" not in known["may-not"]


def test_a_conflict_is_its_own_requests_only(crowd: Crowd) -> None:
    store = crowd.store
    there = statement()
    store.stored(there)
    fresh = [statement() for _ in range(3)]
    first, *others = crowd.send([posting(store, one) for one in (fresh[0], fresh[1], {**there, "actor": BO}, fresh[2])])
    assert first.status_code == 200
    assert [one.status_code for one in others] == [200, 409, 200]
    assert others[1].json["path"] == "statement.id"
    assert store.count(StatementRow) == store.count(OutboxRow) == 4


def test_two_at_once_with_one_id_and_different_bodies_are_one_success_and_one_conflict(crowd: Crowd) -> None:
    store = crowd.store
    one = statement()
    _, *answers = crowd.send([posting(store, statement()), posting(store, one), posting(store, {**one, "actor": BO})])
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert store.count(StatementRow) == store.count(OutboxRow) == 2


def test_the_same_statement_sent_by_many_at_once_is_stored_once(crowd: Crowd) -> None:
    store = crowd.store
    one = statement()
    answers = crowd.send([posting(store, one)] * SENDERS)
    assert [answer.json for answer in answers] == [[one["id"]]] * SENDERS
    assert store.count(StatementRow) == store.count(OutboxRow) == 1


def test_a_large_batch_and_a_statement_about_another_wait_for_nobody(crowd: Crowd) -> None:
    store = crowd.store
    large, referring = [statement() for _ in range(40)], statement(object=about(str(uuid.uuid4())))
    answers = crowd.send_beside(posting(store, statement()), [posting(store, large), posting(store, referring)])
    assert [one.status_code for one in answers] == [200] * 3
    assert crowd.shared == [1] * 3
