"""Helpers for tests of class administration: an office of the world's provider, and another one."""

import io
import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import OFFICE, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.classes.models import Enrolment, TrainingClass
from lms.jobs import tasks
from tests.access import form_token
from tests.factories import World, signed_in


@dataclass(frozen=True)
class Desk:
    """An office at work in its browser."""

    world: World
    client: FlaskClient

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Send a form of one of the class's pages."""
        headers = {"X-CSRFToken": form_token(self.client)}
        answer = self.client.post(f"/office/classes/{path}", data=fields, headers=headers)
        answer.request.environ["wsgi.input"].close()  # a large form lies in a file of the test client's
        return answer

    def get(self, path: str) -> str:
        """Return a page of the office's classes."""
        answer = self.client.get(f"/office/classes/{path}".rstrip("/"))
        assert answer.status_code == 200, answer.text
        return answer.text

    def upload(self, content: str | bytes, track: str = "") -> TestResponse:
        """Upload a list for the world's class."""
        data = content.encode() if isinstance(content, str) else content
        return self.post(f"{self.world.class_id}/list", file=(io.BytesIO(data), "list.csv"), track=track)

    def confirm(self, preview: TestResponse) -> TestResponse:
        """Confirm a list as its preview page does."""
        carried = re.search(r'name="list" value="([^"]*)"', preview.text)
        usual = re.search(r'name="track" value="([^"]*)"', preview.text)
        assert carried is not None
        assert usual is not None
        return self.post(f"{self.world.class_id}/list/enrol", list=carried[1], track=usual[1])

    def work(self) -> int:
        """Run all waiting jobs; return the number of turns."""
        turns = 0
        while True:
            with self.world.app.app_context():
                if not tasks.work.run():
                    return turns
            turns += 1

    def members(self) -> list[tuple[str, str, str]]:
        """Return who is in the world's class: user name, track, status."""
        query = (
            select(Person.username, Enrolment.track, Enrolment.status)
            .join(Enrolment, Enrolment.person_id == Person.id)
            .where(Enrolment.class_id == self.world.class_id)
            .order_by(Person.username)
        )
        return [tuple(row) for row in self.world.act(lambda session: session.execute(query).all())]

    def training_class(self, code: str) -> TrainingClass | None:
        """Return a class by its code."""
        found: TrainingClass | None = self.world.act(
            lambda session: session.scalar(select(TrainingClass).where(TrainingClass.code == code))
        )
        return found


def add_offices(session: Session) -> None:
    """Add an office of the world's provider, and one elsewhere."""
    provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
    add_person(session, "clerk", "周明", (OFFICE,), password=None, organisation=provider)
    other = add_organisation(session, "x", "外省", "office")
    add_person(session, "elsewhere", "外人", (OFFICE,), password=None, organisation=other)


@pytest.fixture
def desk(world: World) -> Desk:
    world.act(add_offices)
    return Desk(world, signed_in(world.app, "clerk"))


@pytest.fixture
def elsewhere(desk: Desk) -> Desk:
    """The other office; the world's class does not belong to it."""
    return Desk(desk.world, signed_in(desk.world.app, "elsewhere"))
