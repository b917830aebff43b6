"""Is a quiz graded once for each submission, by the server, without ever giving its key away?"""

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms import vocabulary as v
from lms.catalogue.models import AnswerKey
from lms.learning.models import Attempt
from tests.access import form_token
from tests.factories import DrivenClock, World
from tests.integration.learning.conftest import KEY, Page, statements
from tests.worlds import world_of

RIGHT = {"q1": ["b"], "q2": ["b"]}
WRONG = {"q1": ["a"], "q2": ["b"]}


@pytest.fixture
def world(app: Flask, clock: DrivenClock) -> World:
    """A world whose quiz has an answer key."""
    built = world_of(app, clock)
    built.act(lambda session: session.add(AnswerKey(course_version_id=built.course_version_id, activity="quiz", document=KEY)))
    return built


@pytest.fixture
def quiz(world: World) -> Page:
    """The teacher's page with the quiz."""
    return Page(world.client(), world, "quiz").open()


def submit(page: Page, answers: Any, submission: str | None = None) -> TestResponse:
    return page.send("/learn/answers", {"id": submission or str(uuid.uuid4()), "answers": answers})


def attempts(world: World) -> list[tuple[int, int, bool]]:
    def read(session: Any) -> list[tuple[int, int, bool]]:
        return [(one.number, one.score, one.passed) for one in session.scalars(select(Attempt).order_by(Attempt.number))]

    found: list[tuple[int, int, bool]] = world.act(read)
    return found


@pytest.mark.parametrize(
    "blank",
    [
        *({}, {"q1": [], "q2": []}, {"q1": None, "q2": ""}, {"other": ["b"]}, {"q1": [""], "q2": 7}),
        *({"q1": {"b": 1}, "q2": [["b"]]}, {"q1": [1e300], "q2": [2**63]}),
    ],
)
def test_a_submission_without_answers_is_not_an_attempt_and_reveals_no_hint(quiz: Page, blank: Any) -> None:
    answer = submit(quiz, blank)
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "blank"
    assert "没有交卷" in answer.get_json()["detail"]
    assert "选乙" not in answer.text
    assert attempts(quiz.world) == []
    assert statements(quiz.world) == []
    assert submit(quiz, RIGHT).get_json()["number"] == 1


def test_a_question_that_was_not_answered_gets_no_hint(quiz: Page) -> None:
    first, second = submit(quiz, {"q1": ["a"]}).get_json()["items"]
    assert first["feedback"]["zh"] == "选乙。"
    assert (second["correct"], second["response"], second["feedback"]) == (False, [], {"zh": "", "en": ""})


def test_right_answers_pass_and_the_lms_says_so(quiz: Page) -> None:
    reply = submit(quiz, RIGHT).get_json()
    assert (reply["score_raw"], reply["score_max"], reply["passed"], reply["number"], reply["left"]) == (2, 2, True, 1, 1)
    (said,) = statements(quiz.world)
    assert said["verb"]["id"] == v.PASSED
    assert said["authority"]["account"]["name"] == "lms"
    assert said["result"] == {"success": True, "completion": True, "score": {"scaled": 1.0, "raw": 2, "min": 0, "max": 2}}


def test_wrong_answers_fail_and_say_which_question_and_why_but_not_what_was_right(quiz: Page) -> None:
    answer = submit(quiz, WRONG)
    reply = answer.get_json()
    assert (reply["score_raw"], reply["passed"]) == (1, False)
    assert [(item["id"], item["correct"], item["feedback"]["zh"]) for item in reply["items"]] == [
        ("q1", False, "选乙。"),
        ("q2", True, "选乙。"),
    ]
    assert reply["items"][0]["response"] == ["a"]
    assert all(set(item) == {"id", "correct", "response", "feedback"} for item in reply["items"])
    assert statements(quiz.world)[0]["verb"]["id"] == v.FAILED


def test_passing_opens_the_gate_for_the_time_that_was_measured(quiz: Page) -> None:
    quiz.stay(120)
    quiz.beat(last=True)
    quiz.world.credit()
    assert quiz.world.credited() == {}
    submit(quiz, RIGHT)
    quiz.world.credit()
    assert quiz.world.credited() == {"c1:quiz": 120}


def test_the_same_submission_sent_twice_is_one_attempt_with_one_result(quiz: Page) -> None:
    submission = str(uuid.uuid4())
    first, again = submit(quiz, WRONG, submission), submit(quiz, WRONG, submission)
    assert first.get_json() == again.get_json()
    assert attempts(quiz.world) == [(1, 1, False)]
    assert len(statements(quiz.world)) == 1


def test_the_same_submission_sent_at_the_same_moment_is_one_attempt(quiz: Page) -> None:
    submission = str(uuid.uuid4())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: submit(quiz, WRONG, submission).status_code, range(4)))
    assert answers == [200] * 4
    assert attempts(quiz.world) == [(1, 1, False)]


def test_a_submission_with_other_answers_is_refused_and_changes_nothing(quiz: Page) -> None:
    submission = str(uuid.uuid4())
    submit(quiz, WRONG, submission)
    answer = submit(quiz, RIGHT, submission)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "other-answers")
    assert attempts(quiz.world) == [(1, 1, False)]


def test_attempts_are_limited_and_the_limit_is_said(quiz: Page) -> None:
    assert [submit(quiz, WRONG).get_json()["left"] for _ in range(2)] == [1, 0]
    answer = submit(quiz, RIGHT)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "no-attempts")
    assert attempts(quiz.world) == [(1, 1, False), (2, 1, False)]


def test_submissions_at_the_same_moment_cannot_pass_the_limit(quiz: Page) -> None:
    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(lambda _: submit(quiz, WRONG).status_code, range(6)))
    assert sorted(codes) == [200, 200, 409, 409, 409, 409]
    assert len(attempts(quiz.world)) == 2


def test_a_used_up_submission_can_still_be_asked_for_again(quiz: Page) -> None:
    submission = str(uuid.uuid4())
    submit(quiz, WRONG, submission)
    submit(quiz, WRONG)
    assert submit(quiz, WRONG, submission).get_json()["number"] == 1


def test_opening_again_shows_every_attempt_as_it_was_graded(quiz: Page, elsewhere: Callable[..., Page]) -> None:
    first = submit(quiz, WRONG).get_json()
    submit(quiz, RIGHT)
    shown = elsewhere("quiz").open().opened["attempts"]
    assert [(one["number"], one["passed"]) for one in shown] == [(1, False), (2, True)]
    assert shown[0]["items"] == first["items"]


@pytest.mark.parametrize(
    "answers",
    [
        {"q1": ["b", "a"], "q2": ["b"] * 1000},
        {"unknown": ["b"], "q1": "c"},
        {"q1": ["\0"], "q2": ["b\0"]},
    ],
)
def test_strange_answers_are_wrong_answers(quiz: Page, answers: Any) -> None:
    submission = str(uuid.uuid4())
    first = submit(quiz, answers, submission)
    assert first.status_code == 200, first.text
    assert first.get_json()["score_raw"] == 0
    assert submit(quiz, answers, submission).get_json() == first.get_json()


@pytest.mark.parametrize("submission", ["", "1", "not-a-uuid", "纸船"])
def test_a_submission_without_an_id_of_its_own_is_refused(quiz: Page, submission: str) -> None:
    answer = quiz.send("/learn/answers", {"id": submission, "answers": RIGHT})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad-id")
    assert attempts(quiz.world) == []


def test_answers_larger_than_any_quiz_are_refused(quiz: Page) -> None:
    assert submit(quiz, {"q1": "b" * 2**20}).status_code == 413
    assert attempts(quiz.world) == []


def test_an_activity_without_a_key_is_not_graded(player: Page) -> None:
    answer = submit(player, RIGHT)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no-key")


def test_a_pass_that_the_content_claims_opens_no_gate(quiz: Page) -> None:
    quiz.stay(60)
    quiz.beat(last=True)
    assert quiz.say({"verb": {"id": v.PASSED}, "result": {"success": True}}).status_code == 200
    quiz.world.credit()
    assert quiz.world.credited() == {}


def test_the_key_is_in_nothing_that_a_learner_can_ask_for(quiz: Page) -> None:
    said = [json.dumps(quiz.opened), quiz.client.get(quiz.address).text, submit(quiz, WRONG).text, quiz.open().opened]
    assert all('correct": [' not in str(text) and "'correct': [" not in str(text) for text in said)
    for path in ("answers/quiz.json", "course.json"):
        for address in (f"/content/{'0' * 64}/{path}", f"/frame/h5p/{'0' * 64}/../{path}"):
            assert quiz.world.app.test_client().get(address, base_url="http://127.0.0.1").status_code == 404


KINDS = {
    "fill": {"kind": "fill", "accept": [["H2O", "水"], ["2"]], "case": False},
    "order": {"kind": "order", "correct": ["a", "b", "c"]},
    "match": {"kind": "match", "correct": ["a=x", "b=y"]},
}


@pytest.mark.parametrize(
    ("answers", "right"),
    [
        ({"fill": [" ｈ2ｏ ", "２"], "order": ["a", "b", "c"], "match": ["b=y", "a=x"]}, ["fill", "order", "match"]),
        ({"fill": ["H2O"], "order": ["a", "c", "b"], "match": ["a=x"]}, []),
        ({"fill": ["2", "H2O"], "order": ["a", "b"], "match": ["a=x", "b=y", "a=y"]}, []),
        ({"fill": "H2O", "order": "abc", "match": "a=x"}, []),
    ],
)
def test_blanks_orders_and_pairs_are_right_as_a_whole_only(quiz: Page, answers: Any, right: list[str]) -> None:
    key = {"pass_percent": 50, "questions": KINDS}
    quiz.world.act(lambda session: setattr(session.scalars(select(AnswerKey)).one(), "document", key))
    reply = submit(quiz, answers).get_json()
    assert [item["id"] for item in reply["items"] if item["correct"]] == right


def test_a_draw_asks_the_same_after_a_reload_and_grades_what_it_asked(quiz: Page) -> None:
    questions = {f"q{n}": {"correct": ["b"], "tags": ["水"]} for n in range(9)}
    key = {"pass_percent": 60, "max_attempts": 9, "draw": [{"tag": "水", "count": 3}], "questions": questions}
    quiz.world.act(lambda session: setattr(session.scalars(select(AnswerKey)).one(), "document", key))
    drawn = quiz.open().opened["drawn"]
    assert len(drawn) == 3
    assert quiz.open().opened["drawn"] == drawn
    refused = submit(quiz, {name: ["b"] for name in questions})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "other-questions")
    sent = str(uuid.uuid4())
    reply = submit(quiz, {name: ["b"] for name in drawn}, sent).get_json()
    assert (reply["score_raw"], reply["score_max"], [item["id"] for item in reply["items"]]) == (3, 3, drawn)
    again = submit(quiz, {name: ["b"] for name in drawn}, sent).get_json()
    assert (again["items"], again["drawn"]) == (reply["items"], reply["drawn"])
    assert quiz.open().opened["attempts"][0]["items"] == reply["items"]
    assert quiz.opened["drawn"] == reply["drawn"]


CHECKS = {
    "checks": True,
    "pass_percent": 100,
    "questions": {"c1": {"correct": ["1"], "feedback": {"zh": "先听。"}}, "c2": {"correct": ["0"]}},
}


@pytest.fixture
def reading(world: World) -> Page:
    """The teacher's page with a reading that has check questions."""
    world.act(lambda session: session.add(AnswerKey(course_version_id=world.course_version_id, activity="reading", document=CHECKS)))
    return Page(world.client(), world, "reading").open()


@pytest.mark.parametrize(("chosen", "right"), [(["0"], False), (["1"], True), (["1", "0"], False), ([], False), ({"x": 1}, False)])
def test_a_check_question_is_graded_by_the_server_as_often_as_it_is_tried(reading: Page, world: World, chosen: Any, right: bool) -> None:
    """A wrong try is told nothing that leads to the answer, and no try is an attempt."""
    for _try in range(3):
        answer = submit(reading, {"c1": chosen})
        assert answer.status_code == 200
        (item,) = answer.get_json()["items"]
        assert (item["correct"], item["feedback"]["zh"]) == (right, "先听。" if right else "")
        assert answer.get_json()["passed"] is False, "a check passes nobody: a pass would end the measured stretch"
    assert attempts(world) == []
    assert statements(world) == []


def test_an_answer_to_a_question_that_is_not_there_is_ignored(reading: Page) -> None:
    assert submit(reading, {"c9": ["0"]}).get_json()["items"] == []


def test_opening_a_reading_with_check_questions_tells_no_answer(world: World, reading: Page) -> None:
    place = {"enrolment": world.enrolment_id, "version": world.course_version_id, "activity": "reading"}
    told = world.client().post("/learn/open", json=place, headers={"X-CSRFToken": form_token(reading.client)}).text
    assert "先听" not in told
