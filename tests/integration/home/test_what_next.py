"""Is the suggested next step the natural one: where the person was, then further in the course, never back to what counts?"""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from lms import vocabulary as v
from lms.accounts.models import Organisation
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.standing import of_person
from lms.db import database
from lms.home.steps import NextStep, next_step
from tests.course_factories import add_course
from tests.factories import DrivenClock, World, add_class
from tests.worlds import world_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

THREE: Mapping[str, Mapping[str, Any]] = {
    "one": {"minutes": 10, "requires": {"completed": True}},
    "two": {"minutes": 10, "requires": {"completed": True}},
    "three": {"minutes": 10, "requires": {"completed": True}},
}


@pytest.fixture
def world(app: Flask, clock: DrivenClock) -> World:
    return world_of(app, clock, THREE)


def step(world: World) -> NextStep | None:
    with world.app.app_context(), database().reader() as session:
        return next_step(session, of_person(session, world.person_id))


def key(world: World) -> str | None:
    found = step(world)
    return found and found.activity.key


def finish(world: World, activity: str, seconds: int = 600) -> None:
    subject = world.study(activity, seconds)
    world.say(subject, v.COMPLETED)
    world.credit()


def test_a_beginner_starts_with_the_first_activity(world: World) -> None:
    found = step(world)
    assert found is not None
    assert (found.activity.key, found.begun) == ("one", False)


def test_a_person_who_left_in_the_middle_continues_there(world: World) -> None:
    world.study("two", 120)
    world.credit()
    found = step(world)
    assert found is not None
    assert (found.activity.key, found.begun) == ("two", True)


def test_after_what_is_done_the_next_one_follows_and_then_what_was_left_out(world: World) -> None:
    finish(world, "two")
    assert key(world) == "three"
    finish(world, "three")
    assert key(world) == "one"


def test_looking_again_at_what_is_done_does_not_hide_what_was_begun(world: World) -> None:
    finish(world, "one")
    world.study("two", 120)
    world.credit()
    world.subject("one", world.clock.advance(60))
    found = step(world)
    assert found is not None
    assert (found.activity.key, found.begun) == ("two", True)


def test_a_fast_reader_is_not_sent_back_to_what_counts_already(world: World) -> None:
    finish(world, "one", 300)
    assert key(world) == "two"


def test_a_course_that_asks_for_more_minutes_is_gone_on_with(world: World) -> None:
    for activity in THREE:
        finish(world, activity, 420)
    assert key(world) == "one"  # 21 of 30 minutes; 24 finish the course


def test_nothing_is_suggested_where_nothing_is_left(world: World) -> None:
    for activity in THREE:
        finish(world, activity)
    assert step(world) is None
    assert "接着学" not in world.client().get("/home").text


def test_a_finished_course_is_followed_by_the_next_one(world: World) -> None:
    world.act(
        lambda session: setup.bind_course(
            session, session.get_one(TrainingClass, world.class_id), add_course(session, "c2", {"more": {"minutes": 20}}), "online"
        )
    )
    for activity in THREE:
        finish(world, activity)
    assert key(world) == "more"


def test_nothing_is_suggested_to_a_person_who_left_the_class(world: World) -> None:
    def leave(session):  # type: ignore[no-untyped-def]
        session.get_one(Enrolment, world.enrolment_id).status = "withdrawn"

    world.study("one", 60)
    world.act(leave)
    assert step(world) is None


def test_of_two_classes_the_one_of_the_last_visit_goes_first(world: World) -> None:
    def second(session):  # type: ignore[no-untyped-def]
        provider = session.get_one(Organisation, session.get_one(TrainingClass, world.class_id).provider_id)
        other = add_class(session, "k2", provider, add_course(session, "c9", {"elsewhere": {"minutes": 20}}))
        session.add(Enrolment(class_id=other.id, person_id=world.person_id, track="primary", status="in-training"))

    world.act(second)
    assert key(world) == "elsewhere"  # the newest class
    world.study("one", 60)
    world.credit()
    assert key(world) == "one"
