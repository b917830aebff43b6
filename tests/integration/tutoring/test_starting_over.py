"""Does starting over give attempts back and clear what was saved, and take nothing that was earned?"""

import uuid
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from lms.accounts.models import TEACHER
from lms.accounts.people import add_person
from lms.classes.models import ClassChange, Enrolment
from lms.learning.models import ActivityState, Attempt, Launch, Registration, Restart
from tests.factories import World, signed_in
from tests.integration.learning.conftest import Page
from tests.integration.office.conftest import Desk
from tests.integration.tutoring.conftest import RIGHT, WRONG, submit

pytestmark = pytest.mark.usefixtures("guarded")  # starting over changes nothing that the database keeps


def start_over(desk: Desk, who: object = "everybody", activity: str = "quiz") -> str:
    desk.world.clock.advance(1)
    answer = desk.post(f"{desk.world.class_id}/progress/c1/{activity}/start-over", who=who)
    assert answer.status_code == 302
    desk.world.clock.advance(1)
    return desk.get(f"{desk.world.class_id}/progress/c1/{activity}")


def number_of(world: World, table: type) -> int:
    return world.act(lambda session: session.scalar(select(func.count()).select_from(table)))


def test_used_up_attempts_are_given_back_and_the_quiz_begins_with_its_questions(desk: Desk, quiz: Page) -> None:
    submit(quiz, WRONG)
    submit(quiz, WRONG)
    assert submit(quiz, RIGHT).status_code == 409
    assert "已为 1 名教师重新开始" in start_over(desk, desk.world.enrolment_id)
    page = Page(desk.world.client(), desk.world, "quiz").open()
    assert page.opened.get("attempts", []) == []
    reply = submit(page, RIGHT).get_json()
    assert (reply["passed"], reply["number"], reply["left"]) == (True, 3, 1)
    assert number_of(desk.world, Attempt) == 3


def test_what_was_earned_and_passed_stays(desk: Desk, quiz: Page) -> None:
    submit(quiz, RIGHT)
    quiz.stay(120)
    quiz.beat(last=True)
    desk.world.credit()
    assert desk.world.credited() == {"c1:quiz": 120}
    start_over(desk)
    desk.world.credit()
    assert desk.world.credited() == {"c1:quiz": 120}
    page = Page(desk.world.client(), desk.world, "quiz").open()
    submit(page, WRONG)
    page.stay(60)
    page.beat(last=True)
    desk.world.credit()
    assert desk.world.credited() == {"c1:quiz": 180}


def test_a_page_that_was_open_cannot_bring_the_cleared_place_back(desk: Desk) -> None:
    page = Page(desk.world.client(), desk.world, "reading").open()
    page.send("/learn/state", {"body": "page 7", "age_ms": 0})
    assert number_of(desk.world, ActivityState) == 1
    start_over(desk, activity="reading")
    assert number_of(desk.world, ActivityState) == 0
    page.send("/learn/state", {"body": "page 7", "age_ms": 0})
    assert number_of(desk.world, ActivityState) == 0
    again = Page(desk.world.client(), desk.world, "reading").open()
    again.send("/learn/state", {"body": "page 1", "age_ms": 0})
    assert number_of(desk.world, ActivityState) == 1


def test_starting_over_twice_or_what_nobody_opened_changes_nothing(desk: Desk, quiz: Page) -> None:
    start_over(desk)
    assert "没有可以重新开始的" in start_over(desk)
    assert "没有可以重新开始的" in start_over(desk, activity="reading")
    assert number_of(desk.world, Restart) == 1
    assert quiz.opened


def test_the_page_says_beforehand_how_many_it_concerns(desk: Desk, quiz: Page) -> None:
    assert quiz.opened
    assert "有 1 名教师" in desk.get(f"{desk.world.class_id}/progress/c1/quiz")
    assert "有 0 名教师" in start_over(desk)
    Page(desk.world.client(), desk.world, "quiz").open()
    assert "有 1 名教师" in desk.get(f"{desk.world.class_id}/progress/c1/quiz")
    assert "有 0 名教师" in desk.get(f"{desk.world.class_id}/progress/c1/reading")


def test_the_history_names_who_did_it(desk: Desk, quiz: Page) -> None:
    start_over(desk)
    (line,) = desk.world.act(lambda session: session.scalars(select(ClassChange).where(ClassChange.what == "restart")).all())
    assert (line.enrolment_id, line.after) == (quiz.world.enrolment_id, "活动quiz")
    assert line.by is not None


def test_a_number_that_is_nobodys_in_this_class_changes_nothing(desk: Desk, quiz: Page) -> None:
    for who in ("999999", "", "1; 2", "9" * 400):
        start_over(desk, who)
    assert number_of(desk.world, Restart) == 0
    assert quiz.opened


def test_others_cannot_start_over(world: World, quiz: Page) -> None:
    for username, status in (("stranger", 404), ("elsewhere", 404), ("teacher", 403)):
        answer = Desk(world, signed_in(world.app, username)).post(f"{world.class_id}/progress/c1/quiz/start-over", who="everybody")
        assert answer.status_code == status, username
    assert number_of(world, Restart) == 0
    assert quiz.opened


def copied(row: Any, **other: object) -> Any:
    return type(row)(**{one.key: getattr(row, one.key) for one in row.__mapper__.column_attrs} | other)


def add_learners(session: Session, number: int) -> None:
    """Add learners who have opened the same activity of the same class, and have resume data in it."""
    enrolment, registration, launch = (session.scalars(select(table)).one() for table in (Enrolment, Registration, Launch))
    for one in range(number):
        person = add_person(session, f"another{one}", "同学", (TEACHER,), password=None)
        place = copied(enrolment, id=None, person_id=person.id)
        session.add(place)
        session.flush()
        session.add(own := copied(registration, id=uuid.uuid4(), enrolment_id=place.id))
        session.flush()
        session.add(copied(launch, id=uuid.uuid4(), registration_id=own.id, enrolment_id=place.id, person_id=person.id))
        session.add(ActivityState(registration_id=own.id, activity=launch.activity, body="page 7", updated_at=launch.opened_at))


def test_a_whole_class_is_started_over_without_asking_for_each_learner(desk: Desk, quiz: Page) -> None:
    assert quiz.opened
    desk.world.act(lambda session: add_learners(session, 8))
    asked: list[str] = []
    event.listen(desk.world.app.extensions["db"].engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert "已为 9 名教师重新开始" in start_over(desk)
    assert len([one for one in asked if one.startswith("DELETE FROM activity_state")]) == 1
    assert (number_of(desk.world, Restart), number_of(desk.world, ActivityState)) == (9, 0)
