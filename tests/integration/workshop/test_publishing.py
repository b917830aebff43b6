"""Is a draft reviewed, published, compared, copied, exported and deleted as its trainer expects?"""

import io
import zipfile
from importlib import resources
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses.package import open_package
from courses.strict_json.canonical import digest_of
from lms.accounts.models import Person
from lms.catalogue.models import Course, CourseLabel, CourseVersion
from lms.catalogue.publish import publish
from lms.catalogue.publish_job import HUNDREDTHS
from lms.db import database, transaction
from lms.jobs.kinds import JobOrder
from lms.jobs.models import Job
from lms.programmes.store import import_toml
from lms.storage import storage
from lms.workshop.models import Draft
from lms.workshop.publish_job import EXPORTING, KINDS, PUBLISHING
from tests.factories import BEGIN, signed_in
from tests.integration.catalogue.uploading import run_jobs
from tests.integration.workshop.editing import PNG, draft_of, keys_of, post, rows, save, send_file, step


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


def test_a_code_that_is_taken_is_answered_with_one_that_is_free(app: Flask, maker: FlaskClient, place: str) -> None:
    with app.app_context(), transaction() as session:
        session.add_all([Course(code=code, organisation_id=None) for code in ("ice", "ice-2")])
    [fault] = [
        one
        for one in save(maker, place, step("course", "code", draft_of(app).document["code"], "ice"))["faults"]
        if one["id"] == "course-code"
    ]
    assert "ice-3 可用" in fault["words"]
    left = save(maker, place, step("course", "code", "ice", "ice-3"))["faults"]
    assert "course-code" not in {one["id"] for one in left}


def test_the_code_stays_with_the_course_if_somebody_changes_it_while_the_draft_is_published(
    app: Flask, maker: FlaskClient, place: str
) -> None:
    send_file(maker, f"{place}/tus", "板书.png", PNG)
    save(maker, place, step("course", "title.zh", "", "板书"), step("course", "code", draft_of(app).document["code"], "first-code"))
    waiting = [step("course", "code", "first-code", "other-code")]

    def report(_done: int, _of: int) -> None:
        if waiting:
            save(maker, place, waiting.pop())

    params = {"draft": draft_of(app).id, "by": draft_of(app).created_by, "locale": "zh_Hans_CN", "over": 0}
    with app.app_context():
        KINDS[PUBLISHING].make(JobOrder(params, BEGIN, report), [0])
    assert (rows(app, select(Course.code)), draft_of(app).document["code"]) == (["first-code"], "first-code")
    for way in ("undo", "undo", "redo", "redo"):
        post(maker, f"{place}/{way}", json={})
        assert draft_of(app).document["code"] == "first-code"
    save(maker, place, step("course", "title.en", "", "Blackboard"))
    post(maker, f"{place}/publish", data={"over": 1})
    run_jobs(app)
    assert rows(app, select(Course.code)) == ["first-code"]
    assert rows(app, select(CourseVersion.number).order_by(CourseVersion.number)) == [1, 2]


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
    post(helper, f"{place}/decision", data={"decision": "agreed", "revision": 0})
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


def test_an_export_reports_how_far_it_is_so_that_its_lease_does_not_end(app: Flask, published: CourseVersion) -> None:
    heard: list[int] = []
    order = JobOrder({"version": published.id}, BEGIN, lambda done, _total: heard.append(done))
    join = app.extensions["job_kinds"][EXPORTING].join
    with app.app_context():
        join(order, (), io.BytesIO())
    assert heard == sorted(heard)
    assert heard[-1:] == [HUNDREDTHS]


def test_an_export_holds_the_outline_and_the_answers(app: Flask, maker: FlaskClient, published: CourseVersion, tmp_path: Path) -> None:
    place = post(maker, f"/catalogue/courses/{published.document['code']}/versions/1/draft").location
    with zipfile.ZipFile(io.BytesIO(exported(app, maker, f"{place}/export", tmp_path).read_bytes())) as archive:
        names = archive.namelist()
    assert names[0] == "course.json"
    assert any(name.startswith("answers/") for name in names)


def test_the_content_area_chosen_in_the_editor_is_where_the_library_finds_the_course(maker: FlaskClient, place: str, app: Flask) -> None:
    """It is a label, so the published outline does not have it; taking it away takes the label away, and what nobody knows is left out."""
    with app.app_context(), transaction() as session:
        document = import_toml(
            session, (resources.files("lms.programmes") / "data" / "online-teaching-2020.toml").read_text(encoding="utf-8"), BEGIN
        ).version.document
        area = f"online-teaching/{document['content_areas'][0]['key']}"
    send_file(maker, f"{place}/tus", "板书.png", PNG)
    save(maker, place, step("course", "title.zh", "", "板书"), step("course", "area", "", area))
    assert f'<option value="{area}" selected>' in maker.get(place).text
    found = []
    for over, (was, now) in enumerate([("", ""), (area, "online-teaching/nothing"), (area, "")]):
        if was:
            save(maker, place, step("course", "area", was, now), step("course", "title.en", "板书" if over == 1 else "1", str(over)))
        post(maker, f"{place}/publish", data={"over": over})
        run_jobs(app)
        found.append({(one.kind, one.value) for one in rows(app, select(CourseLabel)) if one.kind in {"area", "programme"}})
        place = post(maker, f"/catalogue/courses/{draft_of(app).document['code']}/versions/{over + 1}/draft").location
    stated = {("area", area), ("programme", "online-teaching")}
    assert found == [stated, stated, {("programme", "online-teaching")}]
    assert "area" not in rows(app, select(CourseVersion.document))[0]


@pytest.mark.parametrize("value", ["x", "a/b/c", "A/b", "a/" + "b" * 65, None, 7])
def test_a_content_area_of_another_form_is_not_saved(maker: FlaskClient, place: str, app: Flask, value: object) -> None:
    answer = post(maker, f"{place}/changes", json={"token": "token-area", "steps": [step("course", "area", "", value)]})
    assert (answer.status_code, draft_of(app).document["area"]) == (400, "")
