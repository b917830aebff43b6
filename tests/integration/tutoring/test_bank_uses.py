"""Does a trainer see how a question of the bank was answered in all quizzes of theirs that copied it, and in no others?"""

import io
from dataclasses import replace
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import TRAINER, Organisation
from lms.accounts.people import add_person
from lms.catalogue.models import AnswerKey, Course, CourseVersion
from lms.classes import setup
from lms.classes.models import TrainingClass
from tests.course_factories import add_course
from tests.factories import World, signed_in
from tests.integration.classes.next_versions import publish_next
from tests.integration.learning.conftest import Page
from tests.integration.tutoring.conftest import submit

CODE = "q-0123456789abcdef"
QUIZ = {"quiz": {"minutes": 10, "grading": "server", "requires": {"passed": True}}}


def key_with(correct: str, **others: Any) -> dict[str, Any]:
    return {"pass_percent": 60, "max_attempts": None, "questions": {CODE: {"correct": [correct], "points": 1}, **others}}


@pytest.fixture
def shared(world: World) -> World:
    """A world with a second course whose quiz asks the same question beside another one, and a third course of another organisation."""

    def fill(session: Session) -> None:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        other = session.scalars(select(Organisation).where(Organisation.code == "x")).one()
        session.scalars(select(Course).where(Course.code == "c1")).one().organisation_id = provider.id
        session.get_one(AnswerKey, (world.course_version_id, "quiz")).document = key_with("b")
        for code, owner in (("c2", provider), ("c3", other)):
            version = add_course(session, code, QUIZ)
            version.course.organisation_id = owner.id
            session.add(AnswerKey(course_version_id=version.id, activity="quiz", document=key_with("b", more={"correct": ["a"]})))
            setup.bind_course(session, session.get_one(TrainingClass, world.class_id), version, "online")
        add_person(session, "maker", "课程师", (TRAINER,), password=None, organisation=provider)

    world.act(fill)
    return world


def hand_in(world: World, course: str, option: str) -> None:
    versions = select(CourseVersion.id).join(Course).where(Course.code == course)
    there = replace(world, course=course, course_version_id=world.act(lambda session: session.scalars(versions).one()))
    assert submit(Page(world.client(), there, "quiz").open(), {CODE: [option]}).status_code == 200


def test_answers_of_all_own_quizzes_are_counted_together_and_those_of_others_only_numbered(shared: World) -> None:
    for course, options in (("c1", "ab"), ("c2", "ab"), ("c3", "a")):
        for option in options:
            hand_in(shared, course, option)
    page = signed_in(shared.app, "maker").get(f"/workshop/bank/{CODE}/answers").text
    assert page.count("× 2") == 1
    assert page.count("/questions/quiz") == 2
    assert "还有 1 门其他单位的课程" in page
    sheet = signed_in(shared.app, "maker").get(f"/workshop/bank/{CODE}/answers.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data))
    quizzes, wrong = (book.get_sheet_by_index(number).to_python()[1:] for number in (0, 1))
    assert [row[2:] for row in quizzes] == [[1, 0, 0, 1, 100], [1, 0, 0, 1, 100], [2, 0, 0, 2, 100]]
    assert wrong == [["a", 2]]


def test_attempts_at_a_copy_with_another_answer_are_left_out_and_counted(shared: World) -> None:
    hand_in(shared, "c1", "b")
    hand_in(shared, "c2", "b")

    def change(session: Session) -> None:
        version = session.scalars(select(CourseVersion).join(Course).where(Course.code == "c2")).one()
        session.get_one(AnswerKey, (version.id, "quiz")).document = key_with("c")

    shared.act(change)
    page = signed_in(shared.app, "maker").get(f"/workshop/bank/{CODE}/answers").text
    assert "另有 1 次作答" in page


def test_attempts_at_a_version_that_does_not_ask_the_question_count_nowhere(shared: World) -> None:
    without = {**key_with("b"), "questions": {"other": {"correct": ["a"]}}}
    shared.act(lambda session: setattr(session.get_one(AnswerKey, (shared.course_version_id, "quiz")), "document", without))
    assert submit(Page(shared.client(), shared, "quiz").open(), {"other": ["a"]}).status_code == 200
    publish_next(shared, QUIZ, key_with("b"))
    hand_in(shared, "c2", "b")
    page = signed_in(shared.app, "maker").get(f"/workshop/bank/{CODE}/answers").text
    assert page.count("/questions/quiz") == 2
    assert "另有" not in page


@pytest.mark.parametrize("code", ["q-none", "%25", "_" * 18, "q-0123456789abcde"])
def test_a_question_that_no_quiz_asks_says_so(shared: World, code: str) -> None:
    client = signed_in(shared.app, "maker")
    assert "还没有测验使用这道题" in client.get(f"/workshop/bank/{code}/answers").text
    assert client.get(f"/workshop/bank/{code}/answers.xlsx").status_code == 404
    assert client.get(f"/workshop/bank/{'q' * 65}/answers").status_code == 404


def test_the_quiz_from_which_a_question_was_put_into_the_bank_is_counted_with_its_earlier_versions(shared: World) -> None:
    def put_in_the_bank(session: Session) -> None:
        own = {"pass_percent": 60, "max_attempts": None, "questions": {"own": {"correct": ["b"], "points": 1}}}
        session.get_one(AnswerKey, (shared.course_version_id, "quiz")).document = own
        session.flush()

    shared.act(put_in_the_bank)
    assert submit(Page(shared.client(), shared, "quiz").open(), {"own": ["a"]}).status_code == 200
    next_id = publish_next(shared, QUIZ, None)
    named = {"pass_percent": 60, "max_attempts": None, "questions": {"own": {"correct": ["b"], "points": 1, "bank": CODE}}}
    shared.act(lambda session: session.add(AnswerKey(course_version_id=next_id, activity="quiz", document=named)))
    hand_in(shared, "c2", "a")
    page = signed_in(shared.app, "maker").get(f"/workshop/bank/{CODE}/answers").text
    assert page.count("/questions/quiz") == 2
    assert "× 2" in page
