"""Does a teacher see what is earned, what is missing and what to do next; quickly, and only their own?"""

import pytest
from sqlalchemy import event

from lms import vocabulary as v
from lms.accounts.models import TEACHER
from lms.accounts.people import add_person
from lms.classes import setup
from lms.classes.models import TrainingClass
from tests.factories import World, signed_in


def test_home_says_what_is_missing_and_where_to_go_on(world: World) -> None:
    client = world.client()
    before = client.get("/home").text
    assert "40" in before
    assert "下一步" in before
    world.study("reading", 1350)
    world.credit()
    after = client.get("/home").text
    assert "0.5" in after
    assert "39.5" in after
    assert "继续" in after
    assert f"/learn/{world.enrolment_id}/{world.course_version_id}/reading" in after


def test_figures_come_anew_only_where_they_have_changed(world: World) -> None:
    client = world.client()
    assert client.get("/home/figures?seen=0-0-0").status_code == 204
    world.study("reading", 1350)
    world.credit()
    fresh = client.get("/home/figures?seen=0-0-0")
    assert fresh.status_code == 200
    assert "0.5" in fresh.text
    assert client.get("/home/figures?seen=1-1350-0").status_code == 204


def test_the_course_page_says_what_each_activity_still_asks(world: World) -> None:
    world.study("gated", 600)
    world.credit()
    shown = world.client().get(f"/courses/{world.enrolment_id}/{world.course_version_id}").text
    assert "活动gated" in shown
    assert "已学时长 10 分钟" in shown


def test_the_players_part_follows_the_account(world: World) -> None:
    client = world.client()
    address = f"/courses/{world.enrolment_id}/{world.course_version_id}/film/progress"
    assert "0 分钟" in client.get(address).text
    subject = world.study("film", 600)
    world.say(subject, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: "0[.]300"}})
    world.credit()
    assert "50 %" in client.get(address).text
    world.say(subject, v.PAUSED, {"extensions": {v.PLAYED_SEGMENTS: "300[.]600"}})
    world.credit()
    assert "10 分钟" in client.get(address).text


def test_somebody_elses_course_is_not_there(world: World) -> None:
    world.act(lambda session: add_person(session, "other", "林静宜", (TEACHER,), password=None))
    client = signed_in(world.app, "other")
    for address in ("", "/reading/progress"):
        assert client.get(f"/courses/{world.enrolment_id}/{world.course_version_id}{address}").status_code == 404
    assert "还没有加入" in client.get("/home").text


@pytest.mark.parametrize("neighbours", [0, 20])
def test_the_home_page_asks_the_database_a_few_times_however_many_there_are(world: World, neighbours: int) -> None:
    def fill(session):  # type: ignore[no-untyped-def]
        training_class = session.get_one(TrainingClass, world.class_id)
        for number in range(neighbours):
            person = add_person(session, f"n{number}", "李", (TEACHER,), password=None)
            setup.enrol(session, training_class, person, "primary")

    world.act(fill)
    world.study("reading", 600)
    world.credit()
    client = world.client()
    client.get("/home")
    asked: list[str] = []
    event.listen(world.app.extensions["db"].engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert client.get("/home").status_code == 200
    assert len([one for one in asked if one != "BEGIN"]) <= 16, asked  # requirements, done courses, sessions, and what comes next included
