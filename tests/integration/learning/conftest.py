"""Helpers that learn as a browser does: a player page over HTTP, and the contents of the record store."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms import vocabulary as v
from lms.learning.tasks import sweep
from tests.factories import BEGIN, PUBLIC_URL, World, signed_in
from xapi.storage.models import StatementRow

KEY = {"pass_percent": 60, "max_attempts": 2, "questions": {q: {"correct": ["b"], "feedback": {"zh": "选乙。"}} for q in ("q1", "q2")}}
CONFIG = re.compile(r'id="player-config">(.*?)</script>', re.DOTALL)


class Page:
    """One opening of the player page: what its script would keep and send."""

    def __init__(self, client: FlaskClient, world: World, activity: str = "reading") -> None:
        self.client, self.world, self.activity = client, world, activity
        self.token = self.nonce = ""
        self.opened: dict[str, Any] = {}

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"/learn/{self.world.enrolment_id}/{self.world.course_version_id}/{self.activity}"

    def csrf(self) -> str:
        """Load the page and return the token that its scripts send."""
        found = CONFIG.search(self.client.get(self.address, follow_redirects=True).text)
        assert found is not None
        token: str = json.loads(found[1])["csrf"]
        return token

    def ask_to_open(self, csrf: str, **changes: Any) -> TestResponse:
        """Send what opens a launch."""
        place = {"enrolment": self.world.enrolment_id, "version": self.world.course_version_id, "activity": self.activity}
        return self.client.post("/learn/open", json={**place, **changes}, headers={"X-CSRFToken": csrf})

    def open(self, *, take: bool = True) -> "Page":
        """Open the launch, or resume it, and keep its token and nonce."""
        answer = self.ask_to_open(self.csrf(), take=take)
        assert answer.status_code == 200, answer.text
        self.opened = answer.get_json()
        self.token, self.nonce = self.opened["token"], self.opened["nonce"]
        return self

    def send(self, path: str, body: Any = None, *, token: str | None = None, **how: Any) -> TestResponse:
        """Send a request with the launch token from a client without cookies, as the page's fetch does."""
        headers = {"Authorization": f"Bearer {self.token if token is None else token}", **how.pop("headers", {})}
        return self.world.app.test_client().post(path, headers=headers, **(how or {"json": body}))

    def try_beat(self, nonce: str | None = None, *, last: bool = False) -> TestResponse:
        """Beat, with the expected nonce by default; keep the next one."""
        answer = self.send("/learn/beat", {"nonce": self.nonce if nonce is None else nonce, "last": last})
        if answer.status_code == 200:
            self.nonce = answer.get_json()["nonce"]
        return answer

    def beat(self, nonce: str | None = None, *, last: bool = False) -> dict[str, Any]:
        """Beat and return the reply of a running launch."""
        answer = self.try_beat(nonce, last=last)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.get_json()
        return reply

    def stay(self, seconds: int, every: int = 15) -> dict[str, Any]:
        """Beat now and then regularly, every given number of seconds."""
        reply = self.beat()
        for _ in range(seconds // every):
            self.world.clock.advance(every)
            reply = self.beat()
        return reply

    def say(self, statement: Mapping[str, Any], *, token: str | None = None) -> TestResponse:
        """Send a statement of the content to the record store."""
        iri = v.activity_iri(PUBLIC_URL, self.world.course, self.activity)
        whole = {"verb": {"id": v.COMPLETED}, "object": {"id": iri}, **statement}
        return self.send("/xapi/statements", token=token, headers={"X-Experience-API-Version": "1.0.3"}, json=whole)


@pytest.fixture
def player(world: World) -> Page:
    """The teacher's player page, opened."""
    return Page(world.client(), world).open()


@pytest.fixture
def elsewhere(world: World) -> Callable[[str], Page]:
    """A page of the same teacher in another browser, not yet opened."""
    return lambda activity="reading": Page(signed_in(world.app, world.username), world, activity)


def statements(world: World, verb: str | None = None) -> list[dict[str, Any]]:
    """Return what the record store holds, in the order in which it came."""

    def read(session: Any) -> list[dict[str, Any]]:
        return [json.loads(text) for text in session.scalars(select(StatementRow.text).order_by(StatementRow.sid))]

    found: list[dict[str, Any]] = world.act(read)
    return [one for one in found if verb is None or one["verb"]["id"] == verb]


def stretches(world: World) -> list[tuple[int, int, str]]:
    """Return every stated stretch: from and to in seconds since the test began, and its duration."""
    found = []
    for one in statements(world, v.PRESENT):
        ends = one["context"]["extensions"][v.STRETCH]
        found.append((_second(ends["from"]), _second(ends["to"]), one["result"]["duration"]))
    return found


def _second(text: str) -> int:
    return int((datetime.fromisoformat(text) - BEGIN).total_seconds())


def sweep_now(world: World) -> int:
    """Do what the beat asks the worker for."""
    with world.app.app_context():
        return int(sweep.run())
