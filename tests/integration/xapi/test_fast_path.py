"""Do plain statements that are stored before Flask get Flask's answers, and does Flask handle all others?"""

import gzip
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from werkzeug.test import TestResponse

import xapi
from tests.integration.xapi.conftest import Store, TestClock, about, seen_by_flask, statement
from xapi.views.fast_path import MOST_BYTES

HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class Both:
    """One store behind two applications: one that takes plain statements early, and one that knows only Flask's way."""

    def __init__(self, store: Store) -> None:
        self.early = store
        self.late = Store(store.engine, store.clock)
        self.late.tokens = store.tokens
        xapi.answer_early(store.app)

    def told(self, asked: Callable[[Store], TestResponse]) -> tuple[bool, tuple[int, dict[str, str], str]]:
        """Ask both the same; say whether the first was answered early, and what both answered."""
        with seen_by_flask(self.early.app) as seen:
            early = asked(self.early)
        late = asked(self.late)
        assert whole(early) == whole(late)
        return not seen, whole(early)


def whole(answer: TestResponse) -> tuple[int, dict[str, str], str]:
    """Return an answer without what the clock says in it."""
    headers = {name: value for name, value in answer.headers if name != "X-Experience-API-Consistent-Through"}
    assert answer.headers["X-Experience-API-Consistent-Through"].endswith("Z")
    return answer.status_code, headers, answer.text


@pytest.fixture
def both(store: Store) -> Both:
    return Both(store)


@pytest.mark.parametrize("version", ["1.0", "1.0.3", "2.0.0"])
@pytest.mark.parametrize("many", [0, 1, 3, 50])
def test_plain_statements_are_taken_early_and_answered_as_they_always_were(both: Both, version: str, many: int) -> None:
    given = [statement(result={"response": "x" * 1_400}) for _ in range(many)]
    early, (status, headers, body) = both.told(lambda store: store.post(given, version=version))
    assert early
    assert (status, json.loads(body)) == (200, [one["id"] for one in given])
    assert headers["X-Experience-API-Version"] == {"1": "1.0.3", "2": "2.0.0"}[version[0]]
    assert set(both.late.ids()) == {one["id"] for one in given}


def test_a_single_statement_one_with_a_token_and_a_repeated_one_are_answered_early(both: Both) -> None:
    one = statement(actor=None)
    token = both.early.token("launch", actor={"mbox": "mailto:launched@example.org"})
    for _ in range(2):
        early, (status, _, body) = both.told(lambda store: store.post(one, by=token))
        assert early
        assert (status, json.loads(body)) == (200, [one["id"]])
    (kept,) = both.late.get(agent={"mbox": "mailto:launched@example.org"}).json["statements"]
    assert kept["id"] == one["id"]


def test_what_refers_to_another_is_taken_early(both: Both) -> None:
    first, second = statement(), statement(verb={"id": "http://e.org/commented"})
    both.early.stored(first)
    early, _ = both.told(lambda store: store.post({**second, "object": about(first["id"])}))
    assert early
    assert set(both.late.ids(activity=first["object"]["id"])) == {first["id"], second["id"]}


BROKEN = {
    "no JSON": b"{",
    "no UTF-8": b"\xff",
    "no verb": json.dumps(statement(verb=None)).encode(),
    "no id of a statement": json.dumps(statement(id="7")).encode(),
    "one id twice": json.dumps(
        [statement(id=str(uuid.UUID(int=7))), statement(id=str(uuid.UUID(int=7)), timestamp="2026-01-01T00:00:00Z")]
    ).encode(),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_what_is_refused_is_refused_by_flask_in_the_same_words_and_nothing_is_stored(both: Both, body: bytes) -> None:
    early, (status, _, _) = both.told(lambda store: store.post(body))
    assert (early, status) == (False, 400)
    assert both.late.ids() == []


def test_another_body_under_an_id_is_refused_by_flask_and_nothing_is_stored(both: Both) -> None:
    one = statement()
    both.early.stored(one)
    early, (status, _, _) = both.told(lambda store: store.post({**one, "timestamp": "2026-01-01T00:00:00Z"}))
    assert (early, status) == (False, 409)
    (kept,) = both.late.get().json["statements"]
    assert kept["timestamp"] == kept["stored"]


@pytest.mark.parametrize("by", ["", "Basic bm9ib2R5OmF0IGFsbA==", "Basic ?", "Bearer nobody", "reading"])
def test_a_request_without_the_right_is_refused_by_flask(both: Both, by: str) -> None:
    by = both.early.key("statements/read") if by == "reading" else by
    early, (status, _, _) = both.told(lambda store: store.post(statement(), by=by))
    assert not early
    assert status in (401, 403)


def test_a_refused_key_is_counted_once(both: Both) -> None:
    now = both.early.clock()
    reading = both.early.key("statements/read")
    both.early.post(statement(), by=reading)
    both.early.app.extensions["xapi_early"]._mount.tally.write()
    with both.early.sessions() as session:
        refused = xapi.storage.key_usage.refused_since(session, xapi.storage.key_usage.first_day(now))
    assert [one.times for found in refused.values() for one in found] == [1]


def test_a_key_s_use_is_noted(both: Both) -> None:
    key = both.early.key("statements/write")
    assert both.early.post(statement(), by=key).status_code == 200
    both.early.app.extensions["xapi_early"]._mount.tally.write()
    with both.early.sessions() as session:
        assert [bool(one.last_used) for one in xapi.storage.keys.all_keys(session)] == [True, False, False]


@pytest.mark.parametrize("version", [None, "0.95", "3.0"])
def test_an_unsupported_version_is_left_to_flask(both: Both, version: str | None) -> None:
    early, (status, _, _) = both.told(lambda store: store.post(statement(), version=version))
    assert (early, status) == (False, 400)


def test_other_methods_parameters_types_and_lengths_are_for_flask(both: Both) -> None:
    one = statement()
    large = json.dumps({**one, "id": str(uuid.uuid4()), "result": {"response": "x" * MOST_BYTES}}).encode()
    others: dict[str, Callable[[Store], TestResponse]] = {
        "PUT": lambda store: store.put(one["id"], one),
        "GET": lambda store: store.get(statementId=one["id"]),
        "a parameter": lambda store: store.ask("POST", data=b"[]", content_type="application/json", query_string={"x": "1"}),
        "another type": lambda store: store.ask("POST", data=b"[]", content_type="text/plain"),
        "much": lambda store: store.post(large),
        "another address": lambda store: store.ask("POST", "statements/", data=b"[]", content_type="application/json"),
    }
    answers = {name: both.told(asked) for name, asked in others.items()}
    assert not [name for name, (early, _) in answers.items() if early]
    assert [answer[0] for _, answer in answers.values()] == [204, 200, 400, 400, 200, 404]


def test_a_body_that_ends_early_is_for_flask_and_stores_nothing(both: Both) -> None:
    body = json.dumps(statement()).encode()
    early, (status, _, _) = both.told(lambda store: store.post(body, environ_overrides={"CONTENT_LENGTH": str(len(body) + 1)}))
    assert (early, status) == (False, 400)
    assert both.late.ids() == []


def test_a_body_in_chunks_is_for_flask_whatever_length_it_names(both: Both) -> None:
    body = json.dumps(statement(id=str(uuid.UUID(int=9)))).encode()
    early, _ = both.told(lambda store: store.post(body, headers={"Transfer-Encoding": "chunked"}))
    assert not early


def test_a_compressed_body_is_for_flask_and_stores_nothing(both: Both) -> None:
    for encoding, body in (("gzip", gzip.compress(json.dumps(statement()).encode())), ("br", json.dumps(statement()).encode())):
        early, (status, _, _) = both.told(lambda store: store.post(body, headers={"Content-Encoding": encoding}))  # noqa: B023 - asked at once
        assert (early, status) == (False, 415)
    assert both.late.ids() == []


def test_a_charset_parameter_does_not_change_the_type(both: Both) -> None:
    early, (status, _, _) = both.told(
        lambda store: store.ask(
            "POST", data=json.dumps(statement(id=str(uuid.UUID(int=8)))), content_type="application/json; charset=utf-8"
        )
    )
    assert (early, status) == (True, 200)


def test_the_bell_rings_for_what_is_new_and_for_nothing_else(both: Both) -> None:
    rung: list[int] = []

    def ring(_app: Flask, count: int) -> None:
        rung.append(count)

    one, two = statement(), statement()
    with xapi.statements_stored.connected_to(ring, both.early.app):
        both.early.post([one, two])
        both.early.post([one, two])
    assert rung == [2]


def test_a_revoked_key_is_refused_at_once_even_with_what_is_stored_already(both: Both, clock: TestClock) -> None:
    key, said = both.early.key("all"), statement()
    assert both.early.post(said, by=key).status_code == 200
    assert both.early.post(said, by=key).status_code == 200
    before = len(both.early.get().json["statements"])
    with both.early.sessions() as session:
        xapi.storage.keys.revoke_key(session, xapi.storage.keys.all_keys(session)[0].key, clock())
        session.commit()
    for body in (statement(), said, [statement(), said]):
        assert both.early.post(body, by=key).status_code == 401
    assert len(both.early.get().json["statements"]) == before


def test_a_database_that_does_not_answer_is_asked_once_and_told_as_ever(local_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    xapi.answer_early(local_store.app)
    local_store.stored(statement())
    opened: list[str] = []
    mount = local_store.app.extensions["xapi_early"]._mount
    elsewhere = create_engine("sqlite:////nowhere/at/all.sqlite3")
    real = mount.writers

    def writers() -> Any:
        opened.append("one")
        session = real()
        session.bind = elsewhere
        return session

    object.__setattr__(mount, "writers", writers)
    answer = local_store.post(statement())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert opened == ["one"]


@pytest.mark.services
def test_a_database_that_hangs_up_loses_nothing(postgres_store: Store) -> None:
    xapi.answer_early(postgres_store.app)
    postgres_store.stored(statement())
    other = create_engine(postgres_store.engine.url)
    with other.connect() as connection:
        connection.execute(text(HANG_UP)).all()
    other.dispose()
    one = statement()
    answers = [postgres_store.post(one).status_code for _ in range(3)]
    assert answers[-1] == 200
    assert set(answers) <= {200, 503}
    assert one["id"] in postgres_store.ids()
