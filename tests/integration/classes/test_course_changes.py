"""Can a class with a wrongly made course be rescued: by its next version, or by taking the course off, with all hours explained?"""

import json
import uuid
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.accounts.account_changes import By
from lms.catalogue.models import AnswerKey, CourseVersion
from lms.classes.models import ClassChange, TrainingClass
from lms.cli import main_group
from lms.crediting.course_previews import preview
from lms.crediting.verify import verify
from lms.db import database
from lms.errors import InvalidInput
from lms.learning.models import Attempt, Launch, Registration
from lms.office import administration
from tests.commands import json_of
from tests.factories import DrivenClock, World, signed_in
from tests.integration.classes.next_versions import RIGHT, WRONG, add_office, move, publish_next
from tests.integration.learning.conftest import KEY, Page
from tests.worlds import world_of

CHECKS = {"checks": True, "pass_percent": 100, "questions": {"c1": {"correct": ["1"]}}}


@pytest.fixture
def world(app: Flask, clock: DrivenClock) -> World:
    """A class whose reading wants a completion that its content never says; its quiz has a key."""
    built = world_of(app, clock, WRONG)
    built.act(lambda session: session.add(AnswerKey(course_version_id=built.course_version_id, activity="quiz", document=KEY)))
    return built


def remove(world: World) -> None:
    world.act(lambda session: administration.remove_course(session, world.class_id, "c1", By(None, world.clock())))


def would(world: World, to: int | None) -> list[tuple[str, int, int]]:
    def look(session: Session) -> list[tuple[str, int, int]]:
        version = session.get(CourseVersion, to) if to else None
        found = preview(session, world.class_id, world.course_version_id, version)
        return [(one.name, one.before_s, one.after_s) for one in found.changes]

    told: list[tuple[str, int, int]] = world.act(look)
    return told


def sound(world: World) -> bool:
    with world.app.app_context(), database().reader() as session:
        return not [one for checked in verify(session) for one in checked.findings]


def moved_history(world: World) -> list[tuple[str, str, str]]:
    wanted = select(ClassChange.what, ClassChange.before, ClassChange.after).where(ClassChange.enrolment_id.is_(None))
    told: list[tuple[str, str, str]] = world.act(lambda session: [tuple(row) for row in session.execute(wanted.order_by(ClassChange.id))])
    return told


def test_a_class_moved_to_the_mended_version_has_the_hours_that_the_preview_said(world: World) -> None:
    world.study("reading", 600)
    world.credit()
    assert (world.credited(), sound(world)) == ({}, True)
    second = publish_next(world, RIGHT, KEY)
    assert would(world, second) == [("王秀兰", 0, 600)]
    assert world.credited() == {}, "looking changes nothing"
    move(world)
    assert world.credited() == {"c1:reading": 600}
    assert sound(world)
    assert moved_history(world) == [("course-version", "c1 1", "c1 2")]
    world.study("reading", 60)
    world.credit()
    assert world.credited() == {"c1:reading": 660}


def test_a_course_that_was_taken_off_earns_nothing_and_earns_again_when_it_comes_back(world: World) -> None:
    publish_next(world, RIGHT, KEY)
    move(world)
    world.study("reading", 600)
    world.credit()
    page = Page(world.client(), world).open()
    second = world.act(lambda session: session.scalars(select(CourseVersion.id).where(CourseVersion.number == 2)).one())
    found = world.act(lambda session: [one.after_s for one in preview(session, world.class_id, second, None).changes])
    assert found == [0]
    remove(world)
    assert (world.credited(), sound(world)) == ({}, True)
    assert page.try_beat().status_code == 410, "what was open has ended"
    assert page.client.get(page.address).status_code == 404
    study = administration.CourseOfClass("c1", "online")
    world.act(
        lambda session: administration.add_course(session, session.get_one(TrainingClass, world.class_id), study, By(None, world.clock()))
    )
    assert world.credited() == {"c1:reading": 600}
    assert sound(world)


def test_state_attempts_and_registration_survive_the_move(world: World) -> None:
    page = Page(world.client(), world, "quiz").open()
    before = world.registration()
    page.send("/learn/state", {"body": {"page": 3}})
    page.send("/learn/answers", {"id": str(uuid.uuid4()), "answers": {"q1": ["a"]}})
    publish_next(world, RIGHT, KEY)
    move(world)
    answer = page.client.get(page.address)
    assert answer.status_code == 302, "the address of the old version leads to the new one"
    again = Page(signed_in(world.app, world.username), world, "quiz")
    opened = again.ask_to_open(csrf_of(again, answer.location)).get_json()
    assert opened["state"] == {"page": 3}
    assert [(one["number"], one["left"]) for one in opened["attempts"]] == [(1, 1)]
    assert world.registration() == before
    assert versions_of_attempts(world) == [1]


def test_attempts_by_a_wrong_key_do_not_use_up_those_of_the_mended_one(world: World) -> None:
    page = Page(world.client(), world, "quiz").open()
    for _ in range(2):
        page.send("/learn/answers", {"id": str(uuid.uuid4()), "answers": {"q1": ["a"], "q2": ["a"]}})
    assert page.open().opened["attempts"][-1]["left"] == 0
    mended = {**KEY, "questions": {q: {"correct": ["a"], "feedback": {"zh": "选甲。"}} for q in ("q1", "q2")}}
    publish_next(world, RIGHT, mended)
    move(world)
    location = page.client.get(page.address).location
    opened = page.ask_to_open(csrf_of(page, location)).get_json()
    assert [(one["passed"], one["left"]) for one in opened["attempts"]] == [(False, 2), (False, 2)]
    page.token = opened["token"]
    passed = page.send("/learn/answers", {"id": str(uuid.uuid4()), "answers": {"q1": ["a"], "q2": ["a"]}}).get_json()
    assert (passed["passed"], passed["number"]) == (True, 3)


@pytest.mark.parametrize("key", [None, CHECKS], ids=["film", "reading-with-checks"])
def test_a_quiz_that_was_attempted_and_replaced_by_something_else_can_be_opened(world: World, key: dict[str, Any] | None) -> None:
    page = Page(world.client(), world, "quiz").open()
    page.send("/learn/answers", {"id": str(uuid.uuid4()), "answers": {"q1": ["a"]}})
    publish_next(world, {**RIGHT, "quiz": {"minutes": 10}}, key)
    move(world)
    location = page.client.get(page.address).location
    opened = page.ask_to_open(csrf_of(page, location))
    assert (opened.status_code, opened.get_json()["attempts"]) == (200, [])
    assert versions_of_attempts(world) == [1], "the attempt is kept"


def test_what_waits_on_a_device_under_the_old_version_still_arrives(world: World) -> None:
    page = Page(world.client(), world).open()
    publish_next(world, WRONG, KEY)
    move(world)
    page.open(take=False)
    assert page.say({"verb": {"id": v.COMPLETED}, "result": {"completion": True}}).status_code == 200
    world.study("reading", 60)
    world.credit()
    assert world.credited() == {"c1:reading": 60}


def test_statements_of_an_alias_count_for_the_course(world: World) -> None:
    alias = uuid.uuid4()
    second = publish_next(world, RIGHT, KEY)

    def add(session: Session) -> None:
        own = session.scalars(select(Registration)).one()
        session.add(
            Registration(id=alias, enrolment_id=own.enrolment_id, course_id=own.course_id, course_version_id=second, alias_of=own.id)
        )

    subject = world.subject("reading")
    world.act(add)
    move(world)
    world.study("reading", 300, subject=replace(subject, registration=alias))
    world.credit()
    assert world.credited() == {"c1:reading": 300}


@pytest.mark.parametrize("change", [move, remove])
def test_a_closed_class_keeps_its_courses(world: World, change: Any) -> None:
    publish_next(world, RIGHT, KEY)
    world.act(lambda session: session.execute(update(TrainingClass).values(closed_at=world.clock())))
    with pytest.raises(InvalidInput):
        change(world)
    assert moved_history(world) == []


def test_the_command_says_first_what_it_would_do_and_then_does_it(world: World) -> None:
    world.study("reading", 600)
    world.credit()
    publish_next(world, RIGHT, KEY)
    runner = world.app.test_cli_runner()

    def run(*arguments: str) -> dict[str, Any]:
        done = runner.invoke(main_group, ["class", *arguments, "--json"], obj=ScriptInfo(create_app=lambda: world.app))
        told: dict[str, Any] = json_of(done)
        return told

    told = run("switch", "k1", "c1", "--dry-run")
    assert told["changes"] == [{"enrolment": world.enrolment_id, "before_s": 0, "after_s": 600}]
    assert world.credited() == {}
    run("switch", "k1", "c1", "--version", "2")
    assert world.credited() == {"c1:reading": 600}
    run("drop", "k1", "c1")
    assert world.credited() == {}


def test_the_office_sees_whose_hours_change_before_it_moves_the_class(world: World) -> None:
    world.study("reading", 600)
    world.credit()
    publish_next(world, RIGHT, KEY)
    add_office(world)
    client = signed_in(world.app, "office")
    address = f"/office/classes/{world.class_id}/courses/c1"
    answer = client.get(f"{address}?to=2")
    assert answer.status_code == 200, answer.status_code
    page = answer.text
    assert "王秀兰" in page
    assert "10:00" in page
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert client.post(address, data={"to": "2", "csrf_token": token}).status_code == 302
    assert world.credited() == {"c1:reading": 600}
    for wrong in ("3", "x", "", "9" * 30):
        refused = client.post(address, data={"to": wrong, "csrf_token": token})
        assert refused.status_code == 422
        assert "error-summary" in refused.text
    assert len(moved_history(world)) == 1


def csrf_of(page: Page, location: str) -> str:
    text = page.client.get(location).text
    return str(json.loads(text.partition('id="player-config">')[2].partition("</script>")[0])["csrf"])


def versions_of_attempts(world: World) -> list[int]:
    wanted = (
        select(CourseVersion.number)
        .join(Launch, Launch.course_version_id == CourseVersion.id)
        .join(Attempt, Attempt.launch_id == Launch.id)
    )
    found: list[int] = world.act(lambda session: list(session.scalars(wanted)))
    return found
