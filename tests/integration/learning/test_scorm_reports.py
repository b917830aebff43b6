"""Do a SCORM package's reports become place, evidence and hours, only from its own host and only for its own launch?"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms import vocabulary as v
from lms.catalogue.commands import course
from lms.catalogue.models import CourseVersion
from lms.classes import setup
from lms.classes.models import TrainingClass
from lms.learning.models import Launch
from tests.commands import json_of
from tests.factories import CONTENT_URL, PUBLIC_URL, World, signed_in
from tests.integration.learning.conftest import Page, statements
from tests.scorm_packages import lesson, two_units


class ScormPage(Page):
    """The player page of a SCORM package, and the package's frame in it."""

    frame: str
    reports: dict[str, Any]

    def open(self, *, take: bool = True) -> "ScormPage":
        super().open(take=take)
        (self.frame,) = re.findall(r'data-frame src="([^"]+)"', self.client.get(self.address).text)
        self.reports = self.opened["reports"]
        return self

    @property
    def origin(self) -> str:
        """The package's own host."""
        return self.frame.partition("/frame/")[0]

    def load(self, url: str = "", base: str = "") -> TestResponse:
        url = url or self.reports["url"]
        return self.world.app.test_client().get(f"/commit/{url.rpartition('/')[2]}", base_url=base or self.origin)

    def report(self, base: str = "", unit: str = "a", *, ended: bool = False, **values: Any) -> TestResponse:
        """Report as the frame does: a text without a header and without a cookie."""
        self.number = getattr(self, "number", 0) + 1
        body = {"unit": unit, "run": "r", "number": self.number, "ended": ended, "values": named(values)}
        address = f"/commit/{self.reports['url'].rpartition('/')[2]}"
        return self.world.app.test_client().post(
            address, base_url=base or self.origin, data=json.dumps(body, ensure_ascii=False).encode(), content_type="text/plain"
        )


def named(values: dict[str, Any]) -> dict[str, Any]:
    return {f"cmi.{name.replace('__', '.')}": value for name, value in values.items()}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No SQL here differs between databases."""
    return sqlite_url


@pytest.fixture
def scorm(world: World, tmp_path: Path) -> World:
    """A world whose class also studies a package of one unit."""
    return given(world, tmp_path, lesson())


def given(world: World, folder: Path, package: bytes) -> World:
    file = folder / "lesson.zip"
    file.write_bytes(package)
    told = json_of(world.app.test_cli_runner().invoke(course, ["import", str(file), "--json"]))

    def bind(session: Session) -> int:
        version = session.query(CourseVersion).filter_by(package_sha256=told["package_sha256"]).one()
        setup.bind_course(session, session.get_one(TrainingClass, world.class_id), version, "online")
        return int(version.id)

    return World(world.app, world.clock, world.person_id, world.enrolment_id, world.act(bind), world.class_id, told["code"])


@pytest.fixture
def player(scorm: World) -> ScormPage:
    return ScormPage(scorm.client(), scorm, "main").open()


def test_place_suspend_data_and_score_come_back_on_another_device(player: ScormPage, scorm: World) -> None:
    assert player.report(core__lesson_location="7", suspend_data="读到第七页", core__exit="suspend").status_code == 200
    again = ScormPage(signed_in(scorm.app, "teacher"), scorm, "main").open()
    assert again.origin != player.origin
    kept = again.load().get_json()
    assert kept["last"] == "a"
    assert kept["units"]["a"]["cmi"] == named({"core__lesson_location": "7", "suspend_data": "读到第七页", "core__exit": "suspend"})


def test_completion_and_score_are_evidence_of_the_activity_and_time_is_what_the_server_measured(player: ScormPage, scorm: World) -> None:
    player.stay(600)
    assert scorm.credit() >= 0
    assert scorm.credited() == {}, "the gate is not open"
    values = {"core__lesson_status": "passed", "core__score__raw": "90", "core__session_time": "9999:00:00"}
    assert player.report(ended=True, **values).get_json() == {"result": "true", "errorCode": 0, "stated": 2}
    player.beat(last=True)
    scorm.credit()
    assert scorm.credited() == {f"{scorm.course}:main": 600}
    iri = v.activity_iri(PUBLIC_URL, scorm.course, "main")
    found = [one for one in statements(scorm) if one["verb"]["id"] != v.PRESENT]
    assert [(one["verb"]["id"], one["object"]["id"]) for one in found] == [(v.COMPLETED, iri), (v.PASSED, iri)]
    assert [one["result"] for one in found] == [
        {"completion": True, "score": {"scaled": 0.9}},
        {"success": True, "completion": True, "score": {"scaled": 0.9}},
    ]
    assert {one["authority"]["account"]["name"] for one in found} == {"player"}
    assert all("duration" not in one["result"] for one in found)


def test_the_same_news_are_stated_once(player: ScormPage, scorm: World) -> None:
    for _ in range(3):
        player.report(core__lesson_status="completed", core__score__raw="50")
    assert len(statements(scorm, v.COMPLETED)) == 1
    player.report(core__lesson_status="completed", core__score__raw="60")
    assert [one["result"]["score"]["scaled"] for one in statements(scorm, v.COMPLETED)] == [0.5, 0.6]


def test_a_package_of_two_units_is_completed_by_both(world: World, tmp_path: Path) -> None:
    both = given(world, tmp_path, two_units())
    player = ScormPage(both.client(), both, "main").open()
    player.report(unit="a", completion_status="completed", score__scaled="1")
    assert statements(both, v.COMPLETED) == []
    player.report(unit="b", completion_status="completed", score__scaled="0.5")
    (one,) = statements(both, v.COMPLETED)
    assert one["result"]["score"]["scaled"] == 0.75


def test_a_report_counts_only_from_the_host_to_which_its_address_was_given(player: ScormPage, scorm: World) -> None:
    other = ScormPage(signed_in(scorm.app, "teacher"), scorm, "main").open()
    for base in (other.origin, CONTENT_URL, PUBLIC_URL, "http://www.localhost"):
        assert player.report(base, core__lesson_status="completed").status_code == 404
        assert player.load(base=base).status_code == 404
    assert player.load(other.reports["url"]).status_code == 404
    assert statements(scorm, v.COMPLETED) == []
    assert player.load().get_json() == {}


def test_an_address_that_nobody_gave_is_not_found(player: ScormPage) -> None:
    token = player.reports["url"].rpartition("/")[2]
    for one in ("x", f"{token}x", token.replace(".", "", 1), player.token, f"{token.rpartition('.')[0]}."):
        assert player.load(f"/commit/{one}").status_code == 404


def test_the_address_for_reports_opens_nothing_else(player: ScormPage) -> None:
    token = player.reports["url"].rpartition("/")[2]
    assert player.try_beat().status_code == 200
    assert player.send("/learn/beat", {"nonce": player.nonce}, token=token).status_code == 401
    assert player.say({}, token=token).status_code == 401
    assert player.send("/learn/state", {"body": {}}, token=token).status_code == 401


def test_reports_end_with_the_launch(player: ScormPage, scorm: World) -> None:
    def close(session: Session) -> None:
        for launch in session.query(Launch):
            launch.ended_at, launch.live = scorm.clock(), False

    scorm.act(close)
    assert player.report(core__lesson_location="1").status_code == 401
    assert player.load().status_code == 401


def test_what_is_too_much_or_malformed_is_refused_and_what_was_kept_stays(player: ScormPage) -> None:
    assert player.report(suspend_data="字" * 64_000).status_code == 200
    assert player.report(suspend_data="字" * 64_001).status_code == 413
    assert player.report(suspend_data="x" * 300_000).status_code == 413
    for body in (
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 5000,
        json.dumps({"unit": "a", "run": "r", "number": 9, "ended": 1, "values": {}}).encode(),
    ):
        address = f"/commit/{player.reports['url'].rpartition('/')[2]}"
        assert player.world.app.test_client().post(address, base_url=player.origin, data=body).status_code == 400
    assert player.load().get_json()["units"]["a"]["cmi"]["cmi.suspend_data"] == "字" * 64_000


def test_a_package_learns_the_learner_s_name_and_an_id_that_other_packages_do_not_know(player: ScormPage, scorm: World) -> None:
    assert player.reports["learner"] == {"id": scorm.registration().hex, "name": "王秀兰"}
    plain = Page(scorm.client(), World(**{**scorm.__dict__, "course_version_id": 1}), "reading").open()
    assert plain.opened["reports"] is None


def test_a_launch_of_another_kind_of_content_takes_no_reports(world: World) -> None:
    """H5P has no address for reports; somebody who makes up one for it finds nothing."""
    client: FlaskClient = world.app.test_client()
    assert client.post("/commit/made-up", base_url="http://www.localhost").status_code == 404
