"""Is a change refused if the document changed since the client read it? (XAPI-00322; 1.0.3 Communication 3.1; 2.0 4.1.4; RFC 9110 13.1)"""

import hashlib
from collections.abc import Mapping

import pytest

from tests.conformance.documents import ACTIVITY_PROFILE, AGENT_PROFILE, RESOURCES, STATE, VERSIONS, Resource, held, put, send
from tests.integration.xapi.conftest import Store, TestClock

OLD, NEW = b'{"page":3}', b'{"page":4}'
ETAG = hashlib.sha1(OLD, usedforsecurity=False).hexdigest()
OTHER = "1" * 40


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_the_etag_is_the_quoted_sha_1_of_the_content_in_lower_case(store: Store, resource: Resource, version: str) -> None:
    written = put(store, resource, OLD, version=version)
    read = send(store, "GET", resource, version=version)
    assert written.headers["ETag"] == read.headers["ETag"] == f'"{ETAG}"'
    send(store, "POST", resource, b'{"page":4}', version=version)
    changed = send(store, "GET", resource, version=version)
    assert changed.headers["ETag"] == f'"{hashlib.sha1(changed.data, usedforsecurity=False).hexdigest()}"'


HOLDS = [  # conditions that hold for a document with ETAG, then for none
    ({"If-Match": f'"{ETAG}"'}, True, False),
    ({"If-Match": f'"{OTHER}", "{ETAG}"'}, True, False),
    ({"If-Match": f'W/"{ETAG}"'}, True, False),
    ({"If-Match": ETAG}, True, False),
    ({"If-Match": "*"}, True, False),
    ({"If-Match": f'"{OTHER}"'}, False, False),
    ({"If-Match": f'"{ETAG.upper()}"'}, False, False),
    ({"If-Match": f'"x{ETAG}"'}, False, False),
    ({"If-Match": ""}, False, False),
    ({"If-None-Match": "*"}, False, True),
    ({"If-None-Match": f'"{ETAG}"'}, False, True),
    ({"If-None-Match": f'"{OTHER}"'}, True, True),
    ({"If-Match": f'"{ETAG}"', "If-None-Match": "*"}, False, False),
    ({"If-Match": f'"{ETAG}"', "If-None-Match": f'"{OTHER}"'}, True, False),
]
CHANGES = {"PUT": (NEW, {"page": 4}), "POST": (NEW, {"page": 4}), "DELETE": (None, None)}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("method", CHANGES)
@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_a_change_happens_only_where_its_conditions_hold(local_store: Store, resource: Resource, method: str, version: str) -> None:
    content, after = CHANGES[method]
    for headers, if_there, if_not_there in HOLDS:
        for there, holds in ((True, if_there), (False, if_not_there)):
            send(local_store, "DELETE", resource)
            if there:
                put(local_store, resource, OLD)
            answer = send(local_store, method, resource, content, headers=headers, version=version)
            assert answer.status_code == (204 if holds else 412), (headers, there, answer.text)
            assert held(local_store, resource) == (after if holds else {"page": 3} if there else None), (headers, there)


UNCONDITIONAL = [  # version, resource, where nothing is there, where a document is there
    ("1.0.3", STATE, 204, 204),
    ("1.0.3", ACTIVITY_PROFILE, 400, 409),
    ("1.0.3", AGENT_PROFILE, 400, 409),
    ("2.0.0", STATE, 204, 409),
    ("2.0.0", ACTIVITY_PROFILE, 204, 409),
    ("2.0.0", AGENT_PROFILE, 204, 409),
]


@pytest.mark.parametrize("requirement", ["XAPI-00273, XAPI-00287, XAPI-00293, XAPI-00322"])
@pytest.mark.parametrize(("version", "resource", "nothing", "something"), UNCONDITIONAL, ids=str)
def test_a_put_without_conditions(store: Store, requirement: str, version: str, resource: Resource, nothing: int, something: int) -> None:
    first = send(store, "PUT", resource, OLD, version=version)
    assert first.status_code == nothing
    assert held(store, resource) == ({"page": 3} if nothing == 204 else None)
    put(store, resource, OLD)
    second = send(store, "PUT", resource, NEW, version=version)
    assert second.status_code == something
    assert held(store, resource) == ({"page": 4} if something == 204 else {"page": 3})
    if something == 409:
        assert {"GET", "ETag", "If-Match"} <= set(second.json["detail"].replace(",", "").split())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_post_and_delete_need_no_conditions(local_store: Store, resource: Resource, version: str) -> None:
    for method in ("POST", "POST", "DELETE"):
        assert send(local_store, method, resource, CHANGES[method][0], version=version).status_code == 204


def test_conditions_speak_of_one_document_so_a_delete_of_all_has_none(local_store: Store) -> None:
    put(local_store, STATE, OLD)
    assert send(local_store, "DELETE", STATE, at=STATE.at(None), headers={"If-Match": f'"{ETAG}"'}).status_code == 400
    assert held(local_store, STATE) == {"page": 3}


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_with_the_current_document_gets_304(local_store: Store, resource: Resource, method: str) -> None:
    put(local_store, resource, OLD)
    for at in (resource.at(), resource.at(None)):
        etag = send(local_store, "GET", resource, at=at).headers["ETag"]

        def ask(headers: Mapping[str, str], at: dict[str, str] = at) -> tuple[int, str]:
            answer = send(local_store, method, resource, at=at, headers=headers)
            assert answer.status_code == 200 or not answer.data
            return answer.status_code, answer.headers["ETag"]

        assert ask({"If-None-Match": etag}) == (304, etag)
        assert ask({"If-None-Match": f'"{OTHER}"'}) == (200, etag)
        assert send(local_store, "GET", resource, at=at).headers["Cache-Control"] == "private, no-cache"


def test_a_refused_change_leaves_the_time_of_the_last_one(local_store: Store, clock: TestClock) -> None:
    put(local_store, STATE, OLD)
    before = send(local_store, "GET", STATE).headers["Last-Modified"]
    assert put(local_store, STATE, NEW).status_code == 412
    assert send(local_store, "GET", STATE).headers["Last-Modified"] == before
