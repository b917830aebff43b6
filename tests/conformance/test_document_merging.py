"""How is a posted document merged into the stored one? (1.0.3 Communication 2.2; 2.0 4.1.6.2)"""

import json

import pytest

from tests.conformance.documents import ACTIVITY_PROFILE, AGENT_PROFILE, JSON, RESOURCES, STATE, VERSIONS, Resource, held, put, send
from tests.integration.xapi.conftest import Store

MERGED = [
    ("XAPI-00184", {"car": "MKX"}, {"car": "MKZ"}, {"car": "MKZ"}),
    ("XAPI-00234, XAPI-00279, XAPI-00308", {"x": "foo", "y": "bar"}, {"x": "bash", "z": "faz"}, {"x": "bash", "y": "bar", "z": "faz"}),
    ("XAPI-00183", {"car": {"make": "Ford", "model": "Escape"}}, {"car": {"make": "Dodge"}}, {"car": {"make": "Dodge"}}),
    ("XAPI-00183", {"list": [1, 2, 3]}, {"list": [4]}, {"list": [4]}),
    ("XAPI-00184", {"a": 1}, {"a": None}, {"a": None}),
    ("XAPI-00184", {"a": 1}, {"A": 2}, {"a": 1, "A": 2}),
    ("XAPI-00186", {"a": 1}, {}, {"a": 1}),
    ("XAPI-00186", {}, {"a": 1}, {"a": 1}),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("resource", RESOURCES, ids=str)
@pytest.mark.parametrize(("requirement", "stored", "posted", "after"), MERGED)
def test_top_level_properties_are_merged(
    store: Store, requirement: str, stored: object, posted: object, after: object, resource: Resource, version: str
) -> None:
    put(store, resource, stored, version=version)
    assert send(store, "POST", resource, posted, version=version).status_code == 204
    assert held(store, resource, version=version) == after
    assert send(store, "GET", resource).mimetype == JSON


def test_merging_neither_rounds_nor_rewrites_what_it_keeps_xapi_00185(store: Store) -> None:
    put(store, STATE, b'{"n": 12345678901234567890.10, "s": "\\u0000\\ud83d", "t": "\\/", "e": 1e400, "old": 0}'.replace(b"1e400", b"1E2"))
    send(store, "POST", STATE, '{"old":-0.0,"名":"张"}'.encode())
    assert send(store, "GET", STATE).data == (
        b'{"n":12345678901234567890.10,"s":"\\u0000\\ud83d","t":"\\/","e":1E2,"old":-0.0,"' + "名".encode() + b'":"' + "张".encode() + b'"}'
    )


FIRST = [("XAPI-00233", STATE), ("XAPI-00280", AGENT_PROFILE), ("XAPI-00310", ACTIVITY_PROFILE)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("requirement", "resource"), FIRST, ids=str)
def test_a_post_where_nothing_is_there_stores_what_came(store: Store, requirement: str, resource: Resource, version: str) -> None:
    assert send(store, "POST", resource, b'{ "a": 1.0 }', version=version).status_code == 204
    assert send(store, "GET", resource).data == b'{ "a": 1.0 }'
    at = resource.at("picture")
    assert send(store, "POST", resource, b"\x89PNG", content_type="image/png", at=at, version=version).status_code == 204
    assert held(store, resource, at=at) == b"\x89PNG"


NOT_MERGED = [  # (type, body) that is there, and that is posted onto it
    ((JSON, b'{"a":1}'), ("text/plain", b'{"b":2}')),
    ((JSON, b'{"a":1}'), ("application/octet-stream", b"abc")),
    ((JSON, b'{"a":1}'), (JSON, b"[2]")),
    ((JSON, b'{"a":1}'), (JSON, b"2")),
    ((JSON, b'{"a":1}'), (JSON, b"null")),
    ((JSON, b'{"a":1}'), (JSON, b"")),
    ((JSON, b'{"a":1}'), (JSON, b'{"b":2}{')),
    ((JSON, b'{"a":1}'), (JSON, b'{"b":2,"b":3}')),
    ((JSON, b'{"a":1}'), (JSON, b"\xff")),
    ((JSON, b"[1]"), (JSON, b'{"b":2}')),
    ((JSON, b'"text"'), (JSON, b'{"b":2}')),
    ((JSON, b'{"a":1,"a":2}'), (JSON, b'{"b":2}')),
    (("text/plain", b'{"a":1}'), (JSON, b'{"b":2}')),
    (("text/plain", b"abc"), ("text/plain", b"def")),
    (("image/png", b"\x89PNG"), (JSON, b'{"b":2}')),
]
REFUSED = [
    ("XAPI-00229, XAPI-00232, XAPI-00235", STATE),
    ("XAPI-00278, XAPI-00281, XAPI-00284", AGENT_PROFILE),
    ("XAPI-00309, XAPI-00313, XAPI-00314", ACTIVITY_PROFILE),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("requirement", "resource"), REFUSED, ids=str)
def test_what_cannot_be_merged_is_refused_and_changes_nothing_xapi_00182(
    local_store: Store, requirement: str, resource: Resource, version: str
) -> None:
    for (stored_type, stored), (posted_type, posted) in NOT_MERGED:
        send(local_store, "DELETE", resource)
        assert put(local_store, resource, stored, content_type=stored_type).status_code == 204
        before = send(local_store, "GET", resource)
        answer = send(local_store, "POST", resource, posted, content_type=posted_type, version=version)
        assert answer.status_code == 400, (stored, posted)
        assert answer.json["detail"]
        after = send(local_store, "GET", resource)
        assert (after.data, after.mimetype, after.headers["Last-Modified"]) == (stored, stored_type, before.headers["Last-Modified"])


def test_json_is_json_whatever_its_parameters_and_case(local_store: Store) -> None:
    put(local_store, STATE, {"a": 1}, content_type="Application/JSON; charset=UTF-8")
    assert send(local_store, "POST", STATE, {"b": 2}, content_type="application/json;charset=utf-8").status_code == 204
    assert json.loads(send(local_store, "GET", STATE).data) == {"a": 1, "b": 2}
