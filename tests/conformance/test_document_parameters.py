"""Which document does a request mean, and is every parameter that breaks the rules refused? (1.0.3 Communication 2.3, 2.6, 2.7, 3.2)"""

import json
from typing import Any

import pytest

from tests.conformance.documents import ACTIVITY_PROFILE, AGENT_PROFILE, REGISTRATION, RESOURCES, STATE, VERSIONS, Resource, held, put, send
from tests.integration.xapi.conftest import ANNA, Store

METHODS = ("PUT", "POST", "GET", "DELETE")
CONTENT: dict[str, Any] = {"PUT": {"page": 3}, "POST": {"page": 3}}


def ask(store: Store, method: str, resource: Resource, at: dict[str, str], version: str = "1.0.3") -> Any:
    headers = {"If-None-Match": "*"} if method == "PUT" else {}
    return send(store, method, resource, CONTENT.get(method), at=at, headers=headers, version=version)


MISSING = [
    ("XAPI-00210", STATE, "PUT", "activityId"),
    ("XAPI-00209", STATE, "POST", "activityId"),
    ("XAPI-00208", STATE, "GET", "activityId"),
    ("XAPI-00207", STATE, "DELETE", "activityId"),
    ("XAPI-00215", STATE, "PUT", "agent"),
    ("XAPI-00214", STATE, "POST", "agent"),
    ("XAPI-00213", STATE, "GET", "agent"),
    ("XAPI-00212", STATE, "DELETE", "agent"),
    ("XAPI-00206", STATE, "PUT", "stateId"),
    ("XAPI-00211", STATE, "POST", "stateId"),
    ("XAPI-00264", AGENT_PROFILE, "PUT", "agent"),
    ("XAPI-00263", AGENT_PROFILE, "POST", "agent"),
    ("XAPI-00262", AGENT_PROFILE, "DELETE", "agent"),
    ("XAPI-00261", AGENT_PROFILE, "GET", "agent"),
    ("XAPI-00267", AGENT_PROFILE, "PUT", "profileId"),
    ("XAPI-00266", AGENT_PROFILE, "POST", "profileId"),
    ("XAPI-00265", AGENT_PROFILE, "DELETE", "profileId"),
    ("XAPI-00299", ACTIVITY_PROFILE, "PUT", "activityId"),
    ("XAPI-00298", ACTIVITY_PROFILE, "POST", "activityId"),
    ("XAPI-00297", ACTIVITY_PROFILE, "DELETE", "activityId"),
    ("XAPI-00296", ACTIVITY_PROFILE, "GET", "activityId"),
    ("XAPI-00302", ACTIVITY_PROFILE, "PUT", "profileId"),
    ("XAPI-00301", ACTIVITY_PROFILE, "POST", "profileId"),
    ("XAPI-00300", ACTIVITY_PROFILE, "DELETE", "profileId"),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("requirement", "resource", "method", "missing"), MISSING, ids=str)
def test_a_request_that_leaves_out_a_parameter_is_refused(
    local_store: Store, requirement: str, resource: Resource, method: str, missing: str, version: str
) -> None:
    answer = ask(local_store, method, resource, resource.at(**{missing: None}), version)
    assert (answer.status_code, answer.json["path"]) == (400, missing)


NO_AGENT = [
    "not JSON",
    "{",
    "[]",
    '"anna"',
    "17",
    "true",
    "null",
    "{}",
    '{"name": "Anna"}',
    '{"mbox": "anna@example.org"}',
    '{"mbox": "mailto:anna@example.org", "openid": "https://anna.example"}',
    '{"account": {"homePage": "https://lrs.example"}}',
    '{"account": {"homePage": "no iri", "name": "anna"}}',
    '{"mbox": "mailto:anna@example.org", "age": 7}',
    '{"objectType": "agent", "mbox": "mailto:anna@example.org"}',
    '{"objectType": "Group", "mbox": "mailto:all@example.org"}',
    '{"objectType": "Person", "mbox": ["mailto:anna@example.org"]}',
    '{"mbox": "mailto:anna@example.org", "mbox": "mailto:bo@example.org"}',
]
NO_IRI = ["", "ethics", "/courses/ethics", "courses.example/ethics", "https://courses.example/a b", "https://courses.example/<1>", "true"]
NO_UUID = [
    "",
    "true",
    "5c6c8f0e",
    "5c6c8f0e9d0a4f679d435ef7f8d7a6b1",
    "{5c6c8f0e-9d0a-4f67-9d43-5ef7f8d7a6b1}",
    "zc6c8f0e-9d0a-4f67-9d43-5ef7f8d7a6b1",
]
NO_INSTANT = ["", "true", "yesterday", "1772352000", "2026-13-01T00:00:00Z", "2026-03-01T08:00:00-00:00", "2026-03-01"]

WRONG: list[tuple[str, Resource, str, list[str]]] = [
    ("XAPI-00196 to XAPI-00199", STATE, "agent", NO_AGENT),
    ("XAPI-00255 to XAPI-00258", AGENT_PROFILE, "agent", NO_AGENT),
    ("XAPI-00200 to XAPI-00203", STATE, "registration", NO_UUID),
    ("XAPI-00007", STATE, "activityId", NO_IRI),
    ("XAPI-00007", ACTIVITY_PROFILE, "activityId", NO_IRI),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("requirement", "resource", "name", "values"), WRONG, ids=str)
def test_a_request_with_a_wrong_value_is_refused(
    local_store: Store, requirement: str, resource: Resource, name: str, values: list[str], method: str, version: str
) -> None:
    for value in values:
        answer = ask(local_store, method, resource, resource.at(**{name: value}), version)
        assert answer.status_code == 400, (value, answer.text)
        assert answer.json["path"].startswith(name), value


SINCE = [("XAPI-00204", STATE), ("XAPI-00260", AGENT_PROFILE), ("XAPI-00295", ACTIVITY_PROFILE)]


@pytest.mark.parametrize(("requirement", "resource"), SINCE, ids=str)
def test_a_since_that_is_not_a_timestamp_is_refused(local_store: Store, requirement: str, resource: Resource) -> None:
    for value in NO_INSTANT:
        answer = ask(local_store, "GET", resource, resource.at(None, since=value))
        assert (answer.status_code, answer.json["path"]) == (400, "since"), value


UNKNOWN = ["stateid", "StateId", "profileid", "ActivityId", "AGENT", "Registration", "limit", "statementId", "method", "x"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_an_unknown_or_wrong_case_parameter_is_refused_xapi_00325(
    local_store: Store, resource: Resource, method: str, version: str
) -> None:
    for name in UNKNOWN:
        answer = ask(local_store, method, resource, {**resource.at(), name: REGISTRATION}, version)
        assert (answer.status_code, answer.json["path"]) == (400, name)


OTHERS = [
    (STATE, "profileId"),
    (ACTIVITY_PROFILE, "agent"),
    (ACTIVITY_PROFILE, "registration"),
    (ACTIVITY_PROFILE, "stateId"),
    (AGENT_PROFILE, "activityId"),
    (AGENT_PROFILE, "registration"),
    (AGENT_PROFILE, "stateId"),
]


@pytest.mark.parametrize(("resource", "name"), OTHERS, ids=str)
def test_a_parameter_of_another_resource_is_refused_xapi_00325(local_store: Store, resource: Resource, name: str) -> None:
    value = {"agent": json.dumps(ANNA), "activityId": "https://courses.example/2"}.get(name, REGISTRATION)
    for method in METHODS:
        answer = ask(local_store, method, resource, {**resource.at(), name: value})
        assert (answer.status_code, answer.json["path"]) == (400, name)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_a_parameter_given_twice_is_refused(local_store: Store, resource: Resource, method: str) -> None:
    for name, value in resource.at().items():
        at: Any = [*resource.at().items(), (name, value)]
        assert ask(local_store, method, resource, at).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_since_goes_with_lists_only(local_store: Store, resource: Resource, method: str) -> None:
    """A client that sends "since" with a DELETE expects a filter: without a refusal it would lose all documents."""
    put(local_store, resource, {"page": 3})
    for at in (resource.at(since="2026-01-01T00:00:00Z"), resource.at(None, since="2026-01-01T00:00:00Z")):
        assert ask(local_store, method, resource, at).status_code == 400
    assert ask(local_store, "GET", resource, resource.at(since="2026-01-01T00:00:00Z")).status_code == 400
    assert held(local_store, resource) == {"page": 3}


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_an_id_is_any_string_up_to_a_thousand_characters(store: Store, resource: Resource) -> None:
    ids = [
        "",
        "书签",
        "a/b?c=d&e#f",
        "https://profiles.example/preferences",
        "%2F",
        " ",
        "'; DROP TABLE xapi_document; --",
        "\U0001f600",
        "x" * 1000,
    ]
    for number, name in enumerate(ids):
        assert put(store, resource, {"n": number}, at=resource.at(name)).status_code == 204
    assert [held(store, resource, at=resource.at(name)) for name in ids] == [{"n": number} for number in range(len(ids))]
    assert send(store, "GET", resource, at=resource.at(None)).json == ids
    assert put(store, resource, {}, at=resource.at("x" * 1001)).status_code == 400
    assert put(store, resource, {}, at=resource.at("\0")).status_code == 400
