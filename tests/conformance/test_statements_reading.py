"""Does a query return the right statements in the right form? (1.0.3 Data 2.5, Communication 2.1.3; 2.0 4.1.6.1) Both versions."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from tests.conformance.documents import VERSIONS
from tests.integration.xapi.conftest import ACTIVITY, ANNA, BO, HOME_PAGE, VERB, Store, TestClock, statement

REGISTRATION = "0d7c4e14-8e9b-4a3e-9e0d-5b5a0c5e0f11"
COURSE = "https://courses.example/ethics"
TEAM = {"objectType": "Group", "account": {"homePage": HOME_PAGE, "name": "team"}}
pytestmark = pytest.mark.parametrize("version", VERSIONS)


def test_one_statement_is_given_by_its_id(store: Store, version: str) -> None:
    """XAPI-00156, -00158, -00159."""
    one, _ = store.stored(statement(), statement(), version=version)
    found = store.get(statementId=one, version=version)
    assert (found.status_code, found.mimetype, found.json["id"]) == (200, "application/json", one)
    assert store.get(statementId=str(uuid.uuid4()), version=version).status_code == 404


def test_nobody_on_the_way_answers_without_asking(store: Store, version: str) -> None:
    """RFC 9111 4.2.2: with Last-Modified alone a browser would show a voided statement for days."""
    (one,) = store.stored(statement(), version=version)
    for found in (
        store.get(statementId=one, version=version),
        store.get(version=version),
        store.get(statementId=str(uuid.uuid4()), version=version),
    ):
        assert found.headers.getlist("Cache-Control") == ["private, no-cache"]


def test_many_are_given_as_a_result_with_more(store: Store, version: str) -> None:
    """XAPI-00108 to -00114, -00149, -00154, -00173."""
    ids = [store.stored(statement(), version=version)[0] for _ in range(5)]
    page = store.get(limit=2, version=version)
    assert (page.status_code, set(page.json), page.mimetype) == (200, {"statements", "more"}, "application/json")
    found: list[str] = []
    while True:
        assert isinstance(page.json["statements"], list)
        found += [one["id"] for one in page.json["statements"]]
        more = page.json["more"]
        if not more:
            break
        assert more.startswith("/xapi/statements?more=")
        page = store.ask("GET", more.removeprefix("/xapi/"), version=version)
        assert set(page.json) == {"statements", "more"}
    assert more == ""
    assert found == ids[::-1]
    assert store.get(agent={"mbox": "mailto:nobody@example.org"}, version=version).json == {"statements": [], "more": ""}


ASKED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [  # requirement, what is asked, what a statement needs for it
    ("XAPI-00181", {"agent": BO}, {"actor": BO}),
    ("XAPI-00180", {"verb": "http://v.example/x"}, {"verb": {"id": "http://v.example/x"}}),
    ("XAPI-00179", {"activity": "http://a.example/x"}, {"object": {"id": "http://a.example/x"}}),
    ("XAPI-00178", {"registration": REGISTRATION}, {"context": {"registration": REGISTRATION}}),
    (
        "XAPI-00177",
        {"activity": COURSE, "related_activities": True},
        {"context": {"contextActivities": {"parent": [{"id": COURSE}]}}},
    ),
    ("XAPI-00176", {"agent": TEAM, "related_agents": True}, {"context": {"team": TEAM}}),
]


@pytest.mark.parametrize(("asked", "needed"), [case[1:] for case in ASKED], ids=[case[0] for case in ASKED])
def test_a_filter_gives_what_corresponds_and_nothing_else(
    store: Store, version: str, asked: dict[str, Any], needed: dict[str, Any]
) -> None:
    """XAPI-00160, -00164."""
    (one,) = store.stored(statement(**needed), version=version)
    store.stored(statement(), statement(), version=version)
    assert store.ids(**asked, version=version) == [one]
    wide = {name for name in asked if name.startswith("related")}
    if wide:
        assert store.ids(**{name: value for name, value in asked.items() if name not in wide}, version=version) == []


def test_since_until_and_ascending(store: Store, version: str, clock: TestClock) -> None:
    """XAPI-00166, -00174, -00175."""
    ids = []
    for _ in range(3):
        ids += store.stored(statement(), version=version)
        clock.at += timedelta(minutes=1)
    middle = store.get(statementId=ids[1], version=version).json["stored"]
    assert store.ids(since=middle, version=version) == ids[2:]
    assert store.ids(until=middle, version=version) == ids[1::-1]
    assert store.ids(ascending=True, version=version) == ids
    assert store.ids(ascending=False, version=version) == ids[::-1]


def test_formats(store: Store, version: str) -> None:
    """XAPI-00168 to -00172."""
    said = {"id": ACTIVITY, "definition": {"name": {"en": "Ethics", "zh-CN": "师德"}}}
    (one,) = store.stored(statement(object=said, actor={**ANNA, "name": "Anna"}), version=version)

    def shown(**how: Any) -> Any:
        return store.get(statementId=one, version=version, **how).json

    assert shown() == shown(format="exact")
    assert shown()["object"] == said
    assert (shown(format="ids")["object"], shown(format="ids")["actor"]) == ({"id": ACTIVITY}, ANNA)
    assert shown(format="canonical", headers={"Accept-Language": "zh-CN"})["object"]["definition"] == {"name": {"zh-CN": "师德"}}
    assert store.get(format="Exact", version=version).status_code == 400


NAMES = {"zh-Hant": "師德", "zh-Hans": "师德", "en-GB": "Ethics", "de": "Ethik"}
WANTED = [  # Accept-Language; which entry it wants, by RFC 2616 14.4
    ("zh-Hans-CN, zh-Hans", "zh-Hans"),
    ("zh-Hans-CN", "zh-Hans"),
    ("zh-hans", "zh-Hans"),
    ("zh", "zh-Hant"),
    ("de, en", "de"),
    ("de;q=0.2, en;q=0.7", "en-GB"),
    ("en-US, de;q=0.5", "de"),
    ("*;q=0.9, zh;q=0.1", "en-GB"),
    ("zh;q=0, zh-Hans", "zh-Hans"),
    ("zh;q=0, *", "en-GB"),
    ("de;q=0, fr", "zh-Hant"),
    ("en-US", "en-GB"),  # no wanted entry, so a related one
    ("en-GB;q=0, en-US, zh", "zh-Hant"),
    ("fr", "zh-Hant"),
    ("", "zh-Hant"),
]


def test_canonical_has_the_language_that_is_wanted_most(store: Store, version: str) -> None:
    """XAPI-00172: each map by itself, by Accept-Language; one entry only."""
    said = {"id": ACTIVITY, "definition": {"name": NAMES, "description": {"fr": "Éthique"}}}
    (one,) = store.stored(statement(object=said, verb={"id": VERB, "display": NAMES}), version=version)
    for accepted, tag in WANTED:
        found = store.get(statementId=one, format="canonical", headers={"Accept-Language": accepted}, version=version).json
        assert (accepted, found["verb"]["display"]) == (accepted, {tag: NAMES[tag]})
        assert found["object"]["definition"] == {"name": {tag: NAMES[tag]}, "description": {"fr": "Éthique"}}


@pytest.mark.parametrize("name", ["statementId", "voidedStatementId"])
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("agent", ANNA),
        ("verb", VERB),
        ("activity", ACTIVITY),
        ("registration", REGISTRATION),
        ("related_activities", True),
        ("related_agents", True),
        ("since", "2026-01-01T00:00:00Z"),
        ("until", "2026-01-01T00:00:00Z"),
        ("limit", 1),
        ("ascending", True),
    ],
)
def test_beside_an_id_only_attachments_and_format(every_test_store: Store, version: str, name: str, parameter: str, value: Any) -> None:
    """XAPI-00150, -00151."""
    asked = {name: str(uuid.uuid4()), "format": "ids", "attachments": False}
    assert every_test_store.get(**asked, version=version).status_code == 404
    assert every_test_store.get(**asked, **{parameter: value}, version=version).status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        {"agent": {"mbox": "anna"}},
        {"verb": "did"},
        {"activity": "x"},
        {"registration": "1"},
        {"since": "now"},
        {"until": "2026"},
        {"limit": "few"},
        {"Limit": 1},
        {"bookmark": 1},
        {"related_agents": "yes"},
        {"ascending": "1"},
        {"attachments": "TRUE"},
        {"statementId": "1"},
    ],
    ids=str,
)
def test_parameters_keep_the_rules_of_statements(every_test_store: Store, version: str, asked: dict[str, Any]) -> None:
    """XAPI-00012, -00324, -00325."""
    answer = every_test_store.get(**asked, version=version)
    assert (answer.status_code, answer.json["path"].partition(".")[0]) == (400, next(iter(asked)))
