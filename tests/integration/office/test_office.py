"""Does an office see its own classes with everybody's progress, and can it export every transcript in one file?"""

import io
import zipfile
from typing import Any

import pypdf
import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from lms.accounts.models import OFFICE, TEACHER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.classes import setup
from lms.classes.models import TrainingClass
from lms.jobs import queue, tasks
from lms.jobs.models import Job
from lms.signing.site_key import SiteKey
from lms.transcripts import pdf
from lms.transcripts.transcript import Transcript
from tests.factories import World, add_class, signed_in


@pytest.fixture
def office(world: World) -> FlaskClient:
    def add(session: Session) -> None:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        add_person(session, "office", "周明", (OFFICE,), password=None, organisation=provider)
        add_person(session, "outside", "外人", (OFFICE,), password=None, organisation=add_organisation(session, "x", "外省", "office"))

    world.act(add)
    world.study("reading", 1350)
    world.credit()
    return signed_in(world.app, "office")


def take_turn(world: World) -> bool:
    with world.app.app_context():
        return bool(tasks.work.run())


def work_through(world: World) -> int:
    count = 0
    while take_turn(world):
        count += 1
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


def add_people(world: World, count: int) -> None:
    def add(session: Session) -> None:
        training_class = session.get_one(TrainingClass, world.class_id)
        for number in range(count):
            person = add_person(session, f"t{number}", f"李{'甲乙丙丁戊'[number % 5]}{number}", (TEACHER,), password=None)
            setup.enrol(session, training_class, person, "junior" if number % 2 else "primary", "in-training")

    world.act(add)


def result_of(client: FlaskClient, job: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(client.get(f"/jobs/{job}/download").data))


def sheet_of(archive: zipfile.ZipFile) -> list[list[object]]:
    name = next(name for name in archive.namelist() if name.endswith(".xlsx"))
    return CalamineWorkbook.from_filelike(io.BytesIO(archive.read(name))).get_sheet_by_index(0).to_python()


def test_one_file_holds_every_transcript_and_the_sheet(world: World, office: FlaskClient) -> None:
    add_people(world, 23)
    job = start(world, office)
    assert start(world, office) == job, "pressed twice, it is the same job"
    assert 'hx-trigger="every 2s"' in office.get("/jobs/").text
    assert work_through(world) >= 1
    assert "下载" in office.get(f"/jobs/{job}").text
    archive = result_of(office, job)
    pdfs = [name for name in archive.namelist() if name.endswith(".pdf")]
    rows = sheet_of(archive)
    assert len(pdfs) == len(set(pdfs)) == len(rows) - 1 == 24
    wang = next(name for name in pdfs if name.startswith("王秀兰"))
    printed = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(archive.read(wang))).pages)
    assert "王秀兰" in printed
    row = next(row for row in rows if row[0] == "王秀兰")
    assert 0.5 in row
    assert str(row[-1]) in printed, "the sheet and the PDF name the same ledger"


def test_hours_that_come_in_during_an_export_never_part_the_sheet_from_the_pdfs(
    world: World, office: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "TURN_SECONDS", -1)
    add_people(world, 15)
    job = start(world, office)
    done = 0
    while take_turn(world):
        world.study("reading", 450)
        world.credit()
        done += 1
    archive = result_of(office, job)
    assert done > 1
    for row in sheet_of(archive)[1:]:
        name = next(name for name in archive.namelist() if name.startswith(str(row[0])))
        printed = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(archive.read(name))).pages)
        assert str(row[-1]) in printed


def test_an_export_whose_worker_was_killed_half_way_is_finished_and_whole(
    world: World, office: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_people(world, 23)
    job = start(world, office)
    real, made = pdf.content_of, []

    def dying(transcript: Transcript, site: SiteKey) -> dict[str, Any]:
        if len(made) == 15:
            raise KeyboardInterrupt
        made.append(transcript.standing.enrolment.id)
        return real(transcript, site)

    monkeypatch.setattr(tasks, "TURN_SECONDS", 3600)  # on a busy machine the turn would otherwise end before the worker dies
    monkeypatch.setattr(pdf, "content_of", dying)
    with pytest.raises(KeyboardInterrupt):
        take_turn(world)
    monkeypatch.setattr(pdf, "content_of", real)
    assert world.act(lambda session: session.get_one(Job, job).done) == 10
    assert not take_turn(world)
    world.clock.advance(queue.LEASE_TIMEOUT.total_seconds() + 1)
    work_through(world)
    archive = result_of(office, job)
    assert len(archive.namelist()) == len(set(archive.namelist())) == 25
    assert archive.testzip() is None


def test_an_empty_class_gives_an_empty_sheet(world: World, office: FlaskClient) -> None:
    def empty(session: Session) -> int:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        return add_class(session, "k2", provider).id

    second = world.act(empty)
    assert "还没有人" in office.get(f"/office/classes/{second}").text
    world.app.config["WTF_CSRF_ENABLED"] = False
    office.post(f"/office/classes/{second}/transcripts")
    work_through(world)
    job = world.act(lambda session: session.scalars(select(Job)).one())
    assert result_of(office, job.id).namelist() == ["k2.xlsx"]


def test_a_large_class_takes_no_more_questions_to_the_database(world: World, office: FlaskClient) -> None:
    def asked() -> int:
        statements: list[str] = []
        engine = world.app.extensions["db"].engine

        def note(*arguments: object) -> None:
            statements.append(str(arguments[2]))

        event.listen(engine, "before_cursor_execute", note)
        assert office.get(f"/office/classes/{world.class_id}").status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    small = asked()
    add_people(world, 30)
    assert asked() == small


def test_people_stand_in_the_order_of_their_sound(world: World, office: FlaskClient) -> None:
    def rename(session: Session) -> None:
        add = ("赵敏", "安宁", "李强")
        training_class = session.get_one(TrainingClass, world.class_id)
        for number, name in enumerate(add):
            setup.enrol(session, training_class, add_person(session, f"s{number}", name, (TEACHER,), password=None), "primary")

    world.act(rename)
    shown = office.get(f"/office/classes/{world.class_id}").text
    assert sorted(("安宁", "李强", "王秀兰", "赵敏"), key=shown.index) == ["安宁", "李强", "王秀兰", "赵敏"]


def test_long_lists_have_pages(world: World, office: FlaskClient) -> None:
    add_people(world, 60)
    first = office.get(f"/office/classes/{world.class_id}").text
    assert "显示 50 条，共 61 条" in first
    rest = office.get(f"/office/classes/{world.class_id}?after=50").text
    assert "显示 11 条，共 61 条" in rest
    assert "王秀兰" in first + rest
    assert office.get(f"/office/classes/{world.class_id}?after=999").status_code == 200
    assert "没有" in office.get(f"/office/classes/{world.class_id}?q=%25").text, "% is an ordinary character in a search"


def test_a_name_that_looks_like_a_formula_stays_a_name(world: World, office: FlaskClient) -> None:
    world.act(lambda session: setattr(session.get_one(Person, world.person_id), "name", '=HYPERLINK("http://x","y")'))
    job = start(world, office)
    work_through(world)
    archive = result_of(office, job)
    content = zipfile.ZipFile(io.BytesIO(archive.read("k1.xlsx")))
    assert not any(b"<f>" in content.read(name) or b"<hyperlink" in content.read(name) for name in content.namelist())
    assert sheet_of(archive)[1][0] == '\'=HYPERLINK("http://x","y")'
    assert all("/" not in name and '"' not in name for name in archive.namelist())
