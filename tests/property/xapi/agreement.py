"""Compare a record store with the naive reading, for one history and many queries about it."""

from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import text

from tests.integration.xapi.conftest import Store
from tests.property.xapi.drawn import NEVER_STORED, history, questions
from tests.property.xapi.naive import Naive, Told

TABLES = ("xapi_statement_key", "xapi_outbox", "xapi_statement_reference", "xapi_statement_id", "xapi_statement")


def agrees(store: Store, seed: int) -> None:
    """Store a history in an emptied store, and send queries to it and to the naive reading.

    Raises:
        AssertionError: they differ.
    """
    chance = Random(seed)
    _empty(store)
    naive = Naive()
    for version, batch in history(chance):
        answer = store.post(batch, version=version)
        assert answer.status_code == 200, answer.text
        for one in batch:
            whole = _as_it_is(store, one["id"])
            naive.told.append(Told(whole, datetime.fromisoformat(whole["stored"])))
    moments = [one.statement["stored"] for one in naive.told]
    for question in questions(chance, moments, naive.told[0].statement["authority"]):
        _answered(store, naive, question)
    _asked_by_id(store, naive)


def _empty(store: Store) -> None:
    with store.sessions() as session:
        for table in TABLES:
            session.execute(text(f"DELETE FROM {table}"))
        session.commit()


def _as_it_is(store: Store, identifier: str) -> dict[str, Any]:
    for name in ("statementId", "voidedStatementId"):
        answer = store.get(**{name: identifier})
        if answer.status_code == 200:
            return dict(answer.json)
    raise AssertionError(f"{identifier} was stored and is not there")


def _answered(store: Store, naive: Naive, question: dict[str, Any]) -> None:
    expected = naive.ids(question)
    pages = _pages(store, question, most=len(expected) + 1)
    assert [identifier for page in pages for identifier in page] == expected, question
    limit = question.get("limit", max(len(expected), 1))
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1), question
    assert len(pages[-1]) <= limit, question


def _pages(store: Store, question: dict[str, Any], most: int) -> list[list[str]]:
    answer = store.get(**question)
    assert answer.status_code == 200, answer.text
    pages = [[one["id"] for one in answer.json["statements"]]]
    while answer.json["more"]:
        assert len(pages) <= most, question
        answer = store.get(more=parse_qs(urlsplit(answer.json["more"]).query)["more"][0])
        pages.append([one["id"] for one in answer.json["statements"]])
    return pages


def _asked_by_id(store: Store, naive: Naive) -> None:
    for one in naive.told:
        voided = naive.is_voided(one)
        assert (store.get(statementId=one.id).status_code == 200) == (not voided)
        assert (store.get(voidedStatementId=one.id).status_code == 200) == voided
    assert store.get(statementId=NEVER_STORED).status_code == 404
