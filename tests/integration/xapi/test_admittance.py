"""What may each client write and read, in which version, and how are others refused?"""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker

import xapi
from tests.integration.xapi.conftest import ACTIVITY, ANNA, BO, HOME_PAGE, Store, TestClock, statement, voiding
from xapi.errors import BadRequest
from xapi.storage.models import ApiKey, StatementRow
from xapi.views import RESOURCES

REGISTRATION = uuid.UUID("5c6c8f0e-9d0a-4f67-9d43-5ef7f8d7a6b1")
STRETCH = "https://ours.example/launch"
PINS: dict[str, Any] = {"actor": ANNA, "registration": REGISTRATION, "activity": ACTIVITY, "context_extensions": {STRETCH: "launch 7"}}


# ── Nobody's, wrong, revoked ──


NOBODY = ["", "Basic", "Basic !!!", "Basic bm8gY29sb24=", "Basic YTpi", "Bearer nobody", "Digest x"]


@pytest.mark.parametrize("authorization", NOBODY)
def test_a_request_of_nobody_is_refused_with_401(local_store: Store, authorization: str) -> None:
    for answer in (local_store.get(by=authorization), local_store.post(statement(), by=authorization)):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
        assert answer.json["status"] == 401
    assert local_store.count(StatementRow) == 0


def test_a_revoked_key_is_refused_within_ten_seconds(store: Store, clock: TestClock) -> None:
    assert store.get().status_code == 200
    with store.sessions() as session:
        session.query(ApiKey).update({"revoked": clock()})
        session.commit()
    clock.at += timedelta(seconds=10)
    assert store.get().status_code == 401


def test_a_key_needs_known_scopes_and_keeps_no_secret(store: Store) -> None:
    with store.sessions() as session:
        with pytest.raises(BadRequest):
            xapi.storage.keys.add_key(session, "n", ("everything",), now=datetime.now(UTC))
        _, secret = xapi.storage.keys.add_key(session, "n", ("all",), now=datetime.now(UTC))
        assert secret not in {row.secret_sha256 for row in session.query(ApiKey)}


def test_mine_is_what_the_same_key_wrote_and_not_what_refers_to_it(store: Store) -> None:
    key = store.key("statements/write", "statements/read/mine")
    (mine,) = store.stored(statement(), by=key)
    (other,) = store.stored(statement(), statement(object={"objectType": "StatementRef", "id": mine}))[:1]
    assert store.ids(by=key) == store.ids(by=key, agent=ANNA) == [mine]
    assert store.get(by=key, statementId=mine).status_code == 200
    assert store.get(by=key, statementId=other).status_code == 404


# ── A launch's token ──


def test_what_a_token_leaves_out_is_set_and_what_it_says_is_kept(store: Store) -> None:
    token = store.token("t", **PINS)
    sent = statement(actor=None, context={"platform": "h5p", "extensions": {"http://mine.example": 1, STRETCH: "forged"}})
    (identifier,) = store.stored(sent, by=token)
    got = store.get(statementId=identifier).json
    assert got["actor"] == ANNA
    assert got["context"]["registration"] == str(REGISTRATION)
    assert got["context"]["platform"] == "h5p"
    assert got["context"]["extensions"] == {"http://mine.example": 1, STRETCH: "launch 7"}
    assert got["authority"]["account"]["name"] == "player"
    assert store.ids(registration=REGISTRATION, agent=ANNA) == [identifier]


def test_numbers_in_a_pinned_context_are_given_back_as_they_came(store: Store) -> None:
    body = (
        json.dumps(statement(context={"extensions": {"http://mine.example": "HERE"}}))
        .replace('"HERE"', "123456789012345678901234.50")
        .encode()
    )
    identifier = store.post(body, by=store.token("t", **PINS)).json[0]
    assert b"123456789012345678901234.50" in store.get(statementId=identifier).data


SPOOFED: list[tuple[str, dict[str, Any]]] = [
    ("statement.actor", {"actor": BO}),
    ("statement.actor", {"actor": {**ANNA, **BO}}),
    ("statement.context.registration", {"context": {"registration": str(uuid.uuid4())}}),
    ("statement.object.id", {"object": {"id": "https://courses.example/safety/1"}}),
    ("statement.object.id", {"object": {"id": f"{ACTIVITY}0"}}),
    ("statement.object.id", {"object": {"objectType": "Agent", **BO}}),
    ("statement.object.id", {"object": {"objectType": "Activity"}}),
    ("statement.object.id", voiding(str(uuid.uuid4()))),
]


@pytest.mark.parametrize(("path", "properties"), SPOOFED, ids=range(len(SPOOFED)))
def test_a_token_cannot_speak_for_another(store: Store, path: str, properties: dict[str, Any]) -> None:
    token = store.token("t", **PINS)
    answer = store.post(statement(**properties), by=token)
    assert (answer.status_code, answer.json["path"]) == (403, path)
    assert store.post([statement(), statement(**properties)], by=token).json["path"] == path.replace("statement", "statements[1]")
    assert store.count(StatementRow) == 0


@pytest.mark.parametrize("inside", ["/page/2", "?q=1", "#t=3", ""])
def test_a_token_may_speak_of_parts_of_its_activity(local_store: Store, inside: str) -> None:
    assert local_store.post(statement(object={"id": ACTIVITY + inside}), by=local_store.token("t", **PINS)).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"actor": None}, {"context": None}, {"context": {"registration": None}}, {"context": {"extensions": 3}}], ids=str
)
def test_what_a_token_sets_does_not_hide_what_is_malformed(local_store: Store, wrong: dict[str, Any]) -> None:
    answer = local_store.post({**statement(), **wrong}, by=local_store.token("t", **PINS))
    assert answer.status_code == 400


def test_a_token_sees_only_its_own_learner_and_launch(store: Store) -> None:
    tokens = [
        store.token("anna", **PINS),
        store.token("anna again", **PINS),
        store.token("bo", **{**PINS, "actor": BO}),
        store.token("elsewhere", **{**PINS, "registration": uuid.uuid4()}),
    ]
    ids = [store.stored(statement(actor=None), by=token)[0] for token in tokens]
    store.stored(statement())
    assert set(store.ids(by=tokens[0])) == set(store.ids(by=tokens[1])) == {ids[0], ids[1]}
    assert store.ids(by=tokens[2]) == [ids[2]]
    assert store.ids(by=tokens[2], agent=ANNA) == []
    assert store.get(by=tokens[0], statementId=ids[2]).status_code == 404


# ── Versions ──


@pytest.mark.parametrize(
    ("asked", "answered"), [("1.0.3", "1.0.3"), ("1.0", "1.0.3"), ("1.0.2", "1.0.3"), ("2.0.0", "2.0.0"), ("2.0", "2.0.0")]
)
def test_a_version_is_answered_by_its_latest(local_store: Store, asked: str, answered: str) -> None:
    for answer in (local_store.post(statement(), version=asked), local_store.get(version=asked), local_store.ask("HEAD", version=asked)):
        assert (answer.status_code, answer.headers["X-Experience-API-Version"]) == (200, answered)


@pytest.mark.parametrize("asked", [None, "", "0.9", "0.95", "1", "1.1.0", "2.1.0", "3.0.0", "1.0.3 ", "1.0.x"])
def test_no_version_or_another_is_refused_in_the_default_one(local_store: Store, asked: str | None) -> None:
    answer = local_store.get(version=asked)
    assert (answer.status_code, answer.headers["X-Experience-API-Version"]) == (400, "1.0.3")
    second = local_store.key("all", default_version="2.0.0")
    assert local_store.get(version=asked, by=second).headers["X-Experience-API-Version"] == "2.0.0"


def test_a_refusal_speaks_the_version_that_was_asked_for(local_store: Store) -> None:
    answers = [
        local_store.get(version="2.0.0", by=""),
        local_store.get(version="2.0.0", no="parameter"),
        local_store.ask("GET", "no/such/thing", version="2.0"),
    ]
    assert [answer.status_code for answer in answers] == [401, 400, 404]
    assert {answer.headers["X-Experience-API-Version"] for answer in answers} == {"2.0.0"}


def test_a_statement_gets_the_version_of_its_request(local_store: Store) -> None:
    first, second = statement(), statement(timestamp="2026-02-01T10:00:00.250+08:00")
    local_store.stored(first)
    local_store.stored(second, version="2.0.0")
    assert local_store.get(statementId=first["id"]).json["version"] == "1.0.0"
    got = local_store.get(statementId=second["id"]).json
    assert (got["version"], got["timestamp"]) == ("2.0.0", "2026-02-01T02:00:00.250000Z")


def test_about_needs_neither_key_nor_version(local_store: Store) -> None:
    answer = local_store.ask("GET", "about", by="", version=None)
    assert {"1.0.3", "2.0.0"} <= set(answer.json["version"])
    assert local_store.ask("GET", "about", version="2.0.0").headers["X-Experience-API-Version"] == "2.0.0"
    assert local_store.ask("POST", "about").status_code == 405


# ── Every reply ──


def test_every_reply_carries_version_consistency_and_cors_headers(local_store: Store) -> None:
    answers = [
        local_store.get(),
        local_store.post(statement()),
        local_store.post(b"{"),
        local_store.get(by=""),
        local_store.ask("DELETE"),
        local_store.ask("GET", "no/such/thing"),
        local_store.ask("GET", "about"),
        local_store.ask("OPTIONS", by="", version=None),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 401, 405, 404, 200, 204]
    for answer in answers:
        assert answer.headers["X-Experience-API-Version"] == "1.0.3"
        assert datetime.fromisoformat(answer.headers["X-Experience-API-Consistent-Through"]).tzinfo
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answers[4].headers["Allow"] == "GET, PUT, POST, HEAD, OPTIONS"
    assert "Authorization" in answers[-1].headers["Access-Control-Allow-Headers"]


def test_head_is_get_without_its_body(local_store: Store) -> None:
    local_store.stored(statement())
    head, get = local_store.ask("HEAD"), local_store.get()
    assert (head.status_code, head.data, head.content_length) == (200, b"", get.content_length)


# ── In somebody else's application ──


def test_a_database_that_does_not_answer_is_503_and_try_again(local_store: Store) -> None:
    """XAPI-00329, where the client knows that nothing was stored."""
    local_store.get()
    with local_store.engine.begin() as connection:
        connection.execute(text("DROP TABLE xapi_statement"))
    answer = local_store.post(statement())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "X-Experience-API-Consistent-Through" in answer.headers


def test_a_host_can_mark_the_views_and_gets_the_blueprint() -> None:
    app = Flask("host")
    marked = []
    sessions = sessionmaker(create_engine("sqlite://"))
    mounted = xapi.init_app(
        app,
        sessions=sessions,
        authenticate=lambda _: None,
        clock=lambda: datetime.now(UTC),
        home_page=HOME_PAGE,
        url_prefix="/lrs",
        mark=lambda view: marked.append(view) or view,
    )
    assert isinstance(mounted, Blueprint)
    assert {app.view_functions[f"xapi.{name}"] for name in (*RESOURCES, "token", "about", "elsewhere")} == set(marked)
    assert app.test_client().get("/lrs/about").status_code == 200
