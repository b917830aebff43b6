"""Is a document returned as it was sent, only under its own key, with the time of its change? (1.0.3 Communication 2.2, 2.3, 2.6, 2.7)"""

import gzip
import hashlib
from datetime import timedelta
from email.utils import parsedate_to_datetime
from itertools import product

import pytest

from tests.conformance.documents import (
    ACTIVITY_PROFILE,
    AGENT_PROFILE,
    REGISTRATION,
    RESOURCES,
    STATE,
    VERSIONS,
    Resource,
    held,
    new_id,
    put,
    send,
)
from tests.integration.xapi.conftest import BO, Store, TestClock
from xapi.storage.models import DocumentRow

LIFE = [
    ("XAPI-00187 to XAPI-00192, XAPI-00216, XAPI-00217, XAPI-00230, XAPI-00231", STATE),
    ("XAPI-00285 to XAPI-00288, XAPI-00290 to XAPI-00293, XAPI-00311, XAPI-00312", ACTIVITY_PROFILE),
    ("XAPI-00259, XAPI-00269, XAPI-00271 to XAPI-00274, XAPI-00282, XAPI-00283", AGENT_PROFILE),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("requirement", "resource"), LIFE, ids=str)
def test_a_document_is_put_read_posted_and_deleted(store: Store, requirement: str, resource: Resource, version: str) -> None:
    assert held(store, resource, version=version) is None
    assert put(store, resource, {"page": 3}, version=version).status_code == 204
    assert held(store, resource, version=version) == {"page": 3}
    assert send(store, "POST", resource, {"page": 4}, version=version).status_code == 204
    assert held(store, resource, version=version) == {"page": 4}
    deleted = send(store, "DELETE", resource, version=version)
    assert (deleted.status_code, deleted.data) == (204, b"")
    assert held(store, resource, version=version) is None
    assert store.count(DocumentRow) == 0


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_deleting_what_is_not_there_is_a_success(store: Store, resource: Resource) -> None:
    assert send(store, "DELETE", resource).status_code == 204


BODIES = [
    ("application/json", b' {"a" :1.10, "b":\t[1e3, 12345678901234567890], "c": "\\u0000\\ud800 \\/" }\n'),
    ("application/json; charset=utf-8", '{"名": "张"}'.encode()),
    ("application/json", b"[1, 2]"),
    ("text/plain", b"page 3\r\n"),
    ("text/plain;charset=gbk", "第三页".encode("gbk")),
    ("application/octet-stream", bytes(range(256)) * 8),
    ("image/png", b"\x89PNG\r\n\x1a\n\x00"),
    ("text/html", b"<script>alert(1)</script>"),
    ("multipart/mixed; boundary=x", b"--x\r\n\r\nhello\r\n--x--"),
    ("application/x-www-form-urlencoded", b"a=1&b=%20"),
    ("application/json+profile", b"{"),
    ("x", b""),
]


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
@pytest.mark.parametrize(("content_type", "body"), BODIES)
def test_any_content_comes_back_byte_for_byte_with_its_type(store: Store, resource: Resource, content_type: str, body: bytes) -> None:
    assert put(store, resource, body, content_type=content_type).status_code == 204
    answer = send(store, "GET", resource)
    assert (answer.data, answer.headers["Content-Type"]) == (body, content_type)


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_a_compressed_document_is_refused_and_not_given_back_as_something_else(local_store: Store, resource: Resource) -> None:
    """RFC 9110 8.4 and 15.5.16: it would come back without its Content-Encoding. A body that is not compressed may say so."""
    for method in ("PUT", "POST"):
        headers = {"If-None-Match": "*", "Content-Encoding": "gzip"}
        assert send(local_store, method, resource, gzip.compress(b"page 3"), content_type="text/plain", headers=headers).status_code == 415
    assert held(local_store, resource) is None
    headers = {"If-None-Match": "*", "Content-Encoding": "Identity"}
    assert send(local_store, "PUT", resource, b"page 3", content_type="text/plain", headers=headers).status_code == 204


def test_a_document_without_a_type_is_bytes(local_store: Store) -> None:
    assert send(local_store, "PUT", STATE, b"abc", content_type=None).status_code == 204
    answer = send(local_store, "GET", STATE)
    assert (answer.data, answer.headers["Content-Type"]) == (b"abc", "application/octet-stream")


def test_a_document_cannot_run_as_a_page_of_ours(local_store: Store) -> None:
    put(local_store, STATE, b"<script>alert(1)</script>", content_type="text/html")
    headers = send(local_store, "GET", STATE).headers
    assert (headers["Content-Security-Policy"], headers["X-Content-Type-Options"]) == ("sandbox", "nosniff")


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
@pytest.mark.parametrize("body", [b"{", b"", b"{'a': 1}", b"NaN", b'{"a": 1} {', b"\xff{}", b"[" * 100_000])
def test_what_is_announced_as_json_must_be_json(local_store: Store, resource: Resource, body: bytes) -> None:
    """XAPI-00235, XAPI-00284, XAPI-00314 for POST; 1.0.3 Communication 3.2 for any content."""
    for method in ("PUT", "POST"):
        assert send(local_store, method, resource, body, headers={"If-None-Match": "*"}).status_code == 400
    assert held(local_store, resource) is None


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_head_answers_like_get_without_the_document_xapi_00125(local_store: Store, resource: Resource) -> None:
    put(local_store, resource, {"page": 3})
    for at in (resource.at(), resource.at(None)):
        get, head = send(local_store, "GET", resource, at=at), send(local_store, "HEAD", resource, at=at)
        assert (head.status_code, head.data) == (200, b"")
        same = ("Content-Type", "Content-Length", "ETag", "Last-Modified", "X-Experience-API-Version")
        assert [head.headers[name] for name in same] == [get.headers[name] for name in same]
    assert send(local_store, "HEAD", resource, at=resource.at("other")).status_code == 404


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_every_reply_says_the_version_and_lets_a_page_elsewhere_read_it(local_store: Store, resource: Resource, version: str) -> None:
    replies = [
        put(local_store, resource, {}, version=version),
        *(send(local_store, "GET", resource, at=at, version=version) for at in (resource.at(), resource.at("no"))),
    ]
    for reply in replies:
        assert reply.headers["X-Experience-API-Version"] == version
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert {"ETag", "Last-Modified"} <= set(reply.headers["Access-Control-Expose-Headers"].split(", "))
    asked = local_store.app.test_client().options(f"/xapi/{resource.path}")
    assert {"If-Match", "If-None-Match", "Updated"} <= set(asked.headers["Access-Control-Allow-Headers"].split(", "))
    assert "DELETE" in asked.headers["Access-Control-Allow-Methods"]


# ── Where it lies ──


def test_a_document_lies_where_all_its_parameters_say(store: Store) -> None:
    agents = [BO, {"account": {"homePage": "https://lrs.example", "name": "anna"}}, {"openid": "mailto:bo@example.org"}]
    places = [
        {"activityId": activity, "agent": agent, "registration": registration}
        for activity, agent, registration in product(
            ["https://courses.example/1", "https://courses.example/2"], agents, [None, REGISTRATION, new_id()]
        )
    ]
    for number, place in enumerate(places):
        for name in ("a", "b"):
            assert send(store, "PUT", STATE, {"n": number, "id": name}, at=STATE.at(name, **place)).status_code == 204
    for number, place in enumerate(places):
        for name in ("a", "b"):
            assert held(store, STATE, at=STATE.at(name, **place)) == {"n": number, "id": name}


def test_the_three_resources_do_not_see_each_others_documents(store: Store) -> None:
    for number, resource in enumerate(RESOURCES):
        assert put(store, resource, {"n": number}).status_code == 204
    assert [held(store, resource) for resource in RESOURCES] == [{"n": 0}, {"n": 1}, {"n": 2}]
    for resource in RESOURCES:
        assert send(store, "GET", resource, at=resource.at(None)).json == ["bookmark"]
    assert send(store, "DELETE", STATE, at=STATE.at(None)).status_code == 204
    assert [held(store, resource) for resource in RESOURCES] == [None, {"n": 1}, {"n": 2}]


def test_an_agent_is_known_by_its_identifier_whatever_its_name(store: Store) -> None:
    assert put(store, AGENT_PROFILE, {"a": 1}, at=AGENT_PROFILE.at(agent={**BO, "name": "Bo"})).status_code == 204
    assert held(store, AGENT_PROFILE, at=AGENT_PROFILE.at(agent={**BO, "objectType": "Agent"})) == {"a": 1}


# ── Registrations: none is a place of its own for one document, and any place for several ──

BY_REGISTRATION = "XAPI-00218, XAPI-00219, XAPI-00220, XAPI-00227"


@pytest.mark.parametrize("requirement", [BY_REGISTRATION])
def test_no_registration_is_not_any_registration_for_one_document(store: Store, requirement: str) -> None:
    within, without = STATE.at(registration=REGISTRATION), STATE.at()
    assert send(store, "PUT", STATE, {"within": 1}, at=within).status_code == 204
    assert held(store, STATE, at=without) is None
    assert send(store, "POST", STATE, {"without": 1}, at=without).status_code == 204
    assert (held(store, STATE, at=within), held(store, STATE, at=without)) == ({"within": 1}, {"without": 1})
    assert send(store, "DELETE", STATE, at=without).status_code == 204
    assert (held(store, STATE, at=within), held(store, STATE, at=without)) == ({"within": 1}, None)
    assert held(store, STATE, at=STATE.at(registration=REGISTRATION.upper())) == {"within": 1}


@pytest.mark.parametrize("requirement", ["XAPI-00193, XAPI-00194"])
def test_a_list_and_a_delete_without_a_registration_reach_all_of_them(store: Store, requirement: str) -> None:
    second = new_id()
    for name, registration in (("a", None), ("b", REGISTRATION), ("both", REGISTRATION), ("both", second)):
        send(store, "PUT", STATE, {}, at=STATE.at(name, registration=registration))
    send(store, "PUT", STATE, {}, at=STATE.at("bo's", agent=BO))

    def ids(**place: object) -> list[str]:
        return sorted(send(store, "GET", STATE, at=STATE.at(None, **place)).json)

    assert (ids(), ids(registration=REGISTRATION), ids(registration=second), ids(registration=new_id())) == (
        ["a", "b", "both"],
        ["b", "both"],
        ["both"],
        [],
    )
    assert send(store, "DELETE", STATE, at=STATE.at(None, registration=second)).status_code == 204
    assert (ids(), ids(registration=second)) == (["a", "b", "both"], [])
    assert send(store, "DELETE", STATE, at=STATE.at(None)).status_code == 204
    assert (ids(), ids(registration=REGISTRATION), ids(agent=BO)) == ([], [], ["bo's"])


# ── Lists ──

LISTS = [
    ("XAPI-00193, XAPI-00195, XAPI-00221", STATE),
    ("XAPI-00268, XAPI-00270, XAPI-00275", AGENT_PROFILE),
    ("XAPI-00289, XAPI-00294, XAPI-00303", ACTIVITY_PROFILE),
]


@pytest.mark.parametrize(("requirement", "resource"), LISTS, ids=str)
def test_a_list_has_the_ids_of_what_changed_after_since(store: Store, clock: TestClock, requirement: str, resource: Resource) -> None:
    assert send(store, "GET", resource, at=resource.at(None)).json == []
    changed = {}
    for name in ("a", "b", "c"):
        clock.at += timedelta(seconds=90)
        put(store, resource, {}, at=resource.at(name))
        with store.sessions() as session:
            changed[name] = session.query(DocumentRow.updated).filter_by(id=name).scalar()

    def since(instant: object) -> list[str]:
        return send(store, "GET", resource, at=resource.at(None, since=str(instant))).json

    assert send(store, "GET", resource, at=resource.at(None)).json == ["a", "b", "c"]
    assert since(changed["a"] - timedelta(microseconds=1)) == ["a", "b", "c"]
    assert since(changed["a"]) == ["b", "c"]  # exclusive
    assert since(changed["b"].astimezone().isoformat()) == ["c"]
    assert since(changed["c"]) == []
    clock.at += timedelta(seconds=90)
    send(store, "POST", resource, {"again": True}, at=resource.at("a"))
    assert since(changed["b"]) == ["c", "a"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_last_modified_is_when_the_document_or_the_newest_of_a_list_changed(
    store: Store, clock: TestClock, resource: Resource, version: str
) -> None:
    def modified(name: str | None) -> object:
        return parsedate_to_datetime(send(store, "GET", resource, at=resource.at(name), version=version).headers["Last-Modified"])

    put(store, resource, {}, at=resource.at("a"), version=version)
    first = clock.at.replace(microsecond=0)
    clock.at += timedelta(hours=1)
    put(store, resource, {}, at=resource.at("b"), version=version)
    second = clock.at.replace(microsecond=0)
    assert (modified("a"), modified("b"), modified(None)) == (first, second, second)
    clock.at += timedelta(hours=1)
    send(store, "POST", resource, {"x": 1}, at=resource.at("a"), version=version)
    assert (modified("a"), modified(None)) == (second + timedelta(hours=1),) * 2


# ── Size ──


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_a_document_beyond_the_limit_is_refused_with_413_and_changes_nothing(local_store: Store, resource: Resource) -> None:
    limit = 2**20
    assert put(local_store, resource, b"x" * (limit + 1), content_type="text/plain").status_code == 413
    assert held(local_store, resource) is None
    whole = b'{"a":"' + b"x" * (limit - 8) + b'"}'
    assert put(local_store, resource, whole).status_code == 204
    assert send(local_store, "POST", resource, {"b": "one more"}).status_code == 413
    assert send(local_store, "GET", resource).headers["ETag"] == f'"{hashlib.sha1(whole, usedforsecurity=False).hexdigest()}"'
