"""Does a file or folder become a package only if everything in it is valid, and are answers never served?"""

import copy
import gc
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from courses.outline import parse_course
from courses.package import Package, open_package
from courses.strict_json.problem import Problem
from tests.unit.courses import folders
from tests.unit.courses.folders import Open, course_files, mp4, problems, said, sound, text, webm, write, zipped


def changed(name: str, change: Callable[[Any], object]) -> dict[str, bytes]:
    """The sound course with one of its JSON files changed."""
    files = course_files(copy.deepcopy(folders.DOCUMENT))
    content = json.loads(files[name])
    change(content)
    return {**files, name: text(content).encode()}


def read(package: Package, name: str) -> bytes:
    content = package.files[name]
    return content if isinstance(content, bytes) else content.read_bytes()


def test_a_zip_and_its_folder_are_the_same_package(opened: Open) -> None:
    packed, folder = sound(opened(zipped(course_files()), "a.zip")), sound(opened(course_files(), "folder"))
    assert (packed.sha256, packed.outline, packed.answer_keys) == (folder.sha256, folder.outline, folder.answer_keys)
    assert list(packed.files) == list(folder.files)
    assert all(read(packed, name) == read(folder, name) for name in packed.files)


def test_no_answer_key_and_nothing_unused_is_served(opened: Open) -> None:
    package = sound(opened(zipped(course_files())))
    assert (sorted(package.answer_keys), package.answer_keys["quiz"]) == (["quiz", "read"], folders.KEY)
    assert not any(name.startswith("answers") or name.endswith((".md", "course.json")) for name in package.files)
    assert not any(b"Because" in read(package, name) for name in package.files)


def test_an_entry_among_the_answers_is_refused(opened: Open) -> None:
    for entry in ("answers", "answers/film.mp4"):
        files = changed("course.json", lambda one, entry=entry: one["modules"][0]["activities"][2].update(entry=entry))  # type: ignore[misc]
        found = opened(zipped({**files, "answers/film.mp4": mp4(90)}))
        assert Problem("in-answer-keys", entry) in ([] if isinstance(found, Package) else found)


def test_our_libraries_are_added_with_those_that_they_need(opened: Open) -> None:
    package = sound(opened(zipped(course_files())))
    assert "activities/read/TH.Reading-1.2/library.json" in package.files
    assert {"activities/quiz/TH.Quiz-1.0/code.js", "activities/quiz/TH.Shared-1.0/library.json"} <= package.files.keys()


def test_a_library_that_a_package_brings_is_its_own(opened: Open) -> None:
    files = {**course_files(), "activities/read/TH.Reading-1.2/library.json": b'{"mine": 1}'}
    assert read(sound(opened(zipped(files))), "activities/read/TH.Reading-1.2/library.json") == b'{"mine": 1}'


def test_a_library_that_nobody_has_is_named(opened: Open) -> None:
    files = changed(
        "activities/read/h5p.json",
        lambda one: one.update(mainLibrary="H5P.X", preloadedDependencies=[{"machineName": "H5P.X", "majorVersion": 1, "minorVersion": 2}]),
    )
    assert problems(opened(zipped(files))) == ["activities/read/H5P.X-1.2"]


def test_the_document_reads_back_as_the_course(opened: Open) -> None:
    package = sound(opened(zipped(course_files())))
    assert parse_course(json.loads(json.dumps(package.outline))) == package.course


def test_the_hash_is_of_what_is_served_alone(opened: Open) -> None:
    first = sound(opened(zipped(course_files())))
    unserved = sound(opened(zipped({**course_files(), "notes.txt": b"new"})))
    other = sound(opened(zipped({**course_files(), "media/film.zh.vtt": (folders.VTT + "\n").encode()})))
    assert first.sha256 == unserved.sha256 != other.sha256


def test_one_folder_around_everything_is_taken_off(opened: Open) -> None:
    files = {f"我的课程/{name}": content for name, content in course_files().items()}
    assert sound(opened(zipped({**files, "__MACOSX/._x": b""}))).sha256 == sound(opened(zipped(course_files()))).sha256


def test_unpacked_files_are_gone_with_their_package(opened: Open) -> None:
    package: Package | None = sound(opened(zipped(course_files())))
    assert package is not None
    path = package.files["media/film.mp4"]
    assert isinstance(path, Path)
    assert path.exists()
    del package
    gc.collect()
    assert not path.exists()


def test_files_of_a_folder_stay_where_they_are(opened: Open, tmp_path: Path) -> None:
    assert sound(opened(course_files(), "folder")).files["media/film.mp4"] == tmp_path / "source/folder/media/film.mp4"


MISTAKES: list[tuple[str, Callable[[Any], object], str]] = [
    ("course.json", lambda one: one.update(code="A B"), "course.json code"),
    ("course.json", lambda one: one.update(x=1), "course.json x"),
    ("course.json", lambda one: one["modules"][0]["activities"][2].update(media_seconds=80), "media/film.mp4"),
    ("course.json", lambda one: one["modules"][0]["activities"][2].update(entry="media/none.mp4"), "media/none.mp4"),
    ("course.json", lambda one: one["modules"][0]["activities"][0].update(grading="server"), "activities/read"),
    ("course.json", lambda one: one["modules"][0]["activities"][1].update(grading="content"), "activities/quiz"),
    ("course.json", lambda one: one["modules"][0]["activities"][1].update(key="exam"), "answers/exam.json"),
    ("answers/quiz.json", lambda one: one.update(pass_percent=0), "answers/quiz.json pass_percent"),
    ("answers/quiz.json", lambda one: one["questions"].update(q9={"correct": ["a"]}), "answers/quiz.json questions.q9"),
    ("answers/quiz.json", lambda one: one["questions"].pop("q2"), "answers/quiz.json questions.q2"),
    ("answers/quiz.json", lambda one: one["questions"]["q1"].update(correct=["z"]), "answers/quiz.json questions.q1.correct"),
    ("answers/quiz.json", lambda one: one["questions"]["q1"].update(correct=["a", "b"]), "answers/quiz.json questions.q1.correct"),
    ("activities/read/h5p.json", lambda one: one.pop("mainLibrary"), "activities/read/h5p.json"),
    ("activities/read/h5p.json", lambda one: one.update(mainLibrary="H5P.Other"), "activities/read/h5p.json"),
    ("activities/read/content/content.json", lambda one: one["pages"][0]["checks"][0].update(answer=2), "pages[0].checks[0].answer"),
    ("activities/read/content/content.json", lambda one: one["pages"].append(one["pages"][0]), "pages[1].checks[0].id"),
    ("activities/read/content/content.json", lambda one: one["pages"][0].pop("heading"), "pages[0].heading"),
    ("activities/quiz/content/content.json", lambda one: one["questions"][0].update(correct=["b"]), "questions[0].correct"),
    ("activities/quiz/content/content.json", lambda one: one["questions"][0]["options"].pop(), "questions[0].options"),
    ("activities/quiz/content/content.json", lambda one: one["questions"][0].update(type="open"), "questions[0].type"),
]


@pytest.mark.parametrize(("name", "change", "path"), MISTAKES, ids=[str(number) for number in range(len(MISTAKES))])
def test_a_mistake_is_named_with_its_file_and_place(opened: Open, name: str, change: Callable[[Any], object], path: str) -> None:
    found = problems(opened(zipped(changed(name, change))))
    assert any(one == path or one.endswith(f" {path}") for one in found), found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("course.json", b"{"),
        ("course.json", b"[]"),
        ("course.json", b'{"code": "a", "code": "b"}'),
        ("course.json", b"\xff\xfe"),
        ("course.json", b"[" * 100_000),
        ("course.json", b'{"code": NaN}'),
        ("course.json", b'{"code": "\\ud83d"}'),
        ("activities/read/h5p.json", b"3"),
        ("activities/read/content/content.json", b"null"),
        ("answers/quiz.json", b"{}"),
        ("media/film.mp4", b"<html>"),
        ("media/film.mp4", webm(90)),
        ("media/film.zh.vtt", b"1\n00:00 --> 00:01\n"),
    ],
)
def test_a_file_that_is_not_what_it_must_be_is_named(opened: Open, name: str, content: bytes) -> None:
    assert problems(opened(zipped({**course_files(), name: content})))[0].startswith(name)


@pytest.mark.parametrize(
    "name", ["activities/read/h5p.json", "activities/read/content/content.json", "answers/quiz.json", "media/film.mp4"]
)
def test_a_missing_file_is_named(opened: Open, name: str) -> None:
    files = course_files()
    del files[name]
    assert problems(opened(zipped(files))) == [name]


def test_an_answer_key_that_belongs_to_nothing_is_named(opened: Open) -> None:
    assert problems(opened(zipped({**course_files(), "answers/old.json": b"{}"}))) == ["answers/old.json"]


def test_a_file_that_the_content_names_must_be_there(opened: Open) -> None:
    files = changed(
        "activities/read/content/content.json", lambda one: one.update(l10n={"picture": {"path": "images/a.png", "mime": "image/png"}})
    )
    found = opened(zipped(files))
    assert isinstance(found, list)
    assert "images/a.png" in said(found[0])
    sound(opened(zipped({**files, "activities/read/content/images/a.png": b"png"})))


def test_addresses_outside_are_a_warning_and_links_are_not(opened: Open) -> None:
    def change(one: Any) -> None:
        one["pages"][0]["body"] = '<p><a href="https://example.org/">x</a><img src="https://example.org/a.png"></p>'

    package = sound(opened(zipped(changed("activities/read/content/content.json", change))))
    assert ["https://example.org/a.png" in said(warning) for warning in package.warnings] == [True]


def test_a_video_without_captions_is_a_warning(opened: Open) -> None:
    files = course_files()
    del files["media/film.zh.vtt"]
    assert [warning.path for warning in sound(opened(zipped(files))).warnings] == ["media/film.mp4"]


def test_a_length_that_its_author_left_out_is_read_from_the_video(opened: Open) -> None:
    files = changed("course.json", lambda one: one["modules"][0]["activities"][2].pop("media_seconds"))
    package = sound(opened(zipped({**files, "media/film.mp4": mp4(61.5)})))
    assert package.course.activities[2].media_seconds == 61.5


CHECKPOINTS = {
    "video": "video.webm",
    "duration": 60.0,
    "captions": [{"path": "zh.vtt", "language": "zh", "label": "中文"}],
    "checkpoints": [{"id": "k1", "at": 10, "question": "问", "options": ["甲", "乙"], "answer": 0}],
}


@pytest.mark.parametrize(
    ("change", "seconds", "path"),
    [
        ({}, 60, None),
        ({}, 60.9, None),
        ({}, 62, "activities/read/content/video.webm"),
        ({}, None, None),
        ({"video": "other.webm"}, 60, "activities/read/content/other.webm"),
        ({"captions": []}, 60, None),
        ({"captions": [{"path": "en.vtt", "language": "en", "label": "English"}]}, 60, "activities/read/content/en.vtt"),
        ({"checkpoints": [{**CHECKPOINTS["checkpoints"][0], "at": 60}]}, 60, "activities/read/content/content.json checkpoints[0].at"),  # type: ignore[index]
    ],
)
def test_a_video_with_checkpoints_is_whole(opened: Open, change: dict[str, Any], seconds: float | None, path: str | None) -> None:
    folder = "activities/read"
    files = {
        **course_files(),
        f"{folder}/h5p.json": text(folders.about("TH.CheckpointVideo")).encode(),
        f"{folder}/content/content.json": text({**CHECKPOINTS, **change}).encode(),
        f"{folder}/content/video.webm": webm(seconds),
        f"{folder}/content/zh.vtt": folders.VTT.encode(),
    }
    found = opened(zipped(files))
    assert (problems(found) if isinstance(found, list) else None) == (None if path is None else [path])


def test_a_folder_is_held_to_the_same_names(opened: Open, tmp_path: Path) -> None:
    folder = write(tmp_path / "source" / "folder", {**course_files(), "a.exe": b"x"})
    (folder / "link.txt").symlink_to("/etc/hostname")
    (folder / "linked").symlink_to("/etc")
    assert problems(open_package(folder)) == ["a.exe", "link.txt", "linked"]


def test_every_problem_of_every_activity_is_told_at_once(opened: Open) -> None:
    files = course_files()
    del files["media/film.mp4"], files["answers/quiz.json"]
    files["activities/read/content/content.json"] = b"{"
    assert set(problems(opened(zipped(files)))) == {"media/film.mp4", "answers/quiz.json", "activities/read/content/content.json"}
