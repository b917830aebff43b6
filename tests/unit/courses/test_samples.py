"""Are the sample courses complete, honest about their minutes, and good in both languages?"""

import io
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from courses.answer_key import is_of_checks
from courses.authoring.checks import whole_checks
from courses.authoring.questions import TYPES
from courses.formats import FORMATS
from courses.formats.own import READING, TELLING
from courses.grading import grade, right_answers
from courses.outline import Activity
from courses.package import Package, open_package
from courses.reader import read_part
from courses.samples import MORE_SAMPLES, SAMPLES, SCORM_SAMPLE
from courses.samples.sources import compiled

CHARACTERS_A_MINUTE = 200  # FORMAT.md
SECONDS_A_QUESTION = 90
TWELVE_HOURS = 720  # minutes
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CHINESE_TEXT = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]+")
ALL = [*SAMPLES, *MORE_SAMPLES]
SAMPLE = pytest.mark.parametrize("folder", ALL, ids=lambda folder: folder.name)


@cache
def package(folder: Path) -> Package:
    found = open_package(folder)
    assert isinstance(found, Package), found
    return found


def content(found: Package, activity: Activity) -> Any:
    path = found.files[f"{activity.entry}/content/content.json"]
    assert isinstance(path, Path)
    return json.loads(path.read_bytes())


def content_of(folder: Path, activity: Activity) -> Any:
    return content(package(folder), activity) if activity.format == "h5p" else {}


def reader_of(found: Package) -> Callable[[str], bytes | None]:
    paths = {name: path for name, path in found.files.items() if isinstance(path, Path)}
    return lambda name: read_part(paths, name)


def suggested(folder: Path, activity: Activity) -> int:
    """Return the minutes that the editor suggests: it counts what the author wrote, with the feedback that learners read after answering."""
    minutes = FORMATS[activity.format].suggested_minutes(activity, lambda name: read_part({name: folder / name}, name))
    assert minutes is not None
    return minutes


def readings(folder: Path) -> list[tuple[Activity, list[dict[str, Any]]]]:
    found = package(folder)
    bodies = [(one, content(found, one)) for one in found.course.activities if one.format == "h5p"]
    return [(one, whole_checks(READING, body, found.answer_keys[one.key])["pages"]) for one, body in bodies if "pages" in body]


def text_of(page: dict[str, Any]) -> str:
    """Return what is read of a page, written as HTML or as blocks."""
    if "body" in page:
        return re.sub("<[^>]+>", "", page["body"])
    return "".join(CHINESE_TEXT.findall(json.dumps(page["blocks"], ensure_ascii=False)))


@SAMPLE
def test_a_sample_opens_without_a_problem_and_warns_of_nothing_but_links(folder: Path) -> None:
    found = package(folder)
    assert found.course.code == folder.name
    links = [one.entry for one in found.course.activities if one.format == "link"]
    assert [(one.code, one.path) for one in found.warnings] == [("link-earns", entry) for entry in links]
    assert 3 <= len(found.course.activities) <= 16


@SAMPLE
def test_everything_people_read_of_the_outline_is_in_both_languages(folder: Path) -> None:
    course = package(folder).course
    texts = [course.title, course.summary, *(module.title for module in course.modules)]
    texts += [text for one in course.activities for text in (one.title, one.summary)]
    assert all(CHINESE.search(text.zh) and text.en and not CHINESE.search(text.en) for text in texts)


@SAMPLE
def test_a_reading_is_worth_its_minutes(folder: Path) -> None:
    assert readings(folder)
    for activity, pages in readings(folder):
        text = sum(len(text_of(page)) for page in pages)
        checks = [check for page in pages for check in page.get("checks", [])]
        assert 1500 <= text <= 3000, (activity.key, text)
        words = text + sum(len(check["question"] + "".join(check["options"]) + check["feedback"]) for check in checks)
        assert words / CHARACTERS_A_MINUTE + len(checks) * 0.5 >= activity.minutes * 0.9, (activity.key, words)


@SAMPLE
def test_checks_and_quizzes_explain_themselves_and_cannot_be_guessed_by_place(folder: Path) -> None:
    for activity, pages in readings(folder):
        checks = [check for page in pages for check in page.get("checks", [])]
        assert len(checks) >= 4, activity.key
        assert len({check["answer"] for check in checks}) >= 2, activity.key
        assert all(len(check["options"]) >= 3 and len(check["feedback"]) >= 20 for check in checks), activity.key
    for key in quiz_keys(package(folder)).values():
        places = [tuple(question["correct"]) for question in key["questions"].values() if "correct" in question]
        assert len(set(places)) >= 4


@SAMPLE
def test_quizzes_are_graded_on_the_server_with_feedback_in_both_languages(folder: Path) -> None:
    found = package(folder)
    graded = [one for one in found.course.activities if one.grading == "server" and "prompt" not in content_of(folder, one)]
    assert sorted(quiz_keys(found)) == sorted(one.key for one in graded) != []
    for activity in graded:
        key = found.answer_keys[activity.key]
        assert 6 <= len(key["questions"]) <= 20
        assert 0.5 <= activity.minutes * 60 / SECONDS_A_QUESTION / len(key["questions"]) <= 1.5
        assert all(item.feedback.zh and item.feedback.en != item.feedback.zh for item in grade(key, right_answers(key)).items)
        assert grade(key, right_answers(key)).passed


@SAMPLE
def test_no_answer_reaches_the_browser(folder: Path) -> None:
    found = package(folder)
    feedback = [question["feedback"]["zh"] for key in found.answer_keys.values() for question in key["questions"].values()]
    served = {
        name: path.read_text(encoding="utf-8")
        for name, path in found.files.items()
        if isinstance(path, Path) and name.endswith((".json", ".js"))
    }
    assert not [text for text in feedback if any(text in one for one in served.values())]
    bodies = [json.loads(one) for name, one in served.items() if name.endswith("content/content.json")]
    assert not [name for body in bodies for name in names_in(body) if name in TELLING]


def names_in(value: Any) -> Iterator[str]:
    """Every name inside a JSON value."""
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from names_in(one)
    yield from value if isinstance(value, dict) else ()


def quiz_keys(found: Package) -> dict[str, dict[str, Any]]:
    return {activity: key for activity, key in found.answer_keys.items() if not is_of_checks(key)}


def test_the_courses_show_every_way_of_studying() -> None:
    courses = [package(folder) for folder in ALL]
    activities = [one for found in courses for one in found.course.activities]
    served = {name.split("/")[2] for found in courses for name in found.files if name.startswith("activities/")}
    assert {"TH.Reading-1.2", "TH.Quiz-1.0", "TH.Quiz-1.1", "TH.CheckpointVideo-1.1", "TH.Reflection-1.0"} <= served
    assert {one.format for one in activities} == {"h5p", "video", "document", "scorm", "link"}
    assert any(one.format == "video" and one.requires == {"coverage": 0.9} for one in activities)
    assert all(4 <= one.minutes <= 30 for one in activities if one.format != "link")


def test_the_quizzes_have_questions_of_every_type() -> None:
    types = {q["type"] for folder in ALL for one in package(folder).course.activities for q in content_of(folder, one).get("questions", ())}
    assert types == set(TYPES)


@SAMPLE
def test_every_condition_can_be_met_and_every_activity_has_one(folder: Path) -> None:
    found = package(folder)
    for one in found.course.activities:
        can = FORMATS[one.format].sends(one, reader_of(found))
        assert set(one.requires) <= set(can), one.key
        assert one.requires or one.format == "link", one.key


@SAMPLE
def test_minutes_are_those_that_the_product_suggests_for_the_content(folder: Path) -> None:
    for one in package(folder).course.activities:
        assert 0.7 * suggested(folder, one) <= one.minutes <= 1.2 * suggested(folder, one), (one.key, one.minutes)


def test_the_six_courses_together_are_worth_twelve_hours() -> None:
    activities = [(folder, one) for folder in ALL for one in package(folder).course.activities if one.format != "link"]
    assert sum(one.minutes for _, one in activities) >= TWELVE_HOURS
    assert sum(suggested(folder, one) for folder, one in activities) >= TWELVE_HOURS


def documents() -> list[tuple[Activity, Path]]:
    found = [(package(folder), one) for folder in ALL for one in package(folder).course.activities if one.format == "document"]
    return [(activity, Path(str(whole.files[activity.entry]))) for whole, activity in found]


def words_of(pdf: Path | io.BytesIO) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(pdf).pages)


def test_a_document_is_worth_its_minutes_and_is_what_its_source_says() -> None:
    assert documents()
    for activity, path in documents():
        words = words_of(path)
        assert len(words) / CHARACTERS_A_MINUTE >= activity.minutes, activity.key
        assert words == words_of(io.BytesIO(compiled(path.stem))), f"{activity.key}: run python -m courses.samples.sources"


@pytest.mark.parametrize("folder", [SCORM_SAMPLE, *MORE_SAMPLES], ids=lambda folder: folder.name)
def test_a_scorm_unit_is_worth_its_minutes(folder: Path) -> None:
    found = package(folder)
    for activity in (one for one in found.course.activities if one.format == "scorm"):
        assert dict(activity.requires) == {"completed": True}
        (pages,) = [name for name in found.activity_files[activity.key] if name.endswith("pages.js")]
        written = (reader_of(found)(pages) or b"").decode()
        words, questions = len(CHINESE.findall(written)), written.count("options:")
        assert words / CHARACTERS_A_MINUTE + questions * 0.5 >= activity.minutes * 0.9


def test_the_scorm_sample_plays_without_advice() -> None:
    found = package(SCORM_SAMPLE)
    assert found.warnings == ()
    (activity,) = found.course.activities
    assert (activity.format, dict(activity.requires)) == ("scorm", {"completed": True})
