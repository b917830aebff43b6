"""Do browsers keep our own styles and scripts, under addresses that change with them, and does a course page stay small?"""

import re
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.web.own_files import named_by, version_of
from tests.factories import CONTENT_URL, World, signed_in

KEPT = "public, max-age=31536000, immutable"
IMPORTED = re.compile(r'(?:from|import) ?\(?"(\.[^"]+)"')


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Files are the same with every database."""
    return sqlite_url


@pytest.fixture
def teacher(world: World) -> FlaskClient:
    return signed_in(world.app, "teacher")


def addresses_in(page: str) -> list[str]:
    return sorted(set(re.findall(r'(?:src|href)="(/static/[^"#]*)', page)))


def fetched(visitor: FlaskClient, page: str) -> dict[str, Any]:
    """Return what a browser gets for a page: its files, and the scripts that they import."""
    answers: dict[str, Any] = {}
    wanted = addresses_in(page)
    while wanted:
        address = wanted.pop()
        if address not in answers:
            answers[address] = visitor.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True)
            plain = visitor.get(address, buffered=True)
            found = IMPORTED.findall(plain.text) if address.endswith(".js") else []
            wanted += [normpath(f"{dirname(address)}/{one}") for one in found]
    return answers


def test_a_browser_keeps_every_file_of_a_page_and_asks_no_more(world: World, teacher: FlaskClient) -> None:
    page = teacher.get(f"/learn/{world.enrolment_id}/{world.course_version_id}/reading", buffered=True).text
    answers = fetched(teacher, page)
    assert len(answers) > 15
    assert {address: (one.status_code, one.headers["Cache-Control"]) for address, one in answers.items()} == dict.fromkeys(
        answers, (200, KEPT)
    )


def test_files_of_another_version_are_today_s_and_are_asked_for_again(teacher: FlaskClient) -> None:
    """During an upgrade a page of one version asks a process of another one."""
    newest = teacher.get("/static/js/ui.js", buffered=True)
    older = teacher.get(f"/static/v-{'0' * 16}/js/ui.js", buffered=True)
    assert older.data == newest.data
    assert {one.headers["Cache-Control"] for one in (newest, older)} == {"public, no-cache"}
    again = teacher.get(f"/static/v-{'0' * 16}/js/ui.js", headers={"If-None-Match": older.headers["ETag"]}, buffered=True)
    assert again.status_code == 304
    assert teacher.get(f"/static/v-{'0' * 16}/js/none.js").status_code == 404


def test_the_version_changes_with_every_byte_and_every_name(tmp_path: Path) -> None:
    def made(name: str, files: dict[str, str]) -> str:
        for path, text in files.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return version_of(tmp_path / name)

    first = made("a", {"js/a.js": "1", "b.css": "2"})
    assert made("b", {"js/a.js": "1", "b.css": "2"}) == first
    assert len({first, made("c", {"js/a.js": "1", "b.css": "3"}), made("d", {"js/b.js": "1", "b.css": "2"})}) == 3
    assert named_by(f"{first}/js/a.js", first) == ("js/a.js", KEPT)
    assert named_by("js/v-1/a.js", first) == ("js/v-1/a.js", "public, no-cache")


def test_files_of_the_players_are_kept_too(world: World) -> None:
    visitor = world.app.test_client()
    frame = visitor.get(f"/frame/h5p/{'a' * 64}/activities/reading", base_url=CONTENT_URL).text
    scripts = re.findall(f'src="{CONTENT_URL}(/player/[^"]+)"', frame)
    assert len(scripts) > 5
    for address in scripts:
        answer = visitor.get(address, base_url=CONTENT_URL)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, KEPT)
    assert visitor.get("/player/frame.js", base_url=CONTENT_URL).headers["Cache-Control"] == "public, no-cache"


def test_the_phone_s_script_keeps_the_files_that_its_page_names(teacher: FlaskClient) -> None:
    script = teacher.get("/here/worker.js", buffered=True)
    assert script.headers["Cache-Control"] == "no-cache"
    kept = set(re.findall(r'"(/static/[^"]+)"', script.text))
    needed = {one for one in addresses_in(teacher.get("/here/kept").text) if not one.endswith(("print.css", "favicon.svg"))}
    assert needed <= kept
    assert {teacher.get(one, buffered=True).headers["Cache-Control"] for one in kept} == {KEPT}


@pytest.mark.parametrize("place", ["/courses/{0}/{1}", "/learn/{0}/{1}/reading"])
def test_a_course_page_and_its_files_take_less_than_100_kb(world: World, teacher: FlaskClient, place: str) -> None:
    shown = teacher.get(place.format(world.enrolment_id, world.course_version_id), headers={"Accept-Encoding": "gzip"}, buffered=True)
    plain = teacher.get(place.format(world.enrolment_id, world.course_version_id), buffered=True)
    answers = fetched(teacher, plain.text)
    weight = len(shown.data) + sum(len(one.data) for one in answers.values())
    assert 20_000 < weight < 100_000
