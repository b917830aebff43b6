"""Is every request answered without a 5xx, and is nothing of a refused request stored? On both databases, in both versions."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.integration.xapi.conftest import Store
from tests.property.xapi.breaking import HEADERS, TEXTS, quoted
from tests.property.xapi.hostile import ACTIVITY, AGENT, Asked, drawn

EXAMPLES = min(settings().max_examples, 20) if settings().derandomize else settings().max_examples
AT_A_TIME = 12
KEPT = ("statement", "statement_id", "statement_key", "statement_reference", "outbox", "attachment", "attachment_link", "token")


def sent(store: Store, asked: Asked) -> TestResponse:
    """Send a request as bytes on a wire would be: text in headers is UTF-8, even if the server assumes another encoding."""
    wired = {name: value.encode("utf-8", "surrogatepass").decode("latin-1") for name, value in asked.headers.items()}
    address = f"/xapi/{asked.path}?" + "&".join(f"{quoted(name)}={quoted(value)}" for name, value in asked.query.items())
    headers = {"Authorization": store.authorization, **({"Content-Type": asked.content_type} if asked.content_type else {}), **wired}
    return store.app.test_client().open(address, method=asked.method, headers=headers, data=asked.body)


def kept(store: Store) -> list[Any]:
    """Return the store's content: the number of rows of each kind, and every document."""
    with store.sessions() as session:
        counts = [session.execute(text(f"SELECT count(*) FROM xapi_{name}")).scalar() for name in KEPT]
        return [*counts, *session.execute(text("SELECT id, type, etag, updated FROM xapi_document ORDER BY 1, 2, 3, 4")).all()]


def judged(store: Store, asked: Asked) -> None:
    before = kept(store)
    answer = sent(store, asked)
    assert answer.status_code < 500, asked
    if answer.status_code >= 400:
        assert kept(store) == before, asked
        assert asked.method == "HEAD" or {"detail", "error_description"} & answer.json.keys(), asked
    elif answer.mimetype == "application/json" and asked.method != "HEAD":
        json.loads(answer.data)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_whatever_is_sent_is_answered_and_what_is_refused_leaves_nothing(store: Store, seed: int) -> None:
    chance = Random(seed)
    for _ in range(AT_A_TIME):
        judged(store, drawn(chance))


def swept() -> Iterator[Asked]:
    """Every parameter of every resource with every dangerous text, and every header likewise."""
    agent, registration = json.dumps(AGENT), "7d9c7ad4-0a3b-4b7d-8f4b-7e51e4b2a001"
    sought = {"agent": agent, "verb": "https://v.example", "activity": ACTIVITY, "registration": registration, "related_agents": "true"}
    sought |= {
        "since": "2026-01-01T00:00:00Z",
        "until": "2027-01-01T00:00:00Z",
        "limit": "1",
        "format": "exact",
        "ascending": "true",
        "more": "x",
    }
    state = {"activityId": ACTIVITY, "agent": agent, "stateId": "s", "registration": registration}
    for method, path, query in (
        *(("GET", "statements", {name: value}) for name, value in sought.items()),
        ("GET", "statements", {"statementId": registration}),
        ("GET", "statements", {"voidedStatementId": registration}),
        ("PUT", "activities/state", state),
        ("GET", "activities/state", {"activityId": ACTIVITY, "agent": agent, "since": "2026-01-01T00:00:00Z"}),
        ("POST", "activities/profile", {"activityId": ACTIVITY, "profileId": "p"}),
        ("DELETE", "agents/profile", {"agent": agent, "profileId": "p"}),
        ("GET", "activities", {"activityId": ACTIVITY}),
        ("GET", "agents", {"agent": agent}),
    ):
        body = {"body": b"{}", "content_type": "application/json"} if method in {"PUT", "POST"} else {}
        whole = {"X-Experience-API-Version": "2.0.0"}
        for name in query:
            yield from (Asked(method, path, query={**query, name: value}, headers=whole, **body) for value in TEXTS)
        if path != "statements" or "limit" in query:
            yield from (Asked(method, path, query, {**whole, name: value}, **body) for name in HEADERS for value in HEADERS[name])


def test_no_parameter_and_no_header_breaks_the_store(postgres_store: Store) -> None:
    answers = [(sent(postgres_store, asked).status_code, asked) for asked in swept()]
    assert len(answers) > 1_500
    assert [(status, asked) for status, asked in answers if status >= 500] == []
    assert {status for status, _ in answers} >= {200, 204, 400, 401, 404, 412}
