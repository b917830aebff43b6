"""What does the store return for an activity and for a person? (1.0.3 Communication 2.4, 2.5, Data 2.4.4.1; 2.0 4.1.6.3, .4)"""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.conformance.documents import VERSIONS
from tests.integration.xapi.conftest import ACTIVITY, ANNA, BO, HOME_PAGE, Store, statement

READING = ("GET", "HEAD")
WRITING = ("PUT", "POST", "DELETE", "PATCH")
MEETING = {"name": {"en-US": "meeting"}, "type": "http://adlnet.gov/expapi/activities/meeting"}


def activity(store: Store, iri: str = ACTIVITY, **how: Any) -> TestResponse:
    return store.ask("GET", "activities", query_string={"activityId": iri}, **how)


def definition(store: Store, iri: str = ACTIVITY) -> Any:
    answer = activity(store, iri)
    assert answer.status_code == 200, answer.text
    return answer.json.get("definition")


def person(store: Store, agent: dict[str, Any], **how: Any) -> TestResponse:
    return store.ask("GET", "agents", query_string={"agent": json.dumps(agent)}, **how)


def define(store: Store, *definitions: dict[str, Any], **how: Any) -> None:
    for one in definitions:
        assert store.post(statement(object={"id": ACTIVITY, "definition": one}), **how).status_code == 200


@pytest.mark.parametrize("version", VERSIONS)
def test_an_activity_has_the_id_that_was_asked_for_and_what_statements_defined(store: Store, version: str) -> None:
    """XAPI-00251 to -00253."""
    define(store, MEETING)
    answer = activity(store, version=version)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == {"objectType": "Activity", "id": ACTIVITY, "definition": MEETING}
    assert answer.headers["X-Experience-API-Version"] == version


def test_an_activity_that_no_statement_knows_is_answered_with_its_id_alone(store: Store) -> None:
    answer = activity(store, "https://elsewhere.example/x")
    assert (answer.status_code, answer.json) == (200, {"objectType": "Activity", "id": "https://elsewhere.example/x"})


def test_languages_of_all_statements_stand_side_by_side(store: Store) -> None:
    """XAPI-00254."""
    define(store, {"name": {"en-US": "meeting"}, "description": {"en": "about"}}, {"name": {"fr-FR": "réunion", "en-US": "gathering"}})
    assert definition(store) == {"name": {"en-US": "gathering", "fr-FR": "réunion"}, "description": {"en": "about"}}


def test_extensions_grow_by_key_and_everything_else_is_the_newest(store: Store) -> None:
    first, second = {"http://x.example/a": [1, 2], "http://x.example/b": None}, {"http://x.example/b": {"deep": 1}}
    define(
        store,
        {"type": "http://t.example/1", "moreInfo": "http://m.example/1", "extensions": first},
        {"type": "http://t.example/2", "extensions": second},
    )
    assert definition(store) == {"type": "http://t.example/2", "moreInfo": "http://m.example/1", "extensions": {**first, **second}}


def test_another_kind_of_interaction_takes_away_what_belonged_to_the_former(store: Store) -> None:
    choice = {"interactionType": "choice", "choices": [{"id": "a"}], "correctResponsesPattern": ["a"], "name": {"en": "Q"}}
    define(store, choice, {"interactionType": "numeric"})
    assert definition(store) == {"interactionType": "numeric", "name": {"en": "Q"}}


def test_a_definition_said_again_after_another_is_the_newest_again(store: Store) -> None:
    one, other = {"name": {"en": "one"}}, {"name": {"en": "other"}}
    for said in (one, other, one, other, one):
        define(store, said)
        assert definition(store) == said


def test_every_place_of_a_statement_defines(store: Store) -> None:
    def named(iri: str) -> dict[str, Any]:
        return {"objectType": "Activity", "id": f"http://a.example/{iri}", "definition": {"name": {"en": iri}}}

    inner = {"objectType": "SubStatement", "actor": BO, "verb": {"id": "http://v.example"}, "object": named("inside")}
    around = {"parent": [named("parent")], "grouping": [named("grouping")], "category": named("category"), "other": [named("other")]}
    inner["context"] = {"contextActivities": {"other": [named("other-inside")]}}
    assert store.post(statement(object=inner, context={"contextActivities": around})).status_code == 200
    for iri in ("inside", "parent", "grouping", "category", "other", "other-inside"):
        assert definition(store, f"http://a.example/{iri}") == {"name": {"en": iri}}


def test_one_batch_defines_in_its_order(store: Store) -> None:
    said = [statement(object={"id": ACTIVITY, "definition": {"name": {"en": str(n), f"x-{n}": str(n)}}}) for n in range(5)]
    assert store.post(said).status_code == 200
    assert definition(store) == {"name": {"en": "4", **{f"x-{n}": str(n) for n in range(5)}}}


def test_a_refused_batch_defines_nothing(store: Store) -> None:
    good = statement(object={"id": ACTIVITY, "definition": MEETING}, actor={**ANNA, "name": "Anna"})
    assert store.post([good, {**statement(), "verb": {}}]).status_code == 400
    (taken,) = store.stored(statement())
    conflicting = {**statement(id=taken), "result": {"success": True}}
    assert store.post([good, conflicting]).status_code == 409
    assert definition(store) is None
    assert "name" not in person(store, ANNA).json


def test_a_definition_is_kept_whatever_its_characters(store: Store) -> None:
    odd = {"name": {"en": "\x00 \ud800 课程"}, "extensions": {"http://x.example/n": 123456789012345678901234567890}}
    assert store.post(json.dumps(statement(object={"id": ACTIVITY, "definition": odd})).encode()).status_code == 200
    assert json.loads(activity(store).text)["definition"] == odd


def test_a_definition_that_would_grow_beyond_measure_stays_as_it_was(store: Store) -> None:
    define(store, MEETING, {"name": {"de": "x" * 300_000}})
    assert definition(store) == MEETING


def test_without_the_scope_define_a_statement_is_stored_and_teaches_nothing(store: Store) -> None:
    define(store, MEETING)
    writer = store.key("statements/write")
    said = statement(object={"id": ACTIVITY, "definition": {"name": {"en-US": "hacked"}}}, actor={**ANNA, "name": "Mallory"})
    (identifier,) = store.post(said, by=writer).json
    assert definition(store) == MEETING
    assert "name" not in person(store, ANNA).json
    kept = store.get(statementId=identifier).json
    assert kept["object"]["definition"] == {"name": {"en-US": "hacked"}}
    definer = store.key("statements/write", "define")
    define(store, {"name": {"en-US": "renamed"}}, by=definer)
    assert definition(store)["name"] == {"en-US": "renamed"}


def test_canonical_statements_carry_the_stores_definition_in_the_readers_language(store: Store) -> None:
    """XAPI-00172."""
    define(store, {"name": {"en": "one"}, "type": "http://t.example/1"}, {"name": {"zh-CN": "一"}})
    found = store.get(format="canonical", headers={"Accept-Language": "zh, en;q=0.5"}).json["statements"]
    assert [one["object"]["definition"] for one in found] == [{"name": {"zh-CN": "一"}, "type": "http://t.example/1"}] * 2
    exact = store.get().json["statements"]
    assert [one["object"]["definition"] for one in exact] == [
        {"name": {"zh-CN": "一"}},
        {"name": {"en": "one"}, "type": "http://t.example/1"},
    ]


def test_canonical_reaches_every_activity_and_leaves_extensions_and_people_alone(store: Store) -> None:
    define(store, MEETING)
    looks_like = {"object": {"id": ACTIVITY}, "display": {"en": "a", "fr": "b"}}
    around = {"contextActivities": {"parent": [{"id": ACTIVITY}]}, "extensions": {"http://x.example/e": looks_like}}
    inner = {"objectType": "SubStatement", "actor": BO, "verb": {"id": "http://v.example"}, "object": {"id": ACTIVITY}}
    (identifier,) = store.post(statement(object=inner, context=around, actor={**ANNA, "name": "Anna"})).json
    found = store.get(statementId=identifier, format="canonical").json
    assert found["object"]["object"]["definition"] == MEETING
    assert found["context"]["contextActivities"]["parent"] == [{"id": ACTIVITY, "definition": MEETING}]
    assert found["context"]["extensions"] == {"http://x.example/e": looks_like}
    assert found["actor"]["name"] == "Anna"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("identifier", "value"),
    [
        ("mbox", "mailto:cai@example.org"),
        ("mbox_sha1sum", "f" * 40),
        ("openid", "https://id.example/cai"),
        ("account", {"homePage": HOME_PAGE, "name": "cai"}),
    ],
)
def test_a_person_has_lists_of_what_identifies_and_of_every_name(store: Store, identifier: str, value: Any, version: str) -> None:
    """XAPI-00236 to -00248."""
    agent = {identifier: value}
    answer = person(store, agent, version=version)
    assert (answer.status_code, answer.json) == (200, {"objectType": "Person", identifier: [value]})
    for name in ("Cai", "蔡", "Cai"):
        assert store.post(statement(actor={**agent, "name": name})).status_code == 200
    assert person(store, agent, version=version).json == {"objectType": "Person", "name": ["Cai", "蔡"], identifier: [value]}
    assert person(store, {**agent, "name": "C."}).json["name"] == ["Cai", "蔡", "C."]


def test_names_come_from_everywhere_in_a_statement_and_never_from_another_person(store: Store) -> None:
    team = {"objectType": "Group", "name": "Team", "member": [{**BO, "name": "Bo"}]}
    assert store.post(statement(actor={**ANNA, "name": "Anna"}, context={"team": team})).status_code == 200
    assert person(store, BO).json["name"] == ["Bo"]
    assert person(store, ANNA).json["name"] == ["Anna"]
    assert "name" not in person(store, {"mbox": "mailto:other@example.org"}).json


@pytest.mark.parametrize(
    ("path", "parameters", "named"),
    [
        ("activities", {}, "activityId"),
        ("activities", {"activityId": "no scheme"}, "activityId"),
        ("activities", {"activityid": ACTIVITY}, "activityid"),
        ("activities", {"activityId": ACTIVITY, "since": "2026-01-01T00:00:00Z"}, "since"),
        ("agents", {}, "agent"),
        ("agents", {"agent": "anna"}, "agent"),
        ("agents", {"agent": "[]"}, "agent"),
        ("agents", {"agent": json.dumps({"mbox": "anna@example.org"})}, "agent.mbox"),
        ("agents", {"agent": json.dumps({**ANNA, **BO})}, "agent"),
        ("agents", {"agent": json.dumps({**ANNA, "objectType": "Group"})}, "agent.objectType"),
        ("agents", {"Agent": json.dumps(ANNA)}, "Agent"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_bad_question_is_refused_by_name(local_store: Store, path: str, parameters: dict[str, str], named: str, version: str) -> None:
    """XAPI-00243, -00249, -00250, -00325."""
    answer = local_store.ask("GET", path, query_string=parameters, version=version)
    assert (answer.status_code, answer.json["path"]) == (400, named)


@pytest.mark.parametrize("path", ["activities", "agents"])
def test_they_are_for_reading_only_with_head_as_get_without_the_body(local_store: Store, path: str) -> None:
    asked = {"activityId": ACTIVITY} if path == "activities" else {"agent": json.dumps(ANNA)}
    got, head = (local_store.ask(method, path, query_string=asked) for method in READING)
    assert (head.status_code, head.data) == (200, b"")
    assert {name: head.headers[name] for name in ("Content-Type", "ETag", "Content-Length")} == {
        name: got.headers[name] for name in ("Content-Type", "ETag", "Content-Length")
    }
    for method in WRITING:
        refused = local_store.ask(method, path, query_string=asked)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_client_with_the_current_version_gets_304(local_store: Store) -> None:
    etag = activity(local_store).headers["ETag"]
    assert activity(local_store, headers={"If-None-Match": etag}).status_code == 304
    define(local_store, MEETING)
    assert activity(local_store, headers={"If-None-Match": etag}).status_code == 200


def test_a_client_that_reads_only_its_own_statements_learns_no_names(local_store: Store) -> None:
    local_store.stored(statement(actor={**ANNA, "name": "Anna"}))
    mine = local_store.key("statements/read/mine")
    assert person(local_store, ANNA, by=mine).json == {"objectType": "Person", "account": [ANNA["account"]]}


def test_a_launch_asks_only_for_its_own_actor_and_activity(local_store: Store) -> None:
    token = local_store.token("launch", actor=ANNA, activity=ACTIVITY)
    assert person(local_store, ANNA, by=token).status_code == 200
    assert person(local_store, BO, by=token).status_code == 403
    assert activity(local_store, by=token).status_code == 200
    assert activity(local_store, f"{ACTIVITY}/part", by=token).status_code == 200
    assert activity(local_store, "https://courses.example/other", by=token).status_code == 403
