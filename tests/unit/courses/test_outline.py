"""Is a course document read exactly, and is every mistake named with its path?"""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.outline import Activity, Course, Text, outline_of, parse_course
from tests.unit.courses.folders import DOCUMENT, said


def changed(change: dict[str, Any], activity: int = 0) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    document["modules"][0]["activities"][activity] |= change
    return document


def paths(document: Any) -> list[str]:
    found = parse_course(document)
    return [problem.path for problem in found] if isinstance(found, list) else []


def test_a_sound_document_becomes_the_course_it_describes() -> None:
    course = parse_course(DOCUMENT)
    assert isinstance(course, Course)
    assert (course.code, course.kind, course.language, course.title) == ("a-course", "general", "zh", Text("课程", "A course"))
    assert [activity.key for activity in course.activities] == ["read", "quiz", "film"]
    assert course.minutes == 22
    assert course.activities[2].requires == {"coverage": 0.9}
    assert course.activities[2].media_seconds == 90


def test_the_canonical_document_reads_back_as_the_same_course_through_json() -> None:
    course = parse_course(DOCUMENT)
    assert isinstance(course, Course)
    written = outline_of(course)
    assert parse_course(json.loads(json.dumps(written))) == course
    assert json.loads(json.dumps(written)) == written


def test_what_is_left_out_has_a_plain_meaning() -> None:
    document = {
        "code": "c",
        "title": "只有中文",
        "modules": [{"key": "m", "title": "一", "activities": [{**DOCUMENT["modules"][0]["activities"][0]}]}],
    }
    course = parse_course(document)
    assert isinstance(course, Course)
    assert (course.kind, course.language, course.title.en, course.summary) == ("general", "zh", "只有中文", Text("", ""))


def test_a_gate_that_requires_nothing_is_written_like_no_gate() -> None:
    course = parse_course(changed({"requires": {"completed": False}}))
    assert isinstance(course, Course)
    assert course.activities[0].requires == {}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 601}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({"minutes": 10.0}, "minutes"),
        ({"minutes": "10"}, "minutes"),
        ({"key": "Read"}, "key"),
        ({"key": "a" * 65}, "key"),
        ({"key": "a--b"}, "key"),
        ({"key": "a\n"}, "key"),
        ({"title": {"en": "Only English"}}, "title.zh"),
        ({"title": {"zh": "  "}}, "title.zh"),
        ({"title": {"zh": "长" * 201}}, "title.zh"),
        ({"title": {"zh": "坏\x00"}}, "title.zh"),
        ({"title": {"zh": "一", "de": "Eins"}}, "title.de"),
        ({"format": "flash"}, "format"),
        ({"entry": "../read"}, "entry"),
        ({"entry": "/etc"}, "entry"),
        ({"entry": "a\\b"}, "entry"),
        ({"entry": "C:read"}, "entry"),
        ({"entry": "a//b"}, "entry"),
        ({"entry": ""}, "entry"),
        ({"grading": "teacher"}, "grading"),
        ({"requires": []}, "requires"),
        ({"requires": {"complete": True}}, "requires.complete"),
        ({"requires": {"completed": 1}}, "requires.completed"),
        ({"requires": {"passed": True}, "grading": "none"}, "requires.passed"),
        ({"requires": {"coverage": 0.9}}, "requires.coverage"),
        ({"requires": {"coverage": 1.1}, "media_seconds": 600}, "requires.coverage"),
        ({"requires": {"coverage": 0}, "media_seconds": 600}, "requires.coverage"),
        ({"requires": {"coverage": float("nan")}, "media_seconds": 600}, "requires.coverage"),
        ({"media_seconds": -1}, "media_seconds"),
        ({"media_seconds": 1e9}, "media_seconds"),
        ({"media_seconds": 10**400}, "media_seconds"),
        ({"media_seconds": 60}, "minutes"),
        ({"minuts": 3}, "minuts"),
    ],
)
def test_a_mistake_is_named_with_its_path(change: dict[str, Any], path: str) -> None:
    assert paths(changed(change)) == [f"modules[0].activities[0].{path}"]


def test_a_video_is_not_graded() -> None:
    assert paths(changed({"grading": "content"}, activity=2)) == ["modules[0].activities[2].grading"]


def test_minutes_that_a_video_cannot_earn_are_refused_and_a_begun_minute_is_fine() -> None:
    assert paths(changed({"minutes": 3}, activity=2)) == ["modules[0].activities[2].minutes"]
    assert paths(changed({"minutes": 2, "media_seconds": 60.1}, activity=2)) == []


def test_keys_are_unique_across_modules_because_hours_are_kept_under_them() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["modules"].append(copy.deepcopy(document["modules"][0]) | {"key": "two"})
    assert paths(document) == [f"modules[1].activities[{n}].key" for n in range(3)]
    document = copy.deepcopy(DOCUMENT)
    document["modules"].append({"key": "one", "title": "二", "activities": [DOCUMENT["modules"][0]["activities"][0] | {"key": "other"}]})
    assert paths(document) == ["modules[1].key"]


def test_every_mistake_is_named_at_once() -> None:
    assert set(paths({"code": "!", "title": 3, "modules": [], "colour": "red"})) == {"code", "title", "modules", "colour"}
    assert set(paths({})) == {"code", "title", "modules"}


@pytest.mark.parametrize("document", [None, [], "x", 3, {"modules": [None]}, {"modules": [{"activities": [[]]}]}])
def test_a_file_that_is_not_a_course_at_all_is_a_problem_and_not_an_error(document: Any) -> None:
    assert isinstance(parse_course(document), list)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["zh", "key", "completed", "coverage", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(place=st.sampled_from(["key", "title", "format", "entry", "minutes", "grading", "requires", "media_seconds", "summary"]), value=JSON)
def test_any_value_anywhere_is_read_or_named_and_what_is_read_is_canonical(place: str, value: Any) -> None:
    found = parse_course(changed({place: value}))
    if isinstance(found, list):
        assert all(problem.path and said(problem) for problem in found)
    else:
        assert parse_course(json.loads(json.dumps(outline_of(found)))) == found


@pytest.mark.parametrize(
    ("minutes", "media_seconds", "credited", "left"),
    [
        pytest.param(30, None, 1799, 1, id="without media every second is worth something"),
        pytest.param(30, None, 1800, 0, id="all of it"),
        pytest.param(2, 61, 59, 2, id="more than a second of the film is missing"),
        pytest.param(2, 61, 60, 0, id="the second that a browser may not play"),
        pytest.param(1, 5.0, 3, 1, id="of a short film, more than a tenth is missing"),
        pytest.param(1, 5.0, 4, 0, id="of a short film, a tenth is missing"),
        pytest.param(1, 300, 59, 1, id="the film is longer than its minutes"),
    ],
)
def test_nobody_is_sent_back_for_the_end_of_a_film_that_browsers_do_not_play(
    minutes: int, media_seconds: float | None, credited: int, left: int
) -> None:
    assert Activity("a", Text("a", "a"), "video", minutes, "a.mp4", media_seconds=media_seconds).seconds_left(credited) == left
