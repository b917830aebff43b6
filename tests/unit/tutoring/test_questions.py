"""Are answers counted by learner: the first attempt for how hard a question is, the last one for what was learned?"""

import json
from typing import Any

from lms.tutoring.questions import Handed, WrongAnswer, count

KEY = {"pass_percent": 60, "questions": {"q1": {"correct": ["b"]}, "q2": {"correct": ["a", "c"]}}}


def handed(learner: int, passed: bool = False, /, **answers: Any) -> Handed:
    return Handed(learner, json.dumps(answers), passed, 1)


def test_how_hard_a_question_is_follows_from_first_attempts_and_what_was_learned_from_last_ones() -> None:
    found = count(KEY, [handed(1, q1=["a"]), handed(1, True, q1=["b"], q2=["c", "a"]), handed(2, True, q1=["b"], q2=["a"])])
    first, second = found.questions
    assert (found.learners, found.attempts, found.passed) == (2, 3, 2)
    assert (first.answered, first.right, first.right_in_the_end) == (2, 1, 2)
    assert (second.answered, second.right, second.right_in_the_end) == (1, 0, 1)


def test_common_wrong_answers_are_counted_whatever_the_order_of_their_options() -> None:
    found = count(KEY, [handed(1, q2=["c", "b"]), handed(2, q2=["b", "c"]), handed(3, q2=["a"]), handed(4, q2=["a", "c"])])
    assert found.questions[1].wrong == [WrongAnswer(("b", "c"), 2), WrongAnswer(("a",), 1)]


def test_at_most_three_wrong_answers_are_shown() -> None:
    found = count(KEY, [handed(number, q1=[option]) for number, option in enumerate("acdefg")])
    assert [one.options for one in found.questions[0].wrong] == [("a",), ("c",), ("d",)]


def test_answers_that_are_no_answers_are_not_answered_and_not_wrong() -> None:
    found = count(KEY, [handed(1, q1={"b": 1}, q2=[1e300], other=["b"])])
    assert [(one.answered, one.right, one.wrong) for one in found.questions] == [(0, 0, []), (0, 0, [])]


def test_nobody_at_all_is_an_analysis_of_nothing() -> None:
    found = count(KEY, [])
    assert (found.learners, [one.answered for one in found.questions]) == (0, [0, 0])


def test_a_question_that_was_not_drawn_for_a_learner_is_not_asked_of_them() -> None:
    drew_first = handed(1, q1=["b"])._replace(drawn='["q1"]')
    first, second = count(KEY, [drew_first, handed(2, q1=["a"], q2=["a"])]).questions
    assert (first.asked, first.right_in_the_end) == (2, 1)
    assert (second.asked, second.right_in_the_end) == (1, 0)
