"""A class whose quiz is graded by the server, its office, a member of its staff, and the teacher's page with the quiz."""

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import STAFF
from lms.accounts.people import add_person
from lms.catalogue.models import AnswerKey
from lms.classes.models import ClassStaff
from tests.factories import BEGIN, DrivenClock, World, signed_in
from tests.integration.learning.conftest import KEY, Page
from tests.integration.office.conftest import Desk, add_offices
from tests.worlds import world_of

RIGHT, WRONG = {"q1": ["b"], "q2": ["b"]}, {"q1": ["a"], "q2": ["b"]}


@pytest.fixture
def world(app: Flask, clock: DrivenClock) -> World:
    built = world_of(app, clock)

    def fill(session: Session) -> None:
        session.add(AnswerKey(course_version_id=built.course_version_id, activity="quiz", document=KEY))
        add_offices(session)
        tutor = add_person(session, "tutor", "辅导", (STAFF,), password=None)
        session.add(ClassStaff(class_id=built.class_id, person_id=tutor.id, role="tutor", added_at=BEGIN))
        add_person(session, "stranger", "他班", (STAFF,), password=None)

    built.act(fill)
    return built


@pytest.fixture
def desk(world: World) -> Desk:
    """A member of the class's staff."""
    return Desk(world, signed_in(world.app, "tutor"))


@pytest.fixture
def quiz(world: World) -> Page:
    """The teacher's page with the quiz."""
    return Page(world.client(), world, "quiz").open()


def submit(page: Page, answers: Any) -> TestResponse:
    """Hand a quiz in."""
    return page.send("/learn/answers", {"id": str(uuid.uuid4()), "answers": answers})
