"""Do the forms' documents become `.h5p` files that read back the same, and lose their answers when they are published?"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.answer_key import check_key, draw
from courses.authoring.activity_document import ActivityDocument, document_json, media_of, read_document
from courses.authoring.checks import key_of_checks, served_checks
from courses.authoring.formulas import mathml_of
from courses.authoring.h5p_file import OpenedH5p, read_h5p, write_h5p
from courses.authoring.quiz import QuizDocument
from courses.authoring.served import key_of, served_quiz
from courses.formats.own import ASKS_SERVER, CHECKPOINT_VIDEO, check_quiz, compare_key
from courses.formats.own import READING as READING_TYPE
from courses.grading import grade, right_answers
from courses.package import Package, open_package
from tests.unit.courses import folders
from tests.unit.courses.authored import FILM, PICTURE, PNG, QUIZ, READING, REFLECTION, VIDEO, texts

QUESTIONS = texts.questions
VIDEO_BODY: dict[str, Any] = {
    "video": "film.webm",
    "duration": 180,
    "captions": [{"path": "zh.vtt", "language": "zh", "label": "中文"}],
    "checkpoints": [{"id": "k1", "at": 1, "question": "问", "options": ["甲", "乙"], "answer": 0}],
}


def read(value: Any) -> ActivityDocument:
    found = read_document(value)
    assert isinstance(found, ActivityDocument), found
    return found


def written(document: ActivityDocument, folder: Path, name: str = "activity.h5p") -> Path:
    target = io.BytesIO()
    write_h5p(document, dict.fromkeys(media_of(document), PNG), target)
    path = folder / name
    path.write_bytes(target.getvalue())
    return path


@settings(max_examples=60, deadline=None)
@given(questions=st.lists(QUESTIONS, min_size=1, max_size=6, unique_by=lambda one: one["id"]), about=texts.about)
def test_a_quiz_comes_back_from_its_file_as_it_was(
    questions: list[Any], about: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    document = read({"type": "quiz", **about, "questions": questions})
    assert read(document_json(document)) == document
    found = read_h5p(written(document, tmp_path_factory.mktemp("made")))
    assert isinstance(found, OpenedH5p), found
    assert found.document == document


@settings(max_examples=60, deadline=None)
@given(questions=st.lists(QUESTIONS, min_size=1, max_size=6, unique_by=lambda one: one["id"]), about=texts.about)
def test_what_is_served_has_no_answers_and_fits_its_key(questions: list[Any], about: dict[str, Any]) -> None:
    quiz = read({"type": "quiz", **about, "questions": questions}).body
    assert isinstance(quiz, QuizDocument)
    served, key = served_quiz(quiz, "zh"), key_of(quiz)
    assert (check_quiz(served), check_key(key), compare_key(served, key)) == ([], [], [])
    assert grade(key, right_answers(key)).passed
    told = json.dumps(served, ensure_ascii=False)
    assert not any(f'"{word}":' in told for word in ("correct", "accept", "steps", "pairs", "feedback", "points", "case", "pass_percent"))


@pytest.mark.parametrize("value", [READING, VIDEO, REFLECTION], ids=["reading", "video", "reflection"])
def test_every_other_type_comes_back_as_it_was_and_can_be_published(value: dict[str, Any], tmp_path: Path) -> None:
    document = read(value)
    assert document_json(document) == value
    media = {name: FILM.read_bytes() if name.endswith(".webm") else PNG for name in media_of(document)}
    target = io.BytesIO()
    write_h5p(document, media, target)
    path = tmp_path / "activity.h5p"
    path.write_bytes(target.getvalue())
    found = read_h5p(path)
    assert isinstance(found, OpenedH5p), found
    assert found.document == document
    package = open_package(path)
    assert isinstance(package, Package), package
    (activity,) = package.course.activities
    wanted = {"passed": True} if value["type"] == "reflection" else {"completed": True}
    assert activity.requires == wanted
    served = b"".join(one.read_bytes() for name, one in package.files.items() if isinstance(one, Path) and name.endswith("content.json"))
    assert not [word for word in (b'"answer"', b'"feedback"', "先听。".encode()) if word in served]
    assert len(package.answer_keys) == (value["type"] != "reflection")


@pytest.mark.parametrize("value", [READING, VIDEO], ids=["reading", "video"])
def test_a_file_that_holds_answers_of_an_older_type_is_published_without_them_and_asks_the_server(
    value: dict[str, Any], tmp_path: Path
) -> None:
    """An `.h5p` that was exported before has the older libraries inside, which grade in the page."""
    document = read(value)
    target = io.BytesIO()
    write_h5p(document, {name: FILM.read_bytes() if name.endswith(".webm") else PNG for name in media_of(document)}, target)
    old = tmp_path / "old.h5p"
    with zipfile.ZipFile(target) as new, zipfile.ZipFile(old, "w") as archive:
        for name in new.namelist():
            content = new.read(name)
            if name == "h5p.json":
                about = json.loads(content)
                about["preloadedDependencies"] = [{"machineName": about["mainLibrary"], "majorVersion": 1, "minorVersion": 0}]
                content = json.dumps(about).encode()
            if not name.startswith("TH."):
                archive.writestr(name, content)
    package = open_package(old)
    assert isinstance(package, Package), package
    needed = json.loads(package.files["content/h5p.json"].read_bytes())["preloadedDependencies"]  # type: ignore[union-attr]
    major, minor = ASKS_SERVER[needed[0]["machineName"]]
    assert (needed[0]["majorVersion"], needed[0]["minorVersion"]) == (major, minor)
    assert "content/TH.Question-1.2/question.js" in package.files
    assert b'"answer"' not in package.files["content/content/content.json"].read_bytes()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("main", "body", "minor"),
    [*((READING_TYPE, folders.READING, minor) for minor in range(3)), *((CHECKPOINT_VIDEO, VIDEO_BODY, minor) for minor in range(2))],
)
def test_a_reading_or_film_with_a_key_beside_it_asks_the_server_whatever_version_it_names(
    main: str, body: dict[str, Any], minor: int, tmp_path: Path
) -> None:
    """Older versions grade in the page, where no answer is: no try would ever be right."""
    about = folders.about(main)
    about["preloadedDependencies"][0]["minorVersion"] = minor
    files = folders.course_files()
    files["activities/read/h5p.json"] = json.dumps(about).encode()
    files["activities/read/content/content.json"] = json.dumps(served_checks(main, body)).encode()
    files["answers/read.json"] = json.dumps(key_of_checks(main, body)).encode()
    files |= {"activities/read/content/film.webm": FILM.read_bytes(), "activities/read/content/zh.vtt": folders.VTT.encode()}
    package = open_package(folders.write(tmp_path, files))
    assert isinstance(package, Package), package
    named = json.loads(package.files["activities/read/h5p.json"].read_bytes())["preloadedDependencies"][0]  # type: ignore[union-attr]
    assert (named["majorVersion"], named["minorVersion"]) == ASKS_SERVER[main]
    assert "activities/read/TH.Question-1.2/question.js" in package.files
    assert not [name for name in package.files if name.startswith(("activities/read/TH.Question-1.0/", "activities/read/TH.Question-1.1/"))]


def test_a_quiz_with_a_key_that_names_an_old_reading_besides_is_published_as_it_is(tmp_path: Path) -> None:
    about = folders.about("TH.Quiz")
    about["preloadedDependencies"] += folders.about(READING_TYPE)["preloadedDependencies"]
    files = folders.course_files() | {"activities/quiz/h5p.json": json.dumps(about).encode()}
    package = open_package(folders.write(tmp_path, files))
    assert isinstance(package, Package), package


def with_formulas(formulas: list[str]) -> dict[str, Any]:
    return {**READING, "pages": [{"heading": "x", "blocks": [{"type": "formula", "tex": one} for one in formulas]}]}


@pytest.mark.parametrize("tex", ["\\href{javascript:alert(1)}{x}", "x^2^3", ""])
def test_a_formula_that_cannot_be_shown_is_named(tex: str) -> None:
    found = read_document(with_formulas([tex]))
    assert isinstance(found, list)
    assert [one.path for one in found] == ["pages[0].blocks[0].tex"]


@pytest.mark.parametrize(("more", "codes"), [("", []), ("y", [("formulas-too-long", "pages")])])
def test_the_formulas_of_a_reading_have_a_limit_together_because_each_takes_time(more: str, codes: list[tuple[str, str]]) -> None:
    found = read_document(with_formulas(["x" * 1000] * 20 + [more] * bool(more)))
    assert [(one.code, one.path) for one in found] == codes if isinstance(found, list) else not codes


def test_formulas_are_not_read_once_a_document_is_refused_for_something_else() -> None:
    document = with_formulas(["x^2^3"])
    document["pages"].append({"heading": "HTML", "body": "<p>x</p>"})
    found = read_document(document)
    assert isinstance(found, list)
    assert [one.code for one in found] == ["page-of-html"]


def test_text_in_a_formula_never_becomes_an_element() -> None:
    assert "<script" not in (mathml_of(r"\text{<script>alert(1)</script>}") or "")


def test_publishing_an_authors_file_takes_the_answers_out_of_what_is_served(tmp_path: Path) -> None:
    package = open_package(written(read(QUIZ), tmp_path))
    assert isinstance(package, Package), package
    (activity,) = package.course.activities
    assert (activity.grading, activity.requires) == ("server", {"passed": True})
    served = {name: path.read_bytes() for name, path in package.files.items() if isinstance(path, Path)}
    assert not any(b"H2O" in content or "因为两个氢".encode() in content for content in served.values())
    assert package.answer_keys[activity.key]["questions"]["fill-1"]["accept"] == [["H2O"]]
    assert f"content/content/{PICTURE}" in served
    assert "content/TH.Quiz-1.1/answers.js" in served


def test_the_order_of_steps_and_sides_of_pairs_tells_nothing() -> None:
    quiz = read(QUIZ).body
    turned = json.loads(json.dumps(QUIZ))
    for one in turned["questions"]:
        one["steps"] = one["steps"][::-1] if "steps" in one else None
        one["pairs"] = one["pairs"][::-1] if "pairs" in one else None
    turned["questions"] = [{name: value for name, value in one.items() if value is not None} for one in turned["questions"]]
    other = read(turned).body
    assert isinstance(quiz, QuizDocument)
    assert isinstance(other, QuizDocument)
    for one, same in zip(served_quiz(quiz, "zh")["questions"], served_quiz(other, "zh")["questions"], strict=True):
        assert one.get("options") == same.get("options")
        assert one.get("right") == same.get("right")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"title": ""}, ("filled-text", "title")),
        ({"title": "长" * 201}, ("filled-text", "title")),
        ({"pass_percent": 0}, ("whole-number", "pass_percent")),
        ({"questions": []}, ("array-length", "questions")),
        ({"questions": [{"id": "a", "type": "guess", "text": "x"}]}, ("choice", "questions[0].type")),
        ({"questions": [{**QUIZ["questions"][0], "text": "字" * 2001}]}, ("filled-text", "questions[0].text")),
        ({"questions": [{**QUIZ["questions"][0], "options": [{"id": "a", "text": "甲"}]}]}, ("needs-two", "questions[0].options")),
        (
            {"questions": [{**QUIZ["questions"][0], "options": [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]}]},
            ("no-right-option", "questions[0].options"),
        ),
        ({"questions": [{**QUIZ["questions"][0], "tags": ["x" * 41]}]}, ("filled-text", "questions[0].tags[0]")),
        ({"questions": [QUIZ["questions"][0]] * 2}, ("id-twice", "questions[1].id")),
        ({"draw": [{"tag": "水", "count": 9}]}, ("too-few-of-tag", "draw[0].count")),
    ],
)
def test_every_problem_names_its_field(change: dict[str, Any], problem: tuple[str, str]) -> None:
    found = read_document({**QUIZ, **change})
    assert isinstance(found, list)
    assert problem in [(one.code, one.path) for one in found]


def test_a_content_with_its_answers_and_a_key_beside_it_is_refused(tmp_path: Path) -> None:
    made = written(read(QUIZ), tmp_path)
    course = {
        "code": "two-keys",
        "title": "两份答案",
        "modules": [
            {
                "key": "m",
                "title": "一",
                "activities": [{"key": "quiz", "title": "测验", "format": "h5p", "entry": "quiz.h5p", "minutes": 5}],
            }
        ],
    }
    path = tmp_path / "course.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("course.json", json.dumps(course))
        archive.write(made, "quiz.h5p")
    package = open_package(path)
    assert isinstance(package, Package), package
    assert package.course.activities[0].grading == "server"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("answers/quiz.json", "{}")
    found = open_package(path)
    assert isinstance(found, list)
    assert "answers-twice" in [one.code for one in found]


def test_a_draw_is_the_same_for_the_same_attempt_and_only_its_questions_count() -> None:
    questions = {f"q{n}": {"correct": ["a"], **({"tags": ["水"]} if n < 5 else {})} for n in range(7)}
    key = {"pass_percent": 50, "draw": [{"tag": "水", "count": 2}], "questions": questions}
    assert check_key(key) == []
    draws = [draw(key, f"r/quiz/{number}") for number in range(40)]
    assert draws == [draw(key, f"r/quiz/{number}") for number in range(40)]
    assert all(one is not None and len(one) == 4 and {"q5", "q6"} <= set(one) for one in draws)
    assert len(set(draws)) > 5
    graded = grade(key, {name: ["a"] for name in questions}, draws[0])
    assert (graded.score_raw, graded.score_max, [item.id for item in graded.items]) == (4, 4, list(draws[0] or ()))
