"""Does a SCORM package play in a trainer's preview as it does for learners, without anything being kept or earned?"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from courses.package import Package, open_package
from lms.catalogue.publish import publish
from lms.db import database, transaction
from lms.learning.models import ActivityState, Launch
from lms.storage import storage
from tests.factories import BEGIN
from tests.integration.workshop.editing import keys_of, post, send_file
from tests.scorm_packages import lesson, two_units
from xapi.storage.models import StatementRow

COMPLETED, PASSED = (f"http://adlnet.gov/expapi/verbs/{one}" for one in ("completed", "passed"))


@pytest.fixture
def published_place(app: Flask, maker: FlaskClient, tmp_path: Path) -> str:
    """The address of the preview of a published package with two units."""
    (tmp_path / "two.zip").write_bytes(two_units())
    package = open_package(tmp_path / "two.zip")
    assert isinstance(package, Package), package
    with app.app_context(), transaction() as session:
        version = publish(session, storage(), package, None, BEGIN)
        return f"/catalogue/courses/{version.course.code}/versions/1/{package.course.activities[0].key}"


def report(client: FlaskClient, preview: str, kept: Any = None, **said: Any) -> TestResponse:
    body = {"unit": "a", "run": "r", "number": 1, "ended": False, "values": {}} | said
    return post(client, f"{preview}/unit-report", json={"report": body, **({"kept": kept} if kept else {})})


def config_of(page: str) -> Any:
    return json.loads(page.partition('id="preview-config">')[2].partition("</script>")[0])


def rows(app: Flask) -> list[int]:
    with app.app_context(), database().reader() as session:
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in (Launch, ActivityState, StatementRow)]


def test_the_preview_frames_a_package_on_its_own_host_and_gives_it_no_address_that_keeps(maker: FlaskClient, published_place: str) -> None:
    page = maker.get(published_place).text
    config = config_of(page)
    assert ".localhost/frame/scorm/" in config["frame"]
    assert config["reports"]["url"] is None
    assert maker.application.test_client().get(config["frame"]).status_code == 200
    assert "只在打开此页期间保留" in page


def test_units_complete_an_activity_together_and_nothing_is_stored(app: Flask, maker: FlaskClient, published_place: str) -> None:
    before = rows(app)
    done = {"cmi.completion_status": "completed", "cmi.score.scaled": "0.5"}
    first = report(maker, published_place, values=done, ended=True).get_json()
    assert (first["news"], first["kept"]["units"]["a"]["cmi"]) == ([], done)
    kept = {"units": {"a": {k: one for k, one in first["kept"]["units"]["a"].items() if k != "cmi"}}, "told": first["kept"]["told"]}
    second = report(maker, published_place, kept, unit="b", values=done, ended=True).get_json()
    assert second["news"] == [{"verb": COMPLETED, "score": 0.5, "met": ["completed"]}]
    again = report(maker, published_place, kept | {"told": second["kept"]["told"]}, unit="b", number=2, values=done).get_json()
    assert again["news"] == [], "each is said once"
    assert rows(app) == before == [0, 0, 0]


def test_a_package_of_a_draft_is_tried_before_it_is_published(app: Flask, maker: FlaskClient, place: str) -> None:
    send_file(maker, f"{place}/tus", "课件.zip", lesson())
    [key] = keys_of(app)
    preview = f"{place}/preview/{key}"
    assert config_of(maker.get(preview).text)["urls"]["units"] == f"{preview}/unit-report"
    said = report(maker, preview, values={"cmi.core.lesson_status": "passed", "cmi.core.score.raw": "90"}).get_json()
    assert [(one["verb"], one["score"]) for one in said["news"]] == [(COMPLETED, 0.9), (PASSED, 0.9)]


def test_a_report_that_a_later_one_overtook_and_one_of_an_unknown_unit_change_nothing(maker: FlaskClient, published_place: str) -> None:
    later = {"units": {"a": {"run": "r", "number": 5}}}
    for kept, unit in ((later, "a"), (None, "zz")):
        assert report(maker, published_place, kept, unit=unit).get_json() == {"kept": None, "news": []}


@pytest.mark.parametrize("kept", [{"units": 7}, {"units": {"a": {"score": 7}}}, {"told": []}])
def test_a_made_up_past_is_refused(maker: FlaskClient, published_place: str, kept: Any) -> None:
    assert report(maker, published_place, kept).status_code == 400


def test_a_report_larger_than_a_learners_may_be_is_refused_as_theirs_is(maker: FlaskClient, published_place: str) -> None:
    answer = report(maker, published_place, values={"cmi.suspend_data": "x" * 64_001})
    assert (answer.status_code, answer.get_json()["code"]) == (413, "state-size")


def test_a_site_without_hosts_for_packages_says_so(
    app: Flask, maker: FlaskClient, published_place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], package_url=""))
    page = maker.get(published_place).text
    assert "<iframe" not in page
    assert "需要独立的主机" in page
