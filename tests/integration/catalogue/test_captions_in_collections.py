"""Do captions that lie beside a film in a ZIP or folder go with the film, and is somebody told about captions without a film?"""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from courses.collection import open_collection
from courses.package import Package, open_package
from lms.catalogue.commands import course
from tests.integration.catalogue.uploading import send, sign_in_as
from tests.site import FILM

CAPTIONS = b"WEBVTT\n\n00:01.000 --> 00:03.000\nFrom the door\n"
FILES = {
    "第一周/开场.webm": FILM.read_bytes(),
    "第一周/开场.zh.vtt": CAPTIONS,
    "第一周/开场.EN.vtt": CAPTIONS + b"\n00:04.000 --> 00:05.000\nTo the board\n",
    "第二周/无字幕.webm": FILM.read_bytes(),
    "第二周/没有片子.zh.vtt": CAPTIONS,
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite alone."""
    return sqlite_url


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def laid(files: dict[str, bytes], folder: Path, *, as_folder: bool) -> Path:
    if not as_folder:
        (folder / "resources.zip").write_bytes(packed(files))
        return folder / "resources.zip"
    for name, content in files.items():
        path = folder / "resources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / "resources"


@pytest.mark.parametrize("as_folder", [False, True])
def test_a_film_of_a_collection_takes_the_captions_beside_it_along(tmp_path: Path, as_folder: bool) -> None:
    found = open_collection(laid(FILES, tmp_path, as_folder=as_folder), tmp_path)
    assert isinstance(found, dict)
    assert list(found) == ["第一周/开场.zip", "第二周/无字幕.webm", "第二周/没有片子.zh.vtt"]
    package = open_package(found["第一周/开场.zip"])
    assert isinstance(package, Package), package
    assert package.course.title.zh == "开场"
    assert package.warnings == ()
    assert sorted(package.files) == ["media/video.en.vtt", "media/video.webm", "media/video.zh.vtt"]
    assert Path(str(package.files["media/video.zh.vtt"])).read_bytes() == CAPTIONS
    (activity,) = package.course.activities
    assert (activity.format, dict(activity.requires)) == ("video", {"coverage": 0.9})


def test_an_archive_of_a_film_and_its_captions_is_a_course_by_itself(tmp_path: Path) -> None:
    (tmp_path / "开场.zip").write_bytes(packed({"开场.webm": FILM.read_bytes(), "开场.zh.vtt": CAPTIONS}))
    package = open_package(tmp_path / "开场.zip")
    assert isinstance(package, Package), package
    assert sorted(package.files) == ["media/video.webm", "media/video.zh.vtt"]


def test_captions_that_a_browser_would_not_show_are_refused_with_the_film(tmp_path: Path) -> None:
    (tmp_path / "开场.zip").write_bytes(packed({"开场.webm": FILM.read_bytes(), "开场.zh.vtt": b"1\n00:01,000 --> 00:02,000\nx\n"}))
    problems = open_package(tmp_path / "开场.zip")
    assert isinstance(problems, list)
    assert [(one.code, one.path) for one in problems] == [("no-vtt", "media/video.zh.vtt")]


def test_an_archive_for_a_film_does_not_take_the_name_of_another_file(tmp_path: Path) -> None:
    files = {"a.webm": FILM.read_bytes(), "a.zh.vtt": CAPTIONS, "a.zip": b"PK\x05\x06" + bytes(18)}
    found = open_collection(laid(files, tmp_path, as_folder=True), tmp_path)
    assert isinstance(found, dict)
    assert sorted(found) == ["a-.zip", "a.zip"]


def test_captions_without_a_film_get_a_sentence_of_their_own(app: Flask, tmp_path: Path) -> None:
    trainer = sign_in_as(app, "trainer")
    send(trainer, packed(FILES), "资源.zip")
    page = trainer.get("/catalogue/upload").text
    assert len(re.findall('data-state="published"', page)) == 2
    assert len(re.findall('data-state="refused"', page)) == 1
    assert "旁边没有影片" in page
    done = app.test_cli_runner().invoke(course, ["import", str(laid(FILES, tmp_path, as_folder=False)), "--json"])
    lines = {one["path"].rpartition("/")[2]: one for one in map(json.loads, done.stdout.splitlines())}
    assert done.exit_code == 2
    assert "there is no film beside it" in lines["没有片子.zh.vtt"]["problems"][0]
    assert lines["开场.zip"]["warnings"] == []
