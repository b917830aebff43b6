"""Units as the LMS launches them, played over HTTP as a unit's own script does."""

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from courses.formats.cmi5_values import key_of
from courses.package import Package, open_package
from lms.catalogue.publish import publish
from lms.classes import setup
from lms.classes.models import TrainingClass
from lms.db import transaction
from lms.learning.runtimes.cmi5 import vocabulary as c
from lms.storage import storage
from tests.conformance.cmi5.structures import structure
from tests.factories import World
from tests.integration.learning.conftest import statements
from tests.unit.courses.folders import zipped

CONFIG = re.compile(r'id="player-config">(.*?)</script>', re.DOTALL)
VERSION = {"X-Experience-API-Version": "1.0.3"}
MORE = 'moveOn="{}" masteryScore="0.8"'
ID = "https://school.example/unit/1"


def package(*units: str, path: Any) -> Package:
    """Write and open a cmi5 package of these units."""
    file = path / "unit.zip"
    file.write_bytes(zipped({"cmi5.xml": structure(*units), "unit/index.html": b"<!doctype html><p>unit</p>"}))
    found = open_package(file)
    assert isinstance(found, Package), found
    return found


def publish_units(world: World, path: Any, *units: str) -> "UnitsOfClass":
    """Publish a cmi5 course, and let the class study it."""
    opened = package(*units, path=path)
    with world.app.app_context(), transaction() as session:
        version = publish(session, storage(), opened, None, world.clock())
        setup.bind_course(session, session.get_one(TrainingClass, world.class_id), version, "online")
        made = version.id, version.course.code
    return UnitsOfClass(world, *made)


class UnitsOfClass:
    """The cmi5 course of a class."""

    def __init__(self, world: World, version_id: int, code: str) -> None:
        self.world, self.version_id, self.code = world, version_id, code
        self.browser = world.client()

    def launch(self, unit_id: str = ID) -> "PlayedUnit":
        """Open the unit's page and begin a session, as the page does: with its opening, or for a window when a person asks for it."""
        page = self.browser.get(f"/learn/{self.world.enrolment_id}/{self.version_id}/{key_of(unit_id)}")
        found = CONFIG.search(page.text)
        assert found is not None, page.text
        config = json.loads(found[1])
        headers = {"X-CSRFToken": config["csrf"]}
        at_once = not config["unit"]["own_window"]
        opened = self.browser.post("/learn/open", json={**config["place"], "start": at_once}, headers=headers).get_json()
        begun = opened["unit"] if at_once else self._asked_for(config, opened["token"], headers)
        return PlayedUnit(self.world, begun["url"], opened)

    def _asked_for(self, config: Mapping[str, Any], token: str, headers: Mapping[str, str]) -> Any:
        started = self.browser.post(config["unit"]["start"], json={"token": token}, headers=dict(headers))
        assert started.status_code == 200, started.text
        return started.get_json()


class PlayedUnit:
    """A unit's script: it has the launch URL, and nothing else."""

    def __init__(self, world: World, url: str, opened: Mapping[str, Any]) -> None:
        self.world, self.url, self.opened = world, url, opened
        parameters = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.endpoint, self.fetch_url = parameters["endpoint"], parameters["fetch"]
        self.actor = json.loads(parameters["actor"])
        self.registration, self.activity = parameters["registration"], parameters["activityId"]
        self.client: FlaskClient = world.app.test_client()
        self.token = ""
        self.data: dict[str, Any] = {}

    def fetch(self) -> dict[str, Any]:
        answer = self.client.post(self.fetch_url)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        found: dict[str, Any] = answer.get_json()
        self.token = found.get("auth-token", self.token)
        return found

    def state(self, name: str = c.LAUNCH_DATA, method: str = "GET", body: Any = None, **query: str) -> TestResponse:
        at = {"stateId": name, "activityId": self.activity, "agent": json.dumps(self.actor), "registration": self.registration, **query}
        return self.ask(method, "activities/state", at, body)

    def preferences(self, method: str = "GET", body: Any = None, **how: Any) -> TestResponse:
        at = {"profileId": c.PREFERENCES, "agent": json.dumps(self.actor), **how.pop("query", {})}
        return self.ask(method, "agents/profile", at, body, **how)

    def ask(self, method: str, resource: str, query: Mapping[str, str], body: Any = None, **headers: str) -> TestResponse:
        own = {**VERSION, "Authorization": f"Basic {self.token}", **headers}
        extra = {} if body is None else {"json": body}
        return self.client.open(f"{self.endpoint}/{resource}", method=method, query_string=dict(query), headers=own, **extra)

    def begin(self) -> "PlayedUnit":
        """Do what every unit does first: fetch, read the launch data and the preferences, say `initialized`."""
        self.fetch()
        self.data = self.state().get_json()
        assert self.preferences().status_code == 200
        answer = self.say(c.INITIALIZED)
        assert answer.status_code == 200, answer.text
        return self

    def stay(self, seconds: int) -> None:
        """Beat as the page around the unit does."""
        client = self.world.app.test_client()
        headers, nonce = {"Authorization": f"Bearer {self.opened['token']}"}, self.opened["nonce"]
        for at in range(0, seconds + 1, 15):
            last = at + 15 > seconds
            answer = client.post("/learn/beat", json={"nonce": nonce, "last": last}, headers=headers)
            assert answer.status_code == 200, answer.text
            nonce = answer.get_json()["nonce"]
            self.world.clock.advance(0 if last else 15)

    def statement(self, verb: str, result: Mapping[str, Any] | None = None, *, defined: bool = True) -> dict[str, Any]:
        """A statement as cmi5 wants it."""
        context = json.loads(json.dumps(self.data.get("contextTemplate", {})))
        activities = context.setdefault("contextActivities", {})
        moves = result is not None and result.keys() & {"success", "completion"}
        categories = [c.CMI5] * defined + [c.MOVE_ON] * bool(moves)
        activities["category"] = [{"id": one} for one in categories]
        context["registration"] = self.registration
        if result is not None and "score" in result:
            context.setdefault("extensions", {})[c.MASTERY_SCORE] = self.data.get("masteryScore")
        found: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "timestamp": self.world.clock().isoformat().replace("+00:00", "Z"),
            "actor": self.actor,
            "verb": {"id": verb},
            "object": {"id": self.activity},
            "context": context,
        }
        return {**found, "result": dict(result)} if result is not None else found

    def say(self, verb: str, result: Mapping[str, Any] | None = None, **how: Any) -> TestResponse:
        return self.send(self.statement(verb, result, **how))

    def send(self, *statements: Mapping[str, Any]) -> TestResponse:
        body = statements[0] if len(statements) == 1 else list(statements)
        return self.ask("POST", "statements", {}, body)

    def complete(self) -> TestResponse:
        return self.say(c.COMPLETED, {"completion": True, "duration": "PT1S"})

    def passed(self, scaled: float | None = None) -> TestResponse:
        score = {} if scaled is None else {"score": {"scaled": scaled}}
        return self.say(c.PASSED, {"success": True, "duration": "PT1S", **score})

    def failed(self, scaled: float | None = None) -> TestResponse:
        score = {} if scaled is None else {"score": {"scaled": scaled}}
        return self.say(c.FAILED, {"success": False, "duration": "PT1S", **score})

    def terminate(self) -> TestResponse:
        return self.say(c.TERMINATED, {"duration": "PT9S"})


def stored(world: World, registration: str) -> list[dict[str, Any]]:
    """Return the stored statements of a registration, in order."""
    return [one for one in statements(world) if one.get("context", {}).get("registration") == registration]


def verbs(world: World, registration: str) -> list[str]:
    return [one["verb"]["id"].rpartition("/")[2] for one in stored(world, registration)]
