"""Is every mistake in the content of our own types named, and does no input cause an error?"""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.answer_key import check_key
from courses.authoring.checks import key_of_checks, served_checks
from courses.formats import own
from courses.formats.own_checks import checks_in, compare_checks
from tests.unit.courses.folders import KEY, QUIZ, READING, said

VIDEO: dict[str, Any] = {
    "video": "video.webm",
    "duration": 60,
    "captions": [{"path": "zh.vtt", "language": "zh", "label": "中文"}],
    "checkpoints": [{"id": "k1", "at": 10, "question": "问", "options": ["甲", "乙"], "answer": 0}],
}
SOUND: dict[str, Any] = {own.READING: READING, own.QUIZ: QUIZ, own.CHECKPOINT_VIDEO: VIDEO}
CHECKS = {own.READING: own.check_reading, own.QUIZ: own.check_quiz, own.CHECKPOINT_VIDEO: own.check_checkpoint_video}  # as authors write
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "at", "options", "x"]), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def replaced(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    if not path:
        return new
    found = copy.deepcopy(value)
    target = found
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = new
    return found


@pytest.mark.parametrize("main", SOUND)
def test_sound_content_has_no_problem(main: str) -> None:
    assert CHECKS[main](SOUND[main]) == []


@given(data=st.data(), main=st.sampled_from(sorted(SOUND)), new=JSON)
def test_any_value_at_any_place_is_checked_and_what_passes_can_be_used(data: st.DataObject, main: str, new: Any) -> None:
    body = replaced(SOUND[main], data.draw(st.sampled_from(places(SOUND[main]))), new)
    assert all(said(problem) for problem in own.CHECKS[main](body))  # as it is served
    problems = CHECKS[main](body)
    assert all(said(problem) for problem in problems)
    if not problems:
        assert all(isinstance(name, str) for name in own.files_of(main, body))
        if main == own.QUIZ:
            own.compare_key(body, KEY)
        else:
            served, key = served_checks(main, body), key_of_checks(main, body)
            checks = list(checks_in(main, body))
            assert own.CHECKS[main](served) == []
            assert not checks or (check_key(key), compare_checks(list(checks_in(main, served)), key)) == ([], [])


@pytest.mark.parametrize("main", [own.READING, own.CHECKPOINT_VIDEO])
@pytest.mark.parametrize("key", ["answer", "feedback", "correct"])
def test_a_served_check_question_that_tells_its_answer_is_refused(main: str, key: str) -> None:
    served = served_checks(main, SOUND[main])
    check: Any = next(iter(checks_in(main, served)))
    check[key] = {"answer": 0, "feedback": "x", "correct": ["0"]}[key]
    assert [(problem.code, problem.path.rpartition(".")[2]) for problem in own.CHECKS[main](served)] == [("answer-shown", key)]


@pytest.mark.parametrize("key", [{}, {"questions": {}}, {"questions": {"zzz": {"correct": ["0"]}}}, {"checks": False}])
def test_a_key_that_does_not_fit_the_check_questions_is_named(key: dict[str, Any]) -> None:
    whole = {**key_of_checks(own.CHECKPOINT_VIDEO, VIDEO), **key}
    checks = list(checks_in(own.CHECKPOINT_VIDEO, VIDEO))
    assert bool(compare_checks(checks, whole)) == bool(key)


@pytest.mark.parametrize("key", ["correct", "answer", "answers", "feedback"])
def test_a_quiz_that_tells_its_answers_is_refused(key: str) -> None:
    body = copy.deepcopy(QUIZ)
    body["questions"][0][key] = ["b"]  # type: ignore[index]
    assert [problem.path for problem in own.check_quiz(body)] == [f"questions[0].{key}"]


@pytest.mark.parametrize("key", ["correct", "answer"])
def test_an_option_that_tells_the_answer_is_refused(key: str) -> None:
    body: Any = copy.deepcopy(QUIZ)
    body["questions"][0]["options"][0][key] = True
    assert [problem.path for problem in own.check_quiz(body)] == [f"questions[0].options[0].{key}"]


@pytest.mark.parametrize("at", [[10, 10], [20, 10], [10, 60], [10, 61]])
def test_checkpoints_come_in_order_and_before_the_end(at: list[int]) -> None:
    checkpoints = [{**VIDEO["checkpoints"][0], "id": f"k{number}", "at": second} for number, second in enumerate(at)]
    assert [problem.path for problem in own.check_checkpoint_video({**VIDEO, "checkpoints": checkpoints})] == ["checkpoints[1].at"]
