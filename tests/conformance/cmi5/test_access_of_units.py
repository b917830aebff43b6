"""Does a unit reach the record store with its session's token alone, and can a third party read all it said? Ids as in CATAPULT's list."""

import json

import pytest

from lms.learning.runtimes.cmi5 import vocabulary as c
from tests.conformance.cmi5.units import VERSION, PlayedUnit, UnitsOfClass
from tests.factories import World
from xapi.storage.keys import add_key

EXPERIENCED = f"{c.ADL}/experienced"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Rules do not depend on the database."""
    return sqlite_url


def test_the_fetch_url_answers_in_json_each_time(course: UnitsOfClass) -> None:
    """8.2.1.0-3, 8.2.2.0-2, 8.2.2.0-3, 8.2.3.0-1, 8.2.3.2-1."""
    launched = course.launch()
    answers = [launched.client.post(launched.fetch_url) for _time in range(2)]
    assert [(one.status_code, one.mimetype) for one in answers] == [(200, "application/json")] * 2
    assert [list(one.get_json()) for one in answers] == [["auth-token"], ["error-code", "error-text"]]
    assert answers[1].get_json()["error-code"] in {"1", "2", "3"}


def test_a_request_needs_the_token_of_its_session(played: PlayedUnit) -> None:
    """8.1.2.0-2 (d), 8.1.2.0-5 (d)."""
    said = played.statement(EXPERIENCED, defined=False)
    for name in ("statements", "activities/state", "agents/profile"):
        assert played.client.open(f"{played.endpoint}/{name}", headers=VERSION).status_code == 401
    assert played.client.post(f"{played.endpoint}/statements", json=said, headers=VERSION).status_code == 401
    played.token = "Y2F0YXB1bHQ6bm8gdG9rZW4="
    assert played.send(said).status_code == 401


def test_preferences_are_those_of_the_actor_of_the_launch(played: PlayedUnit) -> None:
    """11.0.0.0-1 (d)."""
    body = {"languagePreference": "en-US,fr-FR", "audioPreference": "off"}
    nobody = {"profileId": c.PREFERENCES}
    somebody = {**nobody, "agent": json.dumps({"mbox": "mailto:catapult@example.com"})}
    for method, sent in (("PUT", body), ("GET", None)):
        assert played.ask(method, "agents/profile", nobody, sent).status_code == 400
        assert played.ask(method, "agents/profile", somebody, sent).status_code == 403
    assert played.preferences().get_json()["audioPreference"] == "on"


def test_a_key_that_reads_everything_reads_what_units_said_with_verbs_of_their_own_too(world: World, played: PlayedUnit) -> None:
    """4.2.0.0-2, 9.3.0.0-9."""
    assert played.say(EXPERIENCED, defined=False).status_code == 200
    auditor = world.act(lambda session: add_key(session, "auditor", ("all/read",), now=world.clock()))
    query = {"registration": played.registration, "ascending": "true"}
    found = world.app.test_client().get("/xapi/statements", query_string=query, headers=VERSION, auth=auditor)
    verbs = [one["verb"]["id"].rpartition("/")[2] for one in found.get_json()["statements"]]
    assert verbs == ["launched", "initialized", "experienced"]
