"""Which scope opens which resource, to read and to write? The whole truth table, asked over HTTP. (1.0.3 Communication 4.2)"""

import itertools

import pytest

from tests.integration.xapi.conftest import Store
from xapi.auth import ACCESS
from xapi.keys import SCOPES
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


def test_a_refusal_names_the_scope_that_is_missing(local_store: Store) -> None:
    answer = local_store.ask("POST", by=local_store.key("statements/read", "state", "profile", "define"))
    assert (answer.status_code, answer.json["detail"]) == (403, "this credential lacks the scope statements/write")
