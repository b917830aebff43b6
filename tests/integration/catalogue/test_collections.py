"""Does each file of a ZIP or folder of resources get a result of its own, on the page and from the command?"""

import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses.collection import MOST, files_of_collection, open_collection
from courses.samples import SAMPLES
from lms.catalogue.commands import course
from lms.catalogue.models import CourseVersion, Upload
from lms.db import transaction
from tests.integration.catalogue.uploading import send, sign_in_as, zipped
from tests.site import FILM

PDF = SAMPLES[2] / "documents" / "first-week-check.pdf"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite alone."""
    return sqlite_url


def packed(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def resources() -> dict[str, bytes]:
    return {
        "第一周__检查表.pdf": PDF.read_bytes(),
        "短片.webm": FILM.read_bytes(),
        "课程.zip": zipped(SAMPLES[0]),
        "说明.docx": b"PK not a course",
        ".DS_Store": b"x",
    }


def test_each_file_of_an_uploaded_zip_has_its_own_card(app: Flask) -> None:
    trainer = sign_in_as(app, "trainer")
    outcome = send(trainer, packed(**resources()), "资源.zip")
    assert "4 个文件" in outcome.text
    page = trainer.get("/catalogue/upload").text
    assert len(re.findall('data-state="published"', page)) == 3
    assert len(re.findall('data-state="refused"', page)) == 1
    assert len(re.findall("来自 资源.zip", page)) == 4
    for said in ("检查表", "短片", "文档", "视频", "最多"):
        assert said in page
    with app.app_context(), transaction() as session:
        assert session.scalar(select(func.count()).select_from(CourseVersion)) == 3
        assert session.scalar(select(func.count()).where(Upload.ended_at.is_(None))) == 0
    store = app.extensions["storage"]
    assert store.folder is not None
    assert not (store.folder / "uploads").exists() or not [one for one in (store.folder / "uploads").rglob("*") if one.is_file()]


def test_a_collection_inside_a_collection_is_not_taken_apart(app: Flask) -> None:
    trainer = sign_in_as(app, "trainer")
    inner = packed(**{"a.pdf": PDF.read_bytes(), "b.pdf": PDF.read_bytes() + b"\n"})
    send(trainer, packed(**{"inner.zip": inner, "c.pdf": PDF.read_bytes()}), "outer.zip")
    page = trainer.get("/catalogue/upload").text
    assert (len(re.findall('data-state="published"', page)), len(re.findall('data-state="refused"', page))) == (1, 1)


@pytest.mark.parametrize("as_folder", [False, True])
def test_the_command_says_for_each_file_of_a_collection_what_became_of_it(app: Flask, tmp_path: Path, as_folder: bool) -> None:
    path = tmp_path / "resources.zip"
    path.write_bytes(packed(**resources()))
    if as_folder:
        shutil.unpack_archive(path, tmp_path / "resources")
        path = tmp_path / "resources"
    done = app.test_cli_runner().invoke(course, ["import", str(path), "--json"])
    assert done.exit_code == 2, done.output
    found = {one["path"].removeprefix(f"{path}/"): one for one in map(json.loads, done.stdout.splitlines())}
    assert set(found) == {"第一周/检查表.pdf", "短片.webm", "课程.zip", "说明.docx"}
    assert [found[name]["activities"][0]["format"] for name in ("第一周/检查表.pdf", "短片.webm")] == ["document", "video"]
    assert len(found["说明.docx"]["problems"]) == 1
    assert found["第一周/检查表.pdf"]["activities"][0]["minutes"] > 0
    assert f"{path}/说明.docx: " in done.stderr


@pytest.mark.parametrize(
    "names",
    [
        ["course.json", "a.pdf"],
        ["x/course.json", "a.pdf"],
        ["h5p.json", "a.png"],
        ["index.html", "a.mp4"],
        ["imsmanifest.xml", "a.mp4"],
        ["a.docx"],
        ["__MACOSX/a.pdf"],
        [],
    ],
)
def test_one_package_or_nothing_usable_is_not_a_collection(names: list[str]) -> None:
    assert files_of_collection(names) == []


def test_a_hostile_or_huge_collection_is_refused_as_a_whole(tmp_path: Path) -> None:
    for files in ({"../a.pdf": b"x", "b.pdf": b"y"}, {f"{number}.pdf": b"x" for number in range(MOST + 1)}, {"a.pdf": b"0" * 9_000_000}):
        path = tmp_path / "bad.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        assert isinstance(open_collection(path, tmp_path), list), list(files)[:2]
