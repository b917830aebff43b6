"""How often does a frequent request ask PostgreSQL? Each time takes a tenth of a millisecond."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest

import xapi
from tests.integration.xapi.conftest import ACTIVITY, ANNA, Store, TestClock, statement

QUOTA = xapi.Quota(1000, 2**20)


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Note every statement that is sent to PostgreSQL; BEGIN and COMMIT are not among them."""
    sent: list[str] = []
    real = psycopg.Cursor.execute

    def execute(cursor: Any, query: Any, *rest: Any, **how: Any) -> Any:
        sent.append(" ".join(str(query).split())[:60])
        return real(cursor, query, *rest, **how)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", execute)
        yield sent


@pytest.fixture
def limited(postgres_store: Store) -> Store:
    """A store with a quota for its keys, which takes plain statements before Flask."""
    found = Store(postgres_store.engine, postgres_store.clock, key_storage=2**30)
    xapi.answer_early(found.app)
    return found


def test_a_statement_or_a_batch_by_a_key_takes_two(limited: Store, clock: TestClock, monkeypatch: pytest.MonkeyPatch) -> None:
    limited.post(statement())
    clock.at += timedelta(seconds=11)  # until then, what it says about activities and people could still be rolled back
    limited.post(statement())
    for body in (statement(), [statement() for _ in range(50)]):
        with counted(monkeypatch) as sent:
            assert limited.post(body).status_code == 200
        assert len(sent) == 2, sent  # the announcement; storing, counting and looking whether the key still works


def test_a_statement_by_a_launch_with_a_quota_takes_two(limited: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    token = limited.token("launch", actor=ANNA, activity=ACTIVITY, quota=QUOTA)
    limited.post(statement(actor=ANNA), by=token)
    with counted(monkeypatch) as sent:
        assert limited.post(statement(actor=ANNA), by=token).status_code == 200
    assert len(sent) == 2, sent  # the host's own look for the launch comes on top


def test_a_page_of_statements_takes_two(limited: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    limited.post(statement())
    limited.get()
    with counted(monkeypatch) as sent:
        assert json.loads(limited.get().text)["statements"]
    assert len(sent) <= 3, sent  # the key, the page; at most every 200 ms the instant up to which it is complete
