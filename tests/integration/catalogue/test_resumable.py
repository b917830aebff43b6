"""Does a file arrive in parts over a line that breaks, as the tus protocol says, and is it then checked and published?"""

import base64
import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from courses.samples import SAMPLES
from lms.accounts.models import Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue import receiving
from lms.catalogue.models import CourseVersion, Upload
from lms.catalogue.tasks import tidy_uploads
from lms.db import transaction
from lms.jobs import queue
from lms.jobs.models import Job
from lms.privacy.erasure.commands import erase_whole
from lms.storage import Storage
from tests.access import form_token
from tests.factories import DrivenClock, signed_in
from tests.integration.catalogue.uploading import outcome_of, run_jobs, sign_in_as, zipped

COURSE = zipped(SAMPLES[0])


@pytest.fixture
def trainer(app: Flask) -> FlaskClient:
    return sign_in_as(app, "trainer")


class Tus:
    """A client that sends one file in parts."""

    def __init__(self, client: FlaskClient, name: str = "课程.zip", size: int = len(COURSE)) -> None:
        self.client, self.headers = client, {"Tus-Resumable": "1.0.0", "X-CSRFToken": form_token(client), "Accept": "application/json"}
        announced = {"Upload-Length": str(size), "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}"}
        self.answer = client.post("/catalogue/tus", headers={**self.headers, **announced})
        self.address = self.answer.headers.get("Location", "")
        self.id = self.address.rpartition("/")[2]

    def part(self, offset: int, content: bytes, **more: str) -> TestResponse:
        headers = {**self.headers, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream", **more}
        answer: TestResponse = self.client.patch(self.address, headers=headers, data=content)
        return answer

    def offset(self) -> int:
        return int(self.client.head(self.address, headers=self.headers).headers["Upload-Offset"])


def test_the_name_of_an_upload_cannot_turn_the_text_around_it(app: Flask, trainer: FlaskClient) -> None:
    sent = Tus(trainer, "photo\u202egpj.zip")
    with app.app_context(), transaction() as reading:
        assert reading.get_one(Upload, sent.id).name == "photogpj.zip"


def parts(app: Flask) -> list[str]:
    files: Storage = app.extensions["storage"]
    assert files.folder is not None
    return sorted(one.name for one in (files.folder / "uploads").rglob("*") if one.is_file())


def count(app: Flask, model: type[Upload] | type[CourseVersion]) -> int:
    with app.app_context(), transaction() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_file_in_parts_becomes_a_course_and_its_parts_are_gone(app: Flask, trainer: FlaskClient) -> None:
    tus = Tus(trainer)
    assert (tus.answer.status_code, tus.answer.headers["Tus-Resumable"], tus.offset()) == (201, "1.0.0", 0)
    half = len(COURSE) // 2
    assert tus.part(0, COURSE[:half]).headers["Upload-Offset"] == str(half)
    assert tus.offset() == half
    assert "未传完" in trainer.get("/catalogue/upload").text
    assert tus.part(half, COURSE[half:]).status_code == 204
    assert count(app, CourseVersion) == 0
    assert 'data-state="working"' in outcome_of(trainer, tus.id).text
    run_jobs(app)
    assert outcome_of(trainer, tus.id).location.startswith("/catalogue/courses/")
    assert trainer.get(outcome_of(trainer, tus.id).location.partition("?")[0] + "/1/source").data == COURSE
    assert parts(app) == []


def test_what_came_before_the_line_broke_is_kept(app: Flask, trainer: FlaskClient) -> None:
    class Breaking(io.RawIOBase):
        def __init__(self) -> None:
            self.left = COURSE[:700]

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            if not self.left:
                raise ConnectionAbortedError
            piece, self.left = self.left[:500], self.left[500:]
            buffer[: len(piece)] = piece
            return len(piece)

    tus = Tus(trainer)
    environ = {"wsgi.input": Breaking(), "CONTENT_LENGTH": str(len(COURSE))}
    headers = {**tus.headers, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    trainer.patch(tus.address, headers=headers, environ_overrides=environ)
    assert tus.offset() == 700
    assert tus.part(700, COURSE[700:]).status_code == 204
    run_jobs(app)
    assert outcome_of(trainer, tus.id).status_code == 302


def test_a_part_at_another_offset_changes_nothing(trainer: FlaskClient) -> None:
    tus = Tus(trainer)
    tus.part(0, COURSE[:100])
    for offset in (0, 99, 101):
        assert tus.part(offset, b"x" * 50).status_code == 409
    assert tus.offset() == 100


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"x" * (len(COURSE) + 1), {}, 413),
        (b"x", {"Upload-Offset": "-1"}, 400),
        (b"x", {"Upload-Offset": "1" * 400}, 400),
        (b"x", {"Content-Type": "text/plain"}, 400),
        (b"x", {"Upload-Checksum": f"sha1 {base64.b64encode(hashlib.sha1(b'y', usedforsecurity=False).digest()).decode()}"}, 460),
        (b"x", {"X-CSRFToken": "x"}, 400),
    ],
)
def test_a_part_that_cannot_be_taken_changes_nothing(trainer: FlaskClient, content: bytes, headers: Mapping[str, str], status: int) -> None:
    tus = Tus(trainer)
    assert tus.part(0, content, **headers).status_code == status
    assert tus.offset() == 0


def test_a_part_with_its_checksum_is_taken(trainer: FlaskClient) -> None:
    said = base64.b64encode(hashlib.sha256(COURSE[:9]).digest()).decode()
    assert Tus(trainer).part(0, COURSE[:9], **{"Upload-Checksum": f"sha256 {said}"}).status_code == 204


@pytest.mark.parametrize(("name", "size"), [("a.exe", 9), ("film.mov", 9), ("a.zip", 0), ("a.zip", 2_000_000_001)])
def test_a_file_that_cannot_become_a_course_is_refused_before_it_is_sent(app: Flask, trainer: FlaskClient, name: str, size: int) -> None:
    answer = Tus(trainer, name, size).answer
    assert answer.status_code in {400, 413}
    assert answer.json is not None
    assert answer.json["detail"]
    assert count(app, Upload) == 0


def test_announced_files_count_against_the_room_of_the_organisation(app: Flask, trainer: FlaskClient) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], organisation_courses_mb=1)
    assert Tus(trainer, size=600_000).answer.status_code == 201
    assert Tus(trainer, size=600_000).answer.status_code == 413
    assert Tus(trainer, size=300_000).answer.status_code == 201


def test_nobody_else_sees_continues_or_removes_an_upload(app: Flask, trainer: FlaskClient) -> None:
    tus = Tus(trainer)
    tus.part(0, COURSE[:10])
    with app.app_context(), transaction() as session:
        add_person(session, "other", "人", ("trainer",), password=None, organisation=add_organisation(session, "x", "别处", "provider"))
    other = signed_in(app, "other")
    headers = {**tus.headers, "X-CSRFToken": form_token(other)}
    assert other.head(tus.address, headers=headers).status_code == 404
    assert other.get(f"/catalogue/uploads/{tus.id}").status_code == 404
    more = {"Upload-Offset": "10", "Content-Type": "application/offset+octet-stream"}
    assert other.patch(tus.address, headers={**headers, **more}, data=b"x").status_code == 404
    assert other.delete(tus.address, headers=headers).status_code == 404
    assert other.post(f"/catalogue/uploads/{tus.id}/discard", headers=headers).status_code == 404
    assert "课程.zip" not in other.get("/catalogue/upload").text
    assert tus.offset() == 10


def test_a_discarded_upload_is_gone_with_its_bytes(app: Flask, trainer: FlaskClient) -> None:
    tus = Tus(trainer)
    tus.part(0, COURSE[:10])
    assert parts(app)
    assert trainer.delete(tus.address, headers=tus.headers).status_code == 204
    assert (trainer.head(tus.address, headers=tus.headers).status_code, parts(app), count(app, Upload)) == (404, [], 0)


def test_an_unfinished_upload_expires_and_an_outcome_is_shown_for_a_week(app: Flask, trainer: FlaskClient, clock: DrivenClock) -> None:
    def tidied() -> int:
        with app.app_context():
            tidy_uploads.run()
        return count(app, Upload)

    done, tus = Tus(trainer), Tus(trainer)
    done.part(0, COURSE)
    run_jobs(app)
    tus.part(0, COURSE[:10])
    clock.advance((receiving.EXPIRE - timedelta(minutes=1)).total_seconds())
    assert (tidied(), len(parts(app))) == (2, 1)
    clock.advance(120)
    assert (tidied(), parts(app)) == (1, [])
    assert outcome_of(trainer, done.id).status_code == 302
    clock.advance(receiving.KEPT.total_seconds())
    assert (tidied(), count(app, CourseVersion)) == (0, 1)


def test_a_worker_that_dies_in_the_middle_leaves_nothing_half_published(
    app: Flask, trainer: FlaskClient, clock: DrivenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_args: object, **_named: object) -> None:
        raise Killed

    tus = Tus(trainer)
    tus.part(0, COURSE)
    for place in ("lms.catalogue.contents.put_listing", "lms.catalogue.site_library.collect", "lms.jobs.queue.advance"):
        with monkeypatch.context() as patched:
            patched.setattr(place, die)
            with pytest.raises(Killed):
                run_jobs(app)
        assert count(app, CourseVersion) == (1 if place.endswith("advance") else 0)
        with app.app_context(), transaction() as session:
            session.scalars(select(Job)).one().tries = 0
        clock.advance(queue.LEASE_TIMEOUT.total_seconds() + 1)
    run_jobs(app)
    assert (count(app, CourseVersion), outcome_of(trainer, tus.id).status_code, parts(app)) == (1, 302, [])


def test_a_cancelled_upload_is_not_published(app: Flask, trainer: FlaskClient) -> None:
    waiting = Tus(trainer)
    waiting.part(0, COURSE)
    trainer.post(f"/catalogue/uploads/{waiting.id}/discard", headers=waiting.headers)
    run_jobs(app)
    assert "已取消" in outcome_of(trainer, waiting.id).text
    assert count(app, CourseVersion) == 0
    trainer.post(f"/catalogue/uploads/{waiting.id}/discard", headers=waiting.headers)
    assert (count(app, Upload), parts(app)) == (0, [])


def test_cancelling_stops_the_work_in_its_middle(app: Flask, trainer: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tus = Tus(trainer)
    tus.part(0, COURSE)

    def cancelled(*_args: object, **_named: object) -> None:
        with transaction() as session:
            session.scalars(select(Job)).one().cancel_asked = True

    monkeypatch.setattr("lms.jobs.tasks.REPORT_SECONDS", 0)
    monkeypatch.setattr("lms.catalogue.room.check_room", cancelled)
    run_jobs(app)
    assert "已取消" in outcome_of(trainer, tus.id).text
    assert count(app, CourseVersion) == 0


def test_a_trainer_who_may_not_publish_any_more_is_refused_by_the_worker(app: Flask, trainer: FlaskClient) -> None:
    tus = Tus(trainer)
    tus.part(0, COURSE)
    with app.app_context(), transaction() as session:
        session.scalars(select(Person)).one().role_names = "teacher"
    run_jobs(app)
    assert count(app, CourseVersion) == 0
    with app.app_context(), transaction() as session:
        assert session.get_one(Upload, tus.id).refusal


@pytest.mark.usefixtures("guarded")
def test_an_erased_trainer_leaves_no_upload(app: Flask, trainer: FlaskClient) -> None:
    Tus(trainer).part(0, COURSE[:10])
    done = Tus(trainer)
    done.part(0, COURSE)
    run_jobs(app)
    with app.app_context():
        with transaction() as session:
            number = session.scalars(select(Person.id)).one()
        erase_whole(number, None)
    assert (count(app, Upload), parts(app), count(app, CourseVersion)) == (0, [], 1)
