"""What may a launch do with documents? Its own actor's, within its own activity and registration, while it runs. (1.0.3 Communication 4.2: scope state)"""

import uuid
from typing import Any

import pytest

from tests.conformance.documents import ACTIVITY_PROFILE, AGENT_PROFILE, REGISTRATION, STATE, Resource, held, new_id, put, send
from tests.integration.xapi.conftest import ACTIVITY, ANNA, BO, Store

PINS: dict[str, Any] = {"actor": ANNA, "activity": ACTIVITY, "registration": uuid.UUID(REGISTRATION)}
SCOPES = frozenset({"statements/write", "statements/read/mine", "state"})
METHODS = ("PUT", "POST", "GET", "DELETE")


@pytest.fixture
def launch(store: Store) -> str:
    return store.token("launch", scopes=SCOPES, **PINS)


def test_a_launch_keeps_its_states_under_its_registration_named_or_not(store: Store, launch: str) -> None:
    assert send(store, "PUT", STATE, {"page": 3}, by=launch).status_code == 204
    for at in (STATE.at(), STATE.at(registration=REGISTRATION)):
        assert held(store, STATE, at=at, by=launch) == {"page": 3}
    assert held(store, STATE, at=STATE.at(registration=REGISTRATION)) == {"page": 3}
    assert held(store, STATE) is None
    assert send(store, "GET", STATE, at=STATE.at(None), by=launch).json == ["bookmark"]


def test_a_launch_neither_lists_nor_deletes_what_other_registrations_hold(store: Store, launch: str) -> None:
    others = [STATE.at("theirs"), STATE.at("theirs", registration=new_id())]
    for at in others:
        send(store, "PUT", STATE, {"page": 1}, at=at)
    send(store, "PUT", STATE, {"page": 3}, by=launch)
    assert send(store, "GET", STATE, at=STATE.at(None), by=launch).json == ["bookmark"]
    assert send(store, "DELETE", STATE, at=STATE.at(None), by=launch).status_code == 204
    assert [held(store, STATE, at=at) for at in others] == [{"page": 1}, {"page": 1}]
    assert held(store, STATE, by=launch) is None


ELSEWHERE = [
    {"agent": BO},
    {"agent": {"mbox": "mailto:anna@example.org"}},
    {"registration": "00000000-0000-4000-8000-000000000000"},
    {"activityId": "https://courses.example/ethics/2"},
    {"activityId": f"{ACTIVITY}2"},
    {"activityId": "https://courses.example/ethics"},
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=str)
def test_a_launch_is_kept_out_of_every_other_place(store: Store, launch: str, elsewhere: dict[str, Any]) -> None:
    for name in ("bookmark", None):
        at = STATE.at(name, **elsewhere)
        for method in METHODS if name else ("GET", "DELETE"):
            assert send(store, method, STATE, {"page": 9} if method[0] == "P" else None, at=at, by=launch).status_code == 403
    assert held(store, STATE, at=STATE.at(**elsewhere)) is None


@pytest.mark.parametrize("below", [f"{ACTIVITY}/question/1", f"{ACTIVITY}?part=2", f"{ACTIVITY}#last"])
def test_what_lies_below_the_launched_activity_is_the_launchs_own(store: Store, launch: str, below: str) -> None:
    assert send(store, "PUT", STATE, {"page": 3}, at=STATE.at(activityId=below), by=launch).status_code == 204


def test_a_launch_reads_its_own_actors_profile_and_changes_none(store: Store, launch: str) -> None:
    preferences = AGENT_PROFILE.at("cmi5LearnerPreferences")
    put(store, AGENT_PROFILE, {"languagePreference": "zh-CN"}, at=preferences)
    assert held(store, AGENT_PROFILE, at=preferences, by=launch) == {"languagePreference": "zh-CN"}
    assert send(store, "GET", AGENT_PROFILE, at=AGENT_PROFILE.at(None), by=launch).json == ["cmi5LearnerPreferences"]
    for method in ("PUT", "POST", "DELETE"):
        assert send(store, method, AGENT_PROFILE, {} if method[0] == "P" else None, at=preferences, by=launch).status_code == 403
    assert send(store, "GET", AGENT_PROFILE, at=AGENT_PROFILE.at(agent=BO), by=launch).status_code == 403


@pytest.mark.parametrize("method", METHODS)
def test_a_launch_has_no_activity_profile(store: Store, launch: str, method: str) -> None:
    assert send(store, method, ACTIVITY_PROFILE, {} if method[0] == "P" else None, by=launch).status_code == 403


@pytest.mark.parametrize(
    ("resource", "elsewhere"), [(ACTIVITY_PROFILE, {"activityId": "https://courses.example/2"}), (AGENT_PROFILE, {"agent": BO})], ids=str
)
def test_pins_hold_for_profiles_too_where_the_scope_is_there(store: Store, resource: Resource, elsewhere: dict[str, Any]) -> None:
    token = store.token("wide", scopes=frozenset({"profile"}), **PINS)
    assert put(store, resource, {"a": 1}, by=token).status_code == 204
    assert held(store, resource, by=token) == {"a": 1}
    assert held(store, resource) == {"a": 1}
    assert put(store, resource, {"a": 1}, at=resource.at(**elsewhere), by=token).status_code == 403


def test_a_launch_that_ended_is_nobodys(store: Store, launch: str) -> None:
    send(store, "PUT", STATE, {"page": 3}, by=launch)
    del store.tokens["launch"]
    for method in METHODS:
        assert send(store, method, STATE, {"page": 4} if method[0] == "P" else None, by=launch).status_code == 401
    assert held(store, STATE, at=STATE.at(registration=REGISTRATION)) == {"page": 3}
