"""Which scope opens which resource, to read and to write? The whole truth table, asked over HTTP. (1.0.3 Communication 4.2)"""

import itertools
import json
import uuid
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.integration.xapi.conftest import ACTIVITY, ANNA, Store, statement
from xapi.rules.auth import ACCESS
from xapi.storage.keys import SCOPES
from xapi.storage.models import StatementRow
from xapi.views import RESOURCES

STATEMENTS = {"statements/read", "statements/read/mine", "all/read", "all"}
# Written from the specification, not from the code: resource → who may read, who may write.
TABLE: dict[str, tuple[set[str], set[str]]] = {
    "statements": (STATEMENTS, {"statements/write", "all"}),
    "activities": (STATEMENTS, set()),
    "agents": (STATEMENTS, set()),
    "activities/state": ({"state", "all/read", "all"}, {"state", "all"}),
    "activities/profile": ({"profile", "all/read", "all"}, {"profile", "all"}),
    "agents/profile": ({"profile", "all/read", "all"}, {"profile", "all"}),
}
READING, WRITING = ("GET", "HEAD"), ("PUT", "POST", "DELETE")
METHODS = {name: [method for method in (*READING, *WRITING) if method in {*resource, "HEAD"}] for name, resource in RESOURCES.items()}


def test_the_table_has_every_resource() -> None:
    assert set(RESOURCES) <= set(TABLE) == set(ACCESS)


@pytest.mark.parametrize("resource", RESOURCES)
def test_each_scope_opens_what_the_table_says_and_nothing_else(local_store: Store, resource: str) -> None:
    reads, writes = TABLE[resource]
    for scope, method in itertools.product(SCOPES, METHODS[resource]):
        status = local_store.ask(method, resource, by=local_store.key(scope)).status_code
        allowed = scope in (reads if method in READING else writes)
        assert (status != 403) == allowed, f"{scope}: {method} {resource} is answered {status}"
        assert status not in {401, 405}


@pytest.mark.parametrize("resource", RESOURCES)
def test_several_scopes_open_what_each_of_them_does(local_store: Store, resource: str) -> None:
    reads, writes = TABLE[resource]
    for pair in itertools.combinations(SCOPES, 2):
        key = local_store.key(*pair)
        for method in METHODS[resource]:
            allowed = bool({*pair} & (reads if method in READING else writes))
            assert (local_store.ask(method, resource, by=key).status_code != 403) == allowed, f"{pair}: {method} {resource}"


# ── The same with complete requests: allowed ones succeed, the others change nothing ──

PLACES = {
    "activities/state": {"activityId": ACTIVITY, "agent": json.dumps(ANNA), "stateId": "bookmark"},
    "activities/profile": {"activityId": ACTIVITY, "profileId": "bookmark"},
    "agents/profile": {"agent": json.dumps(ANNA), "profileId": "bookmark"},
}


def change(store: Store, method: str, resource: str, *, by: str | None = None) -> TestResponse:
    """Change a document of the resource, whether or not one exists."""
    how: dict[str, Any] = {} if method == "DELETE" else {"json": {"by": method}}
    return store.ask(method, resource, query_string=PLACES[resource], headers={"If-Match": "*"}, by=by, **how)


@pytest.mark.parametrize("resource", PLACES)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_changes_documents_or_leaves_them_as_they_are(local_store: Store, scope: str, resource: str) -> None:
    reads, writes = TABLE[resource]
    key, place = local_store.key(scope), PLACES[resource]
    for method in WRITING:
        local_store.ask("PUT", resource, query_string=place, json={"by": "all"}, headers={"If-None-Match": "*"})
        changed = change(local_store, method, resource, by=key)
        assert changed.status_code == (204 if scope in writes else 403)
        kept = local_store.ask("GET", resource, query_string=place)
        after = {"PUT": {"by": "PUT"}, "POST": {"by": "POST"}, "DELETE": None}[method] if scope in writes else {"by": "all"}
        assert (kept.json if kept.status_code == 200 else None) == after
        local_store.ask("DELETE", resource, query_string=place, headers={"If-Match": "*"})
    local_store.ask("PUT", resource, query_string=place, json={"by": "all"}, headers={"If-None-Match": "*"})
    read = local_store.ask("GET", resource, query_string=place, by=key)
    assert (read.status_code, read.json.get("by")) == ((200, "all") if scope in reads else (403, None))


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_writes_and_reads_statements_or_does_not(local_store: Store, scope: str) -> None:
    reads, writes = TABLE["statements"]
    key = local_store.key(scope)
    sent = [local_store.post(statement(), by=key).status_code, local_store.put(str(uuid.uuid4()), statement(id=None), by=key).status_code]
    assert sent == ([200, 204] if scope in writes else [403, 403])
    assert local_store.count(StatementRow) == (2 if scope in writes else 0)
    (other,) = local_store.stored(statement())
    found = local_store.get(by=key)
    assert found.status_code == (200 if scope in reads else 403)
    if scope in reads:
        assert (other in {one["id"] for one in found.json["statements"]}) == (scope != "statements/read/mine")


def test_a_refusal_names_the_scope_that_is_missing(local_store: Store) -> None:
    answer = local_store.ask("POST", by=local_store.key("statements/read", "state", "profile", "define"))
    assert (answer.status_code, answer.json["detail"]) == (403, "this credential lacks the scope statements/write")
