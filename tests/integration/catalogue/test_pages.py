"""Can a trainer find, read and upload courses, and are the mistakes in a bad file explained?"""

import html
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from courses.samples import SAMPLES
from lms.accounts.models import Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue import contents, publish, room
from lms.catalogue.commands import course
from lms.catalogue.models import CourseVersion
from lms.catalogue.uploads import check
from lms.db import transaction
from lms.storage import storage
from tests.commands import json_of
from tests.factories import DrivenClock, signed_in
from tests.integration.catalogue.uploading import send, sign_in_as, zipped
from tests.site import FILM


@pytest.fixture
def trainer(app: Flask) -> FlaskClient:
    return sign_in_as(app, "trainer")


def versions(app: Flask) -> int:
    with app.app_context(), transaction() as session:
        return session.scalar(select(func.count()).select_from(CourseVersion)) or 0


def test_an_uploaded_course_is_on_its_page_with_what_each_activity_is_worth(app: Flask, trainer: FlaskClient) -> None:
    package = check(SAMPLES[0], own_hosts=True).package
    assert package is not None
    answer = send(trainer, zipped(SAMPLES[0]), "课程.ZIP")
    assert (answer.status_code, answer.location) == (302, f"/catalogue/courses/{package.course.code}?version=1")
    assert "已发布" in answer.text
    page = trainer.get(answer.location).text
    for activity in package.course.activities:
        assert activity.title.zh in page
        minutes, seconds = divmod(activity.worth_seconds, 60)
        assert (f"{minutes} 分 {seconds} 秒" if seconds else f"{minutes} 分钟") in page  # a film of 3:20 is not said to be worth 4 minutes
    assert package.course.title.zh in trainer.get("/catalogue/").text


def test_the_uploaded_file_comes_back_as_it_was_to_those_who_may_publish_the_course(app: Flask, trainer: FlaskClient) -> None:
    content = zipped(SAMPLES[0])
    page = trainer.get(send(trainer, content, "课程.zip").location).text
    (address,) = re.findall(r'href="([^"]+/source)"', page)
    answer = trainer.get(address)
    assert (answer.status_code, answer.data, answer.headers["X-Content-Type-Options"]) == (200, content, "nosniff")
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Disposition"].endswith("%E8%AF%BE%E7%A8%8B.zip")
    with app.app_context(), transaction() as session:
        add_person(session, "other", "人", ("trainer",), password=None, organisation=add_organisation(session, "x", "别处", "provider"))
    other = signed_in(app, "other")
    assert other.get(address).status_code == 404
    assert address not in other.get(address.replace("/1/source", "?version=1")).text


def test_what_the_check_advises_is_on_the_page_of_the_version_as_the_command_says_it(app: Flask, trainer: FlaskClient) -> None:
    said = json_of(app.test_cli_runner().invoke(course, ["import", str(FILM), "--json"]))
    assert len(said["warnings"]) == 1
    page = html.unescape(trainer.get(f"/catalogue/courses/{said['code']}", headers={"Accept-Language": "en"}).text)
    path, _, words = said["warnings"][0].partition(": ")
    assert f"<li><code>{path}</code>: {words}</li>" in page


def test_a_version_without_warnings_says_nothing_of_them(trainer: FlaskClient) -> None:
    assert "callout-warn" not in trainer.get(send(trainer, zipped(SAMPLES[0]), "a.zip").location).text


def test_the_same_file_again_changes_nothing(app: Flask, trainer: FlaskClient) -> None:
    for _ in range(2):
        assert send(trainer, zipped(SAMPLES[0]), "a.zip").status_code == 302
    assert versions(app) == 1


def test_a_bad_file_is_refused_with_its_problems_escaped_and_nothing_is_kept(app: Flask, trainer: FlaskClient) -> None:
    answer = send(trainer, b"this is not a zip", "a.zip")
    assert answer.status_code == 422
    assert "未能发布" in answer.text
    assert answer.text.count("<li>") >= 1
    assert versions(app) == 0


@pytest.mark.parametrize(("content", "name"), [(b"x", "a.exe"), (b"x", "zip"), (b"", "")])
def test_a_file_that_cannot_be_a_course_is_told_so_at_its_field(app: Flask, trainer: FlaskClient, content: bytes, name: str) -> None:
    answer = send(trainer, content, name)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_an_upload_without_the_form_s_token_is_refused(app: Flask, trainer: FlaskClient) -> None:
    answer = trainer.post("/catalogue/upload", data={"file": (io.BytesIO(zipped(SAMPLES[0])), "a.zip")})
    assert answer.status_code == 400
    assert versions(app) == 0


def test_an_upload_above_the_limit_is_refused_before_it_is_read(app: Flask, trainer: FlaskClient) -> None:
    claim = {"CONTENT_LENGTH": str(300 * 1024 * 1024), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = trainer.post("/catalogue/upload", environ_overrides=claim)
    assert answer.status_code == 413


@pytest.mark.parametrize(("role", "statuses"), [("teacher", (403, 403, 403)), ("office", (200, 404, 403))])
def test_the_catalogue_is_for_trainers_and_offices_look_into_it(app: Flask, role: str, statuses: tuple[int, ...]) -> None:
    client = sign_in_as(app, role)
    for address, status in zip(("/catalogue/", "/catalogue/courses/x", "/catalogue/upload"), statuses, strict=True):
        assert client.get(address).status_code == status


def test_a_course_or_version_that_is_not_there_is_not_found(app: Flask, trainer: FlaskClient) -> None:
    send(trainer, zipped(SAMPLES[0]), "a.zip")
    package = check(SAMPLES[0], own_hosts=True).package
    assert package is not None
    assert trainer.get("/catalogue/courses/nothing").status_code == 404
    assert trainer.get(f"/catalogue/courses/{package.course.code}?version=9").status_code == 404


def test_an_empty_catalogue_and_an_empty_search_say_what_to_do(app: Flask, trainer: FlaskClient) -> None:
    assert "还没有课程" in trainer.get("/catalogue/").text
    assert "没有找到" in trainer.get("/catalogue/?q=<b>").text
    assert "<b>" not in trainer.get("/catalogue/?q=<b>").text


def test_the_command_publishes_lists_and_refuses(app: Flask, clock: DrivenClock, tmp_path: Path) -> None:
    runner, bad = app.test_cli_runner(), tmp_path / "bad.zip"
    bad.write_bytes(b"this is not a zip")
    first = runner.invoke(course, ["import", str(SAMPLES[0]), "--json"])
    assert (first.exit_code, '"version": 1' in first.stdout, '"new": true' in first.stdout) == (0, True, True)
    clock.advance(1)
    assert "unchanged" in runner.invoke(course, ["import", str(SAMPLES[0])]).stdout
    refused = runner.invoke(course, ["import", str(bad)])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.strip()
    assert "version 1" in runner.invoke(course, ["list"]).stdout
    with app.app_context(), transaction() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_the_command_says_for_each_file_what_became_of_it(app: Flask, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"this is not a zip")
    done = app.test_cli_runner().invoke(course, ["import", str(SAMPLES[0]), str(bad), str(FILM), "--json"])
    assert done.exit_code == 2
    first, refused, film = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["path"] for one in (first, refused, film)] == [str(SAMPLES[0]), str(bad), str(FILM)]
    assert ("code" in refused, len(refused["problems"])) == (False, 1)
    assert done.stderr.startswith(f"{bad}: ")
    assert [(one["format"], one["minutes"]) for one in film["activities"]] == [("video", 1)]
    assert (len(film["warnings"]), film["problems"], first["problems"]) == (1, [], [])
    assert versions(app) == 2


def test_course_files_of_an_organisation_have_a_quota_and_nothing_of_a_refused_upload_is_kept(
    app: Flask, trainer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = (check(folder, own_hosts=True).package for folder in SAMPLES[:2])
    assert small is not None
    assert large is not None
    with app.app_context(), transaction() as session:
        publish.publish(session, storage(), large, session.scalars(select(Person)).one(), datetime.now(UTC))

    zipped_too = zipped(SAMPLES[0])  # the uploaded file is kept, too

    def upload(megabyte: int, content: bytes = b"") -> TestResponse:
        monkeypatch.setattr(room, "MEGABYTE", megabyte)
        answer: TestResponse = send(trainer, content or zipped_too, "a.zip")
        return answer

    app.extensions["settings"] = replace(app.extensions["settings"], organisation_courses_mb=1)
    most = sum((contents.contents_of(large) | contents.contents_of(small)).values()) + len(zipped_too)
    refused = upload(most - 1)
    assert refused.status_code == 422
    assert "课程未发布" in refused.text
    assert versions(app) == 1
    assert contents.read(app.extensions["storage"], small.sha256, min(small.files)) is None
    assert upload(most).status_code == 302
    assert upload(most).status_code == 302, "the same file again takes no room"
    at_once = upload(most, zipped(SAMPLES[2]))
    assert at_once.status_code == 413, "a file for which there is no room is not even received"
    assert "课程未发布" in at_once.text
