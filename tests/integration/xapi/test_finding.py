"""Do the filters return the right statements, all of them and no other?"""

import base64
import itertools
import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.integration.xapi.conftest import ACTIVITY, ANNA, BO, VERB, Store, TestClock, about, statement, voiding

GROUP = {"objectType": "Group", "name": "class 3", "member": [BO]}
REGISTRATION = "0D7C4E14-8E9B-4A3E-9E0D-5B5A0C5E0F11"
OTHER = "https://courses.example/safety/1"
SUB = {"objectType": "SubStatement", "actor": BO, "verb": {"id": VERB}, "object": {"id": OTHER}}
COURSE = "https://courses.example/ethics"
PARENT = {"contextActivities": {"parent": {"id": COURSE}}}
CATEGORY = {"contextActivities": {"category": [{"id": OTHER}, {"id": COURSE}]}}
AGENTS, ACTIVITIES = {"related_agents": True}, {"related_activities": True}


def test_the_newest_come_first_and_ascending_the_oldest(store: Store) -> None:
    ids = [store.stored(statement())[0] for _ in range(3)] + store.stored(statement(), statement())
    assert store.ids() == ids[::-1]
    assert store.ids(ascending=True) == ids
    assert store.ids(limit=2) == ids[:-3:-1]
    assert len(store.ids(limit=0)) == 5


FILTERS: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("the actor", {"actor": BO}, {"agent": BO}, True),
    ("a name does not matter", {"actor": {**BO, "name": "Bo"}}, {"agent": {**BO, "name": "B."}}, True),
    ("another actor", {"actor": ANNA}, {"agent": BO}, False),
    ("the object", {"object": {"objectType": "Agent", **BO}}, {"agent": BO}, True),
    ("a member of the acting group", {"actor": GROUP}, {"agent": BO}, True),
    ("the instructor is only related", {"context": {"instructor": BO}}, {"agent": BO}, False),
    ("a related instructor", {"context": {"instructor": BO}}, {"agent": BO, **AGENTS}, True),
    ("a related team's member", {"context": {"team": GROUP}}, {"agent": BO, **AGENTS}, True),
    ("a sub-statement's actor is only related", {"object": SUB}, {"agent": BO}, False),
    ("a related sub-statement's actor", {"object": SUB}, {"agent": BO, **AGENTS}, True),
    ("the verb", {"verb": {"id": "http://v.example/x"}}, {"verb": "http://v.example/x"}, True),
    ("another verb", {}, {"verb": "http://v.example/x"}, False),
    ("the activity", {"object": {"id": OTHER}}, {"activity": OTHER}, True),
    ("a parent is only related", {"context": PARENT}, {"activity": COURSE}, False),
    ("a related parent", {"context": PARENT}, {"activity": COURSE, **ACTIVITIES}, True),
    ("a related category in a list", {"context": CATEGORY}, {"activity": COURSE, **ACTIVITIES}, True),
    ("the registration, in any case", {"context": {"registration": REGISTRATION}}, {"registration": REGISTRATION.lower()}, True),
    ("no registration", {}, {"registration": REGISTRATION}, False),
    ("two filters that both match", {"actor": BO, "object": {"id": OTHER}}, {"agent": BO, "activity": OTHER}, True),
    ("two filters of which one matches", {"actor": BO}, {"agent": BO, "activity": OTHER}, False),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "properties", "question", "matches"), FILTERS, ids=[case[0] for case in FILTERS])
def test_a_filter_matches(store: Store, _case: str, properties: dict[str, Any], question: dict[str, Any], matches: bool) -> None:
    found = store.stored(statement(**properties))
    store.stored(statement(actor={"mbox": "mailto:third@example.org"}, verb={"id": "http://v.example/third"}))
    assert store.ids(**question) == (found if matches else [])


def test_the_authority_is_a_related_agent(store: Store) -> None:
    (identifier,) = store.stored(statement())
    authority = store.get(statementId=identifier).json["authority"]
    assert store.ids(agent=authority) == []
    assert store.ids(agent=authority, related_agents=True) == [identifier]


def test_context_agents_of_2_0_are_related(store: Store) -> None:
    context = {"contextAgents": [{"objectType": "contextAgent", "agent": BO}]}
    found = store.stored(statement(context=context), version="2.0.0")
    assert store.ids(agent=BO, related_agents=True) == found


def test_since_is_after_and_until_includes(store: Store, clock: TestClock) -> None:
    moments = []
    for _ in range(3):
        clock.at += timedelta(minutes=1)
        identifier = store.stored(statement(actor=BO))[0]
        moments.append((identifier, store.get(statementId=identifier).json["stored"]))
    (first, at_first), (second, at_second), (third, _) = moments
    for question in ({}, {"agent": BO}):
        assert store.ids(since=at_first, **question) == [third, second]
        assert store.ids(until=at_second, **question) == [second, first]
        assert store.ids(since=at_first, until=at_second, **question) == [second]
    assert store.ids(since="2026-03-01T16:02:30+08:00", agent=BO) == [third]


def test_filters_agree_with_a_naive_reading_of_everything(store: Store) -> None:
    chance = random.Random(7)
    actors, verbs, activities = [ANNA, BO, GROUP], [f"http://v.example/{n}" for n in range(3)], [f"http://a.example/{n}" for n in range(3)]
    everything = [
        statement(actor=chance.choice(actors), verb={"id": chance.choice(verbs)}, object={"id": chance.choice(activities)})
        for _ in range(60)
    ]
    for batch in (everything[start : start + 7] for start in range(0, 60, 7)):
        store.stored(*batch)
    for agent, verb, activity in itertools.product([None, ANNA, BO], [None, *verbs], [None, *activities]):
        wanted = [one["id"] for one in everything if _matches(one, agent, verb, activity)]
        question = {name: value for name, value in (("agent", agent), ("verb", verb), ("activity", activity)) if value}
        assert store.ids(ascending=True, **question) == wanted


def _matches(one: dict[str, Any], agent: Any, verb: str | None, activity: str | None) -> bool:
    people = [one["actor"], *one["actor"].get("member", [])]
    return (agent is None or agent in people) and verb in {None, one["verb"]["id"]} and activity in {None, one["object"]["id"]}


# ── Pages ──


def _follow(store: Store, between: Callable[[], object], **question: Any) -> list[str]:
    answer = store.get(**question).json
    found = [one["id"] for one in answer["statements"]]
    while answer["more"]:
        between()
        link = urlsplit(answer["more"])
        assert link.path == "/xapi/statements"
        answer = store.get(more=parse_qs(link.query)["more"][0]).json
        found += [one["id"] for one in answer["statements"]]
    return found


@pytest.mark.parametrize("question", [{}, {"agent": BO}, {"agent": BO, "verb": VERB}], ids=["all", "agent", "agent and verb"])
def test_more_goes_through_everything_while_others_write(store: Store, question: dict[str, Any]) -> None:
    before = [store.stored(statement(actor=BO), statement(actor=BO), statement())[0:2] for _ in range(10)]
    ids = [identifier for pair in before for identifier in pair]
    down = [one for one in _follow(store, lambda: store.stored(statement(actor=BO)), limit=3, **question) if one in ids]
    up = _follow(store, lambda: store.stored(statement(actor=ANNA)), limit=3, ascending=True, **question)
    assert down == ids[::-1]
    assert [one for one in up if one in ids] == ids
    assert len(up) == len(set(up))


def test_more_keeps_the_format_and_ends(store: Store) -> None:
    store.stored(*[statement(verb={"id": VERB, "display": {"en": "x"}}) for _ in range(3)])
    answer = store.get(limit=2, format="ids").json
    assert len(answer["statements"]) == 2
    last = store.get(more=parse_qs(urlsplit(answer["more"]).query)["more"][0]).json
    assert [one["verb"] for one in last["statements"]] == [{"id": VERB}]
    assert last["more"] == ""


# no database has such a place: beyond its numbers, below them, before any time
PLACES = [
    base64.urlsafe_b64encode(f"[{{}},{place}]".encode()).decode().rstrip("=")
    for place in ("[0,9223372036854775808]", "[0,-1]", "[-1e17,1]")
]


@pytest.mark.parametrize(
    "token", ["x", "", "é", "W10", "bnVsbA", "W3sibW9yZSI6MX0sWzEsMiwzXV0", "W3siYSI6MX0sWzEsMl1d", "A" * 9999, *PLACES]
)
def test_a_more_link_that_is_not_ours_is_refused(local_store: Store, token: str) -> None:
    assert local_store.get(more=token).status_code == 400
    assert local_store.get(more=token, limit=1).status_code == 400


# ── What refers to a match matches ──


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_references_are_followed_whatever_came_first(store: Store, order: tuple[int, ...]) -> None:
    target = statement(actor=BO, object={"id": OTHER})
    comment = statement(object=about(target["id"]))
    reply = statement(object=about(comment["id"]))
    for number in order:
        store.stored([target, comment, reply][number])
    everything = {target["id"], comment["id"], reply["id"]}
    assert set(store.ids(agent=BO)) == set(store.ids(activity=OTHER)) == set(store.ids(agent=BO, activity=OTHER)) == everything
    assert set(store.ids(agent=ANNA)) == {comment["id"], reply["id"]}


def test_filters_do_not_mix_a_statement_with_its_target(store: Store) -> None:
    target = statement(actor=BO, object={"id": OTHER})
    store.stored(target, statement(object=about(target["id"]), verb={"id": "http://v.example/liked"}))
    assert store.ids(agent=BO, verb="http://v.example/liked") == []


def test_statements_that_refer_to_each_other_in_a_circle_do_no_harm(store: Store) -> None:
    one, two = statement(actor=BO), statement()
    one["object"], two["object"] = about(two["id"]), about(one["id"])
    store.stored(one)
    store.stored(two)
    assert set(store.ids(agent=BO)) == {one["id"], two["id"]}


# ── Voiding ──


@pytest.mark.parametrize("late", [False, True], ids=["after its target", "before its target"])
def test_a_voided_statement_is_seen_only_as_such(store: Store, late: bool) -> None:
    target = statement(actor=BO)
    word = voiding(target["id"])
    for one in [word, target] if late else [target, word]:
        store.stored(one)
    assert store.get(statementId=target["id"]).status_code == 404
    assert store.get(voidedStatementId=target["id"]).json["id"] == target["id"]
    assert store.get(voidedStatementId=word["id"]).status_code == 404
    assert store.ids(agent=BO) == [word["id"]]  # the voiding statement refers to it
    assert store.ids() == [word["id"]]


def test_a_voiding_statement_cannot_be_voided(store: Store) -> None:
    target = statement()
    word = voiding(target["id"])
    again = voiding(word["id"])
    store.stored(target, word, again)
    assert store.get(statementId=word["id"]).status_code == 200
    assert store.get(statementId=target["id"]).status_code == 404


@pytest.mark.parametrize("ascending", [False, True])
def test_a_page_is_whole_behind_any_number_of_voided_statements(store: Store, ascending: bool) -> None:
    before, after = statement(actor=BO), statement(actor=BO)
    voided = [statement(actor=BO) for _ in range(90)]
    store.stored(before)
    store.stored(*voided)
    store.stored(after)
    by = store.stored(*(voiding(one["id"], actor=ANNA) for one in voided))  # found by what they void
    found = []
    question: dict[str, Any] = {"verb": VERB, "limit": 1, "ascending": ascending}
    while question:
        answer = store.get(**question).json
        found += [one["id"] for one in answer["statements"]]
        question = {"more": parse_qs(urlsplit(answer["more"]).query)["more"][0]} if answer["more"] else {}
    in_order = [before["id"], after["id"], *by]
    assert found == (in_order if ascending else in_order[::-1])


# ── Formats ──


def test_ids_keep_what_identifies_and_canonical_one_language(store: Store) -> None:
    definition = {"name": {"en-US": "Ethics", "zh-CN": "师德"}, "type": "http://t.example/t"}
    (identifier,) = store.stored(
        statement(
            actor={**BO, "name": "Bo"}, verb={"id": VERB, "display": {"en": "read"}}, object={"id": ACTIVITY, "definition": definition}
        )
    )
    ids = store.get(statementId=identifier, format="ids").json
    assert (ids["actor"], ids["verb"], ids["object"]) == (BO, {"id": VERB}, {"id": ACTIVITY})
    for accept, name in (("zh", {"zh-CN": "师德"}), ("fr, en;q=0.5", {"en-US": "Ethics"}), ("fr", {"en-US": "Ethics"})):
        got = store.get(statementId=identifier, format="canonical", headers={"Accept-Language": accept}).json
        assert got["object"]["definition"]["name"] == name
        assert got["object"]["definition"]["type"] == "http://t.example/t"


def test_attachments_asked_for_come_as_multipart(store: Store) -> None:
    (identifier,) = store.stored(statement())
    answer = store.get(statementId=identifier, attachments=True)
    assert answer.mimetype == "multipart/mixed"
    part = answer.text.split("\r\n\r\n", 1)[1].split("\r\n--")[0]
    assert json.loads(part)["id"] == identifier


BAD_QUESTIONS = [
    {"Verb": VERB},
    {"statementid": "x"},
    {"verb": "no iri"},
    {"activity": "x"},
    {"agent": "{"},
    {"agent": "[]"},
    {"agent": {"mbox": "mailto:a@b.example", "openid": "http://x.example"}},
    {"agent": {"objectType": "Group", "member": [BO]}},
    {"agent": '{"mbox":"mailto:a@b.example","mbox":"mailto:c@d.example"}'},
    {"registration": "1"},
    {"since": "yesterday"},
    {"until": "2026-01-01T00:00:00-00:00"},
    {"limit": "-1"},
    {"limit": "1.5"},
    {"limit": "99999999999999999999"},
    {"limit": "٣"},
    {"ascending": "True"},
    {"related_agents": "1"},
    {"format": "Exact"},
    {"statementId": "x"},
    {"statementId": REGISTRATION, "limit": 1},
    {"statementId": REGISTRATION, "voidedStatementId": REGISTRATION},
    {"voidedStatementId": REGISTRATION, "agent": BO},
    {"verb": "http://x.example/\0"},
]


@pytest.mark.parametrize("question", BAD_QUESTIONS, ids=str)
def test_a_question_that_breaks_the_rules_is_refused(local_store: Store, question: dict[str, Any]) -> None:
    answer = local_store.get(**question)
    assert answer.status_code == 400
    assert answer.json["path"]
