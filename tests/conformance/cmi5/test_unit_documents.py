"""Does a unit read and write its own documents only, and in the form that cmi5 asks for (10, 11)?"""

import json
from typing import Any

import pytest

from tests.conformance.cmi5.units import PlayedUnit, UnitsOfClass
from tests.factories import PUBLIC_URL, World


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Rules do not depend on the database."""
    return sqlite_url


def test_a_units_token_opens_its_own_documents_only(world: World, played: PlayedUnit) -> None:
    assert played.state("x", activityId=f"{played.activity}/part").status_code == 404
    assert played.state("x", activityId=f"{PUBLIC_URL}/id/course/c1/activity/reading").status_code == 403
    assert played.state("x", agent=json.dumps({"mbox": "mailto:a@example.com"})).status_code == 403
    assert played.state("x", registration="ccaf384c-f8d4-4e7a-8304-49af58f0b176").status_code == 403
    for method in ("PUT", "POST", "DELETE"):
        assert played.state(method=method, body=None if method == "DELETE" else {"x": 1}).status_code == 403  # 10.2.1.0-5
    everything = {"activityId": played.activity, "agent": json.dumps(played.actor), "registration": played.registration}
    assert played.ask("DELETE", "activities/state", everything).status_code == 403
    assert played.state().status_code == 200
    other = {"profileId": "notes", "agent": json.dumps(played.actor)}
    assert played.ask("PUT", "agents/profile", other, {"a": 1}).status_code == 403
    assert played.ask("PUT", "activities/profile", {"profileId": "x", "activityId": played.activity}, {"a": 1}).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"audioPreference": "on"},
        {"languagePreference": "zh"},
        {"languagePreference": "", "audioPreference": "on"},
        {"languagePreference": "not comma separated", "audioPreference": "on"},
        {"languagePreference": "zh", "audioPreference": "loud"},
    ],
)
def test_preferences_of_another_form_are_refused(played: PlayedUnit, body: Any) -> None:
    """11.0.0.0-5 (d), 11.1.0.0-1 (d)."""
    assert played.preferences("PUT", body).status_code == 403
    assert played.preferences().get_json()["audioPreference"] == "on"


def test_preferences_can_be_changed_by_a_unit_and_stay_for_the_next(course: UnitsOfClass, played: PlayedUnit) -> None:
    changed = {"languagePreference": "en-US,fr-FR", "audioPreference": "off"}
    tag = played.preferences().headers["ETag"]
    assert played.preferences("PUT", changed, **{"If-Match": tag}).status_code == 204
    assert played.preferences("PUT", None, **{"Content-Type": "text/plain"}).status_code == 403
    played.terminate()
    assert course.launch().begin().preferences().get_json() == changed
