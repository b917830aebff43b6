"""Does an office see its own classes with everybody's progress, and get every transcript in one file?"""

import io
import zipfile
from datetime import timedelta

import pypdf
import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from lms.accounts.models import OFFICE, Organisation
from lms.accounts.people import add_organisation, add_person
from lms.jobs import queue
from lms.jobs.models import CANCELLED, DONE, RUNNING, Job
from lms.jobs.tasks import tidy, work
from tests.factories import World, signed_in


@pytest.fixture
def office(world: World) -> FlaskClient:
    def add(session):  # type: ignore[no-untyped-def]
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        add_person(session, "office", "周明", (OFFICE,), password=None, organisation=provider)
        add_person(session, "outside", "外人", (OFFICE,), password=None, organisation=add_organisation(session, "x", "外省", "office"))

    world.act(add)
    world.study("reading", 1350)
    world.credit()
    return signed_in(world.app, "office")


def do_the_work(world: World) -> int:
    with world.app.app_context():
        count: int = work.run()
        return count


def test_the_office_finds_its_class_and_everybody_in_it(world: World, office: FlaskClient) -> None:
    assert "在线教学能力提升 k1 班" in office.get("/office/classes").text
    assert "没有班级符合" in office.get("/office/classes?q=nothing").text
    shown = office.get(f"/office/classes/{world.class_id}").text
    assert "王秀兰" in shown
    assert "0.5 / 40 学时" in shown
    assert "王秀兰" not in office.get(f"/office/classes/{world.class_id}?status=done").text
    assert office.get(f"/transcript/{world.enrolment_id}").status_code == 200


def test_another_office_sees_nothing_of_it(world: World, office: FlaskClient) -> None:
    outside = signed_in(world.app, "outside")
    assert "在线教学能力提升" not in outside.get("/office/classes").text
    assert outside.get(f"/office/classes/{world.class_id}").status_code == 404
    assert outside.post(f"/office/classes/{world.class_id}/transcripts").status_code in {400, 404}
    assert world.client().get("/office/classes").status_code == 403


def start(world: World, client: FlaskClient) -> int:
    world.app.config["WTF_CSRF_ENABLED"] = False
    assert client.post(f"/office/classes/{world.class_id}/transcripts").status_code == 302
    job: int = world.act(lambda session: session.scalars(select(Job.id).order_by(Job.id.desc())).first())
    return job


def test_one_file_holds_every_transcript_and_the_sheet(world: World, office: FlaskClient) -> None:
    job = start(world, office)
    assert start(world, office) == job, "pressed twice, it is the same job"
    assert 'hx-trigger="every 2s"' in office.get("/jobs/").text
    assert do_the_work(world) == 1
    assert "下载" in office.get(f"/jobs/{job}").text
    archive = zipfile.ZipFile(io.BytesIO(office.get(f"/jobs/{job}/download").data))
    names = archive.namelist()
    assert [name.rpartition(".")[2] for name in names] == ["pdf", "xlsx"]
    assert "王秀兰" in pypdf.PdfReader(io.BytesIO(archive.read(names[0]))).pages[0].extract_text()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(archive.read(names[1]))).get_sheet_by_index(0).to_python()
    assert rows[1][0] == "王秀兰"
    assert 0.5 in rows[1]


def test_a_job_whose_worker_was_killed_is_done_by_the_next(world: World, office: FlaskClient) -> None:
    job = start(world, office)
    world.act(lambda session: queue.claim(session, world.clock()))
    assert do_the_work(world) == 0, "somebody is at it"
    world.clock.advance(queue.SILENT.total_seconds() + 1)
    assert do_the_work(world) == 1
    assert world.act(lambda session: session.get_one(Job, job).state) == DONE


def test_a_job_can_be_cancelled_before_and_while_it_runs(world: World, office: FlaskClient) -> None:
    waiting = start(world, office)
    office.post(f"/jobs/{waiting}/cancel")
    assert world.act(lambda session: session.get_one(Job, waiting).state) == CANCELLED
    running = start(world, office)
    world.act(lambda session: queue.claim(session, world.clock()))
    office.post(f"/jobs/{running}/cancel")
    assert world.act(lambda session: queue.report(session, running, 1, 2, world.clock())) is False
    assert world.act(lambda session: session.get_one(Job, running).state) == RUNNING


def test_results_are_theirs_who_asked_and_go_after_a_week(world: World, office: FlaskClient) -> None:
    job = start(world, office)
    do_the_work(world)
    outside = signed_in(world.app, "outside")
    for address in ("", "/download"):
        assert outside.get(f"/jobs/{job}{address}").status_code == 404
    world.clock.advance(timedelta(days=8).total_seconds())
    with world.app.app_context():
        tidy.run()
    assert office.get(f"/jobs/{job}").status_code == 404
