"""Is a quiz graded only by its key?"""

import copy
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.answer_key import check_key
from courses.grading import grade, right_answers
from tests.unit.courses.folders import KEY

OPTIONS = ["a", "b", "c"]
KEYS = st.fixed_dictionaries(
    {
        "pass_percent": st.integers(1, 100),
        "questions": st.dictionaries(
            st.sampled_from([f"q{n}" for n in range(8)]),
            st.fixed_dictionaries({"correct": st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True), "points": st.integers(1, 100)}),
            min_size=1,
        ),
    }
)
ANYTHING = st.none() | st.integers() | st.text(max_size=3) | st.lists(st.sampled_from(OPTIONS) | st.none() | st.integers(), max_size=5)
ANSWERS = st.dictionaries(st.sampled_from([f"q{n}" for n in range(9)]), ANYTHING)


@given(key=KEYS)
def test_the_right_answers_earn_every_point_and_no_answers_none(key: dict[str, Any]) -> None:
    assert check_key(key) == []
    best, none = grade(key, right_answers(key)), grade(key, {})
    assert (best.score_raw, best.passed) == (best.score_max, True)
    assert (none.score_raw, none.passed) == (0, False)
    assert best.score_max == sum(question["points"] for question in key["questions"].values())


@given(key=KEYS, answers=ANSWERS, data=st.data())
def test_adding_a_right_answer_never_lowers_the_score(key: dict[str, Any], answers: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(key["questions"])))
    before, after = grade(key, answers), grade(key, {**answers, name: right_answers(key)[name]})
    assert before.score_raw <= after.score_raw
    assert before.passed <= after.passed


@given(key=KEYS, answers=ANSWERS)
def test_the_score_is_the_points_of_the_questions_that_are_right(key: dict[str, Any], answers: dict[str, Any]) -> None:
    found = grade(key, answers)
    assert found.score_raw == sum(key["questions"][item.id]["points"] for item in found.items if item.correct)
    assert found.passed == (found.score_raw / found.score_max * 100 >= key["pass_percent"] - 1e-9)
    assert [item.id for item in found.items] == list(key["questions"])


@given(key=KEYS, answers=ANSWERS)
def test_the_order_of_chosen_options_and_what_was_not_asked_change_nothing(key: dict[str, Any], answers: dict[str, Any]) -> None:
    turned = {name: value[::-1] if isinstance(value, list) else value for name, value in answers.items()}
    assert grade(key, answers).score_raw == grade(key, {**turned, "not-asked": ["a"]}).score_raw


@pytest.mark.parametrize(
    ("given_options", "correct"), [(["a", "b"], True), (["b", "a", "a"], True), (["a"], False), (["a", "b", "c"], False), ([], False)]
)
def test_exactly_the_right_options_must_be_chosen(given_options: list[str], correct: bool) -> None:
    assert grade(KEY, {"q2": given_options}).items[1].correct is correct


@pytest.mark.parametrize("value", [None, 3, {"b": 1}, [["b"]], ["b", 1], ["x" * 100], ["b"] * 1000])
def test_an_answer_that_is_not_a_list_of_options_counts_as_not_answered(value: Any) -> None:
    item = grade(KEY, {"q1": value}).items[0]
    assert (item.correct, item.response) == (False, ())


def test_the_author_s_words_come_with_the_result() -> None:
    first, second = grade(KEY, {"q1": "b"}).items
    assert (first.correct, first.feedback.zh, first.feedback.en) == (True, "因为", "Because")
    assert second.feedback.zh == second.feedback.en == ""


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"pass_percent": 0}, "pass_percent"),
        ({"pass_percent": 60.5}, "pass_percent"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempt": 3}, "max_attempt"),
        ({"questions": {}}, "questions"),
        ({"questions": []}, "questions"),
        ({"questions": {"Q 1": {"correct": ["a"]}}}, "questions.Q 1"),
        ({"questions": {"q1": {"correct": []}}}, "questions.q1.correct"),
        ({"questions": {"q1": {"correct": ["a", "a"]}}}, "questions.q1.correct"),
        ({"questions": {"q1": {"correct": [1]}}}, "questions.q1.correct[0]"),
        ({"questions": {"q1": {}}}, "questions.q1.correct"),
        ({"questions": {"q1": {"correct": ["a"], "points": 0}}}, "questions.q1.points"),
        ({"questions": {"q1": {"correct": ["a"], "feedback": "no"}}}, "questions.q1.feedback"),
        ({"questions": {"q1": {"correct": ["a"], "feedback": {"en": "no"}}}}, "questions.q1.feedback.zh"),
    ],
)
def test_a_mistake_in_a_key_is_named_with_its_path(change: dict[str, Any], path: str) -> None:
    assert [problem.path for problem in check_key({**copy.deepcopy(KEY), **change})] == [path]


@given(
    key=st.recursive(
        ANYTHING, lambda inner: st.dictionaries(st.sampled_from(["pass_percent", "questions", "q1", "correct"]), inner), max_leaves=8
    )
)
def test_anything_at_all_is_checked_without_an_accident(key: Any) -> None:
    if not check_key(key):
        grade(key, {})


@pytest.mark.parametrize(("percent", "passed"), [(49, True), (50, True), (51, False)])
def test_exactly_the_pass_mark_is_enough(percent: int, passed: bool) -> None:
    assert grade({**KEY, "pass_percent": percent}, {"q1": ["b"]}).passed is passed


def test_names_that_the_browser_made_up_cost_no_time() -> None:
    """A body of 250 kB holds 31,000 names; each question of the largest key looks for itself among them."""
    key = {"pass_percent": 100, "questions": {f"c{n}": {"correct": ["1"]} for n in range(2000)}}
    names = [f"{n:05}" for n in range(31_000)]
    began = time.thread_time()
    assert grade(key, {}, names).items == ()
    assert time.thread_time() - began < 0.25
