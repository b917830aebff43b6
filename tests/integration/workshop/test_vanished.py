"""Does a draft stay usable when a file of it vanishes from the file store, and does every page say what to do?"""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.catalogue.contents import StoredFile, listing_by
from lms.jobs.models import REFUSED, Job
from lms.storage import storage
from lms.workshop.publish_job import EXPORTING
from tests.integration.catalogue.uploading import run_jobs
from tests.integration.workshop.editing import PNG, draft_of, keys_of, post, rows, save, send_file, step
from tests.unit.courses.authored import QUIZ

PLAIN = {**QUIZ, "questions": [{name: value for name, value in one.items() if name != "picture"} for one in QUIZ["questions"]]}


@pytest.fixture(params=["files", "answers"])
def key(request: pytest.FixtureRequest, app: Flask, maker: FlaskClient, place: str) -> str:
    """A quiz that a form made; its files or its answers have vanished since."""
    save(maker, place, step("course", "title.zh", "", "水"))
    assert post(maker, f"{place}/forms", json={"document": PLAIN, "seen": ""}).status_code == 200
    (one,) = draft_of(app).document["modules"][0]["activities"]
    with app.app_context():
        listing = listing_by(storage(), one["files"])
        assert listing is not None
        gone = [StoredFile(one["answers"], 0)] if request.param == "answers" else listing.files.values()
        for file in gone:
            storage().delete(file.object_name)
    return str(one["key"])


def test_the_draft_opens_and_each_page_of_the_activity_says_what_to_do(maker: FlaskClient, place: str, key: str) -> None:
    fields = maker.get(f"{place}/activities/{key}")
    assert fields.status_code == 200
    assert "请在草稿中打开该活动" in fields.text
    for path in ("", "/outline", "/review"):
        assert maker.get(f"{place}{path}").status_code == 200
    for path in (f"/activities/{key}/form", f"/preview/{key}"):
        answer = maker.get(f"{place}{path}")
        assert (answer.status_code, "请在草稿中打开该活动" in answer.text) == (404, True)
        assert f'href="{place}#activity-{key}"' in answer.text


def test_it_is_not_published_and_keeps_everything_until_its_file_is_chosen_again(
    app: Flask, maker: FlaskClient, place: str, key: str
) -> None:
    before = draft_of(app).document
    post(maker, f"{place}/publish", data={"over": "0"})
    run_jobs(app)
    assert "请重新选择该活动的文件" in maker.get(f"{place}/review").text
    assert draft_of(app).document == before
    send_file(maker, f"{place}/activities/{key}/tus", "板书.png", PNG)
    post(maker, f"{place}/publish", data={"over": "0"})
    run_jobs(app)
    assert "已发布为第 1 版" in maker.get(f"{place}/review").text
    assert keys_of(app) == [key]


def test_its_export_ends_at_once_and_says_which_file_to_choose_again(app: Flask, maker: FlaskClient, place: str, key: str) -> None:
    assert key
    post(maker, f"{place}/export")
    run_jobs(app)
    (job,) = rows(app, select(Job).where(Job.kind == EXPORTING))
    assert job.state == REFUSED
    page = maker.get("/jobs/").text
    assert f"以下学习活动的文件已不在网站上：{PLAIN['title']}。" in page
    assert "没有导出任何内容" in page
