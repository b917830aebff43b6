"""Does a trainer make, save, check, publish, compare and export a course from the pages alone?"""

import base64
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.package import open_package
from courses.samples import SAMPLES
from courses.strict_json.canonical import digest_of
from lms.accounts.models import TRAINER, Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import publish
from lms.catalogue.uploads import check
from lms.db import database, transaction
from lms.jobs.models import Job
from lms.storage import storage
from lms.workshop.models import Draft
from tests.access import form_token
from tests.factories import BEGIN, signed_in
from tests.integration.catalogue.uploading import run_jobs, zipped

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30


@pytest.fixture
def maker(app: Flask) -> FlaskClient:
    with app.app_context(), transaction() as session:
        organisation = add_organisation(session, "p", "承训单位", "provider")
        for name in ("maker", "helper"):
            add_person(session, name, "课程师", (TRAINER,), password=None, organisation=organisation)
    return signed_in(app, "maker")


def post(client: FlaskClient, path: str, **sent: Any) -> TestResponse:
    return client.post(path, headers={"X-CSRFToken": form_token(client), **sent.pop("headers", {})}, **sent)


@pytest.fixture
def place(maker: FlaskClient) -> str:
    """The address of a new draft."""
    location: str = post(maker, "/workshop/drafts").location
    return location


def step(of: str, field: str, was: Any, to: Any, key: str = "") -> dict[str, Any]:
    return {"do": "set", "of": of, "key": key, "field": field, "was": was, "to": to}


TOKENS = iter(range(10**6))


def save(client: FlaskClient, place: str, *steps: dict[str, Any], token: str = "") -> Any:
    answer = post(client, f"{place}/changes", json={"token": token or f"token-{next(TOKENS):06}", "steps": list(steps)})
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def send_file(client: FlaskClient, tus: str, name: str, content: bytes) -> str:
    """Send a file as the page does, let the worker take it, and return its card."""
    about = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(content)),
        "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}",
    }
    location = post(client, tus, headers=about).headers["Location"]
    part = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "X-CSRFToken": form_token(client),
    }
    assert client.patch(location, headers=part, data=content).status_code == 204
    run_jobs(client.application)
    place = tus.partition("/activities/")[0].removesuffix("/tus")
    return client.get(f"{place}/uploads/{location.rpartition('/')[2]}").text


def rows(app: Flask, asked: Any) -> list[Any]:
    with app.app_context(), database().reader() as session:
        return list(session.scalars(asked).all())


def draft_of(app: Flask) -> Draft:
    with app.app_context(), database().reader() as session:
        found = session.scalars(select(Draft).order_by(Draft.id.desc())).first()
        assert found is not None
        _ = found.document
        return found


def keys_of(app: Flask) -> list[str]:
    return [one["key"] for module in draft_of(app).document["modules"] for one in module["activities"]]


def test_a_course_is_made_of_files_and_published(app: Flask, maker: FlaskClient, place: str) -> None:
    assert 'data-state="added"' in send_file(maker, f"{place}/tus", "板书.png", PNG)
    [key] = keys_of(app)
    answer = save(maker, place, step("course", "title.zh", "", "板书设计"), step("activity", "minutes", 2, 3, key))
    assert (answer["faults"], answer["conflicts"], answer["title"]) == ([], [], "板书设计")
    assert answer["lines"][key]["minutes"] == 3
    post(maker, f"{place}/publish", data={"over": 0})
    run_jobs(app)
    assert "第 1 版" in maker.get(f"{place}/review").text
    [version] = rows(app, select(CourseVersion))
    assert (version.title_zh, version.minutes) == ("板书设计", 3)


def test_a_draft_with_problems_is_not_published_and_each_problem_stands_at_its_field(app: Flask, maker: FlaskClient, place: str) -> None:
    send_file(maker, f"{place}/tus", "板书.png", PNG)
    [key] = keys_of(app)
    faults = save(maker, place, step("activity", "minutes", 2, None, key))["faults"]
    assert {one["id"] for one in faults} == {"course-title-zh", f"activity-{key}-minutes"}
    post(maker, f"{place}/publish", data={"over": 0})
    run_jobs(app)
    assert rows(app, select(CourseVersion)) == []


def test_a_file_that_is_refused_is_explained_and_changes_nothing(app: Flask, maker: FlaskClient, place: str) -> None:
    card = send_file(maker, f"{place}/tus", "坏.pdf", b"%PDF-1.7 broken")
    assert "PDF" in card
    assert 'data-state="refused"' in card
    assert keys_of(app) == []


def test_another_file_replaces_the_content_of_an_activity(app: Flask, maker: FlaskClient, place: str) -> None:
    send_file(maker, f"{place}/tus", "板书.png", PNG)
    [key] = keys_of(app)
    send_file(maker, f"{place}/activities/{key}/tus", "新板书.png", PNG + b"1")
    assert keys_of(app) == [key]
    assert "新板书.png" in maker.get(f"{place}/activities/{key}").text


def test_two_trainers_at_once_lose_nothing(app: Flask, maker: FlaskClient, place: str) -> None:
    helper = signed_in(app, "helper")
    save(maker, place, step("course", "title.zh", "", "我的"))
    answer = save(helper, place, step("course", "title.zh", "", "他的"), step("course", "title.en", "", "Theirs"))
    [conflict] = answer["conflicts"]
    assert (conflict["theirs"], conflict["mine"], conflict["id"]) == ("我的", "他的", "course-title-zh")
    assert draft_of(app).document["title"] == {"zh": "我的", "en": "Theirs"}
    assert save(helper, place, step("course", "title.zh", "我的", "他的"))["conflicts"] == []


def test_undo_and_redo_answer_with_the_values_of_the_fields(maker: FlaskClient, place: str) -> None:
    save(maker, place, step("course", "title.zh", "", "一"))
    undone = post(maker, f"{place}/undo", json={}).get_json()
    assert undone["values"] == [{"of": "course", "key": "", "field": "title.zh", "value": ""}]
    assert (undone["undo"], undone["redo"]) == (False, True)
    assert post(maker, f"{place}/redo", json={}).get_json()["values"][0]["value"] == "一"


@pytest.mark.parametrize(
    "bad",
    [
        step("course", "modules", "", "x"),
        step("activity", "files", "", "0" * 64, "x"),
        step("course", "title.zh", "", "长" * 201),
        step("course", "code", "", "A B"),
        {"do": "insert", "of": "activity", "key": "x"},
        {"do": "remove", "of": "course"},
        step("activity", "gate", "", "coverage=7", "x"),
        step("activity", "minutes", 1, -1, "x"),
    ],
)
def test_what_the_page_never_sends_is_refused(app: Flask, maker: FlaskClient, place: str, bad: dict[str, Any]) -> None:
    before = draft_of(app).document
    assert post(maker, f"{place}/changes", json={"token": "token-bad", "steps": [bad]}).status_code == 400
    assert draft_of(app).document == before


@pytest.fixture
def published(app: Flask, maker: FlaskClient) -> CourseVersion:
    """A sample course that the maker's organisation has published."""
    with app.app_context(), transaction() as session:
        return publish_sample(session, SAMPLES[0])


def publish_sample(session: Session, folder: Path) -> CourseVersion:

    package = check(folder, own_hosts=True).package
    assert package is not None
    by = session.scalars(select(Person).where(Person.username == "maker")).one()
    return publish(session, storage(), package, by, BEGIN)


def exported(app: Flask, client: FlaskClient, path: str, folder: Path) -> Path:
    """Export, and return the package as it is downloaded."""
    post(client, path)
    run_jobs(app)
    [job] = rows(app, select(Job).where(Job.kind == "export-course"))
    target = folder / "exported.zip"
    target.write_bytes(client.get(f"/jobs/{job.id}/download").data)
    return target


def test_an_exported_course_imports_again_as_the_same_version(
    app: Flask, maker: FlaskClient, published: CourseVersion, tmp_path: Path
) -> None:
    code = published.document["code"]
    package = open_package(exported(app, maker, f"/catalogue/courses/{code}/versions/1/export", tmp_path))
    assert not isinstance(package, list), package
    assert (digest_of(package.outline), package.sha256) == (published.document_sha256, published.package_sha256)
    with app.app_context(), transaction() as session:
        again = publish(session, storage(), package, None, BEGIN)
        assert again.id == published.id


def test_a_draft_of_a_published_version_is_published_as_the_next_one(app: Flask, maker: FlaskClient, published: CourseVersion) -> None:
    code = published.document["code"]
    place = post(maker, f"/catalogue/courses/{code}/versions/1/draft").location
    title = published.document["title"]["zh"]
    save(maker, place, step("course", "title.zh", title, "改过的标题"))
    assert "改过的标题" in maker.get(f"{place}/review").text
    post(maker, f"{place}/publish", data={"over": 1})
    run_jobs(app)
    versions = rows(app, select(CourseVersion).order_by(CourseVersion.number))
    assert [one.number for one in versions] == [1, 2]
    assert versions[0].package_sha256 == versions[1].package_sha256
    page = maker.get(f"/catalogue/courses/{code}/compare").text
    assert title in page
    assert "改过的标题" in page


def test_a_draft_is_not_published_over_a_version_that_its_trainer_has_not_seen(
    app: Flask, maker: FlaskClient, published: CourseVersion
) -> None:
    code = published.document["code"]
    first, second = (post(maker, f"/catalogue/courses/{code}/versions/1/draft").location for _ in range(2))
    for place, text in ((first, "甲"), (second, "乙")):
        save(maker, place, step("course", "title.zh", published.document["title"]["zh"], text))
        post(maker, f"{place}/publish", data={"over": 1})
        run_jobs(app)
    assert [one.title_zh for one in rows(app, select(CourseVersion).order_by(CourseVersion.number))] == [published.title_zh, "甲"]
    assert "第 2 版" in maker.get(f"{second}/review").text


def test_a_course_package_adds_all_its_activities_and_their_answers(app: Flask, maker: FlaskClient, place: str) -> None:
    assert 'data-state="added"' in send_file(maker, f"{place}/tus", "伦理.zip", zipped(SAMPLES[0]))
    package = open_package(SAMPLES[0])
    assert not isinstance(package, list)
    assert len(keys_of(app)) == len(package.course.activities)
    save(maker, place, step("course", "title.zh", "", "合并的课程"))
    post(maker, f"{place}/publish", data={"over": 0})
    run_jobs(app)
    assert len(rows(app, select(CourseVersion))) == 1, draft_of(app).problems


def test_a_preview_of_a_draft_frames_the_content_and_grades_without_an_attempt(
    app: Flask, maker: FlaskClient, published: CourseVersion
) -> None:
    place = post(maker, f"/catalogue/courses/{published.document['code']}/versions/1/draft").location
    quiz = next(one for module in published.document["modules"] for one in module["activities"] if one["grading"] == "server")
    assert f"/frame/h5p/{published.listings and published.listings[quiz['key']]}/" in maker.get(f"{place}/preview/{quiz['key']}").text
    assert post(maker, f"{place}/preview/{quiz['key']}/answers", json={"id": "1", "answers": {"q1": ["a"]}}).status_code == 200


def test_a_draft_whose_content_is_lost_says_so_at_the_activity(app: Flask, maker: FlaskClient, place: str) -> None:
    send_file(maker, f"{place}/tus", "板书.png", PNG)
    save(maker, place, step("course", "title.zh", "", "一"))
    with app.app_context():
        storage().delete_below("files")
    post(maker, f"{place}/publish", data={"over": 0})
    run_jobs(app)
    [key] = keys_of(app)
    assert f"#activity-{key}-files" in maker.get(f"{place}/review").text


def test_a_colleague_is_asked_comments_and_agrees(app: Flask, maker: FlaskClient, place: str) -> None:
    helper = signed_in(app, "helper")
    [asked] = [one.id for one in rows(app, select(Draft))]
    with app.app_context(), database().reader() as session:
        colleague = session.scalars(select(Person.id).where(Person.username == "helper")).one()
    post(maker, f"{place}/reviewer", data={"reviewer": colleague})
    post(helper, f"{place}/comments", data={"text": "请补一个测验", "activity": ""})
    assert "请补一个测验" in maker.get(f"{place}/review").text
    assert post(maker, f"{place}/decision", data={"decision": "agreed"}).status_code == 403
    post(helper, f"{place}/decision", data={"decision": "agreed"})
    assert draft_of(app).state == "approved"
    save(maker, place, step("course", "title.zh", "", "一"))
    assert (draft_of(app).id, draft_of(app).state) == (asked, "review")


def test_a_copy_is_a_course_with_a_code_of_its_own(app: Flask, maker: FlaskClient, published: CourseVersion) -> None:
    place = post(maker, f"/catalogue/courses/{published.document['code']}/versions/1/draft").location
    post(maker, f"{place}/copy")
    copied = draft_of(app)
    assert copied.document["code"] != published.document["code"]
    assert copied.version_id is None
    assert copied.document["modules"][0]["activities"][0]["files"] in (published.listings or {}).values()


def test_a_deleted_draft_is_gone_with_its_comments(app: Flask, maker: FlaskClient, place: str) -> None:
    save(maker, place, step("course", "title.zh", "", "一"))
    post(maker, f"{place}/comments", data={"text": "一", "activity": ""})
    post(maker, f"{place}/delete")
    assert maker.get(place).status_code == 404
    assert rows(app, select(Draft)) == []


def test_an_export_holds_the_outline_and_the_answers(app: Flask, maker: FlaskClient, published: CourseVersion, tmp_path: Path) -> None:
    place = post(maker, f"/catalogue/courses/{published.document['code']}/versions/1/draft").location
    with zipfile.ZipFile(io.BytesIO(exported(app, maker, f"{place}/export", tmp_path).read_bytes())) as archive:
        names = archive.namelist()
    assert names[0] == "course.json"
    assert any(name.startswith("answers/") for name in names)
