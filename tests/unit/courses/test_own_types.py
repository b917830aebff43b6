"""Is every mistake in the content of our own types named, and does no input cause an error?"""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.formats import own
from tests.unit.courses.folders import KEY, QUIZ, READING, said

VIDEO: dict[str, Any] = {
    "video": "video.webm",
    "duration": 60,
    "captions": [{"path": "zh.vtt", "language": "zh", "label": "中文"}],
    "checkpoints": [{"id": "k1", "at": 10, "question": "问", "options": ["甲", "乙"], "answer": 0}],
}
SOUND: dict[str, Any] = {own.READING: READING, own.QUIZ: QUIZ, own.CHECKPOINT_VIDEO: VIDEO}
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
    assert own.CHECKS[main](SOUND[main]) == []


@given(data=st.data(), main=st.sampled_from(sorted(SOUND)), new=JSON)
def test_any_value_at_any_place_is_checked_and_what_passes_can_be_used(data: st.DataObject, main: str, new: Any) -> None:
    body = replaced(SOUND[main], data.draw(st.sampled_from(places(SOUND[main]))), new)
    problems = own.CHECKS[main](body)
    assert all(said(problem) for problem in problems)
    if not problems:
        assert all(isinstance(name, str) for name in own.files_of(main, body))
        if main == own.QUIZ:
            own.compare_key(body, KEY)


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
