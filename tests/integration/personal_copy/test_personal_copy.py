"""Is everything about a person in their own copy, nothing secret in it, and nothing of anybody else?"""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.access_log.models import AccessRecord
from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE, LoginSession, Organisation, Person
from lms.accounts.people import add_person
from lms.jobs.models import DONE, Job
from lms.jobs.tasks import work
from lms.lifetime import elsewhere, rules
from lms.lifetime.elsewhere import AskedElsewhere
from lms.personal_copy import contents
from lms.practice.files import HandedIn
from lms.practice.models import PracticeFile, PracticeWork
from lms.privacy.erasure.people_tables import TABLES
from lms.storage import storage
from tests.access import form_token
from tests.documents import scanned
from tests.factories import PUBLIC_URL, DrivenClock, World, signed_in
from tests.integration.certification.conftest import build_office
from xapi.documents import DocumentKey, put

SECRET_WORDS = ("password", "token", "nonce", "secret", "uniquifier", "seal")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite only, because the same queries read the data on both databases."""
    return sqlite_url


def copy_of(world: World, username: str = "teacher") -> zipfile.ZipFile:
    """Ask for a copy on the page, let the worker make it, and download it."""
    client = signed_in(world.app, username)
    assert client.post("/my-data/", headers={"X-CSRFToken": form_token(client)}).status_code == 302
    with world.app.app_context():
        while work():
            pass
    job = world.act(lambda session: session.scalars(select(Job).order_by(Job.id.desc())).first())
    assert job.state == DONE, job.message
    return zipfile.ZipFile(io.BytesIO(client.get(f"/jobs/{job.id}/download").data))


def read(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def lived_in(world: World) -> World:
    """Let the teacher study, hand in a file, and have hours earned elsewhere."""

    def live(session: Session) -> None:
        rule = rules.rule_of(rules.import_toml(session, rules.example(), world.clock()).version)
        place = session.query(Organisation).filter_by(code="p1").one()
        office = add_person(session, "boss", "管理员甲", (OFFICE,), password=None, organisation=place)
        teacher = session.get_one(Person, world.person_id)
        done = PracticeWork(
            enrolment_id=world.enrolment_id,
            requirement="x",
            on=world.clock().date(),
            text="听课记录",
            state="handed-in",
            handed_in_at=world.clock(),
        )
        session.add(done)
        session.flush()
        storage().put("practice/1", b"a photo")
        session.add(
            PracticeFile(work_id=done.id, name="照片.jpg", mimetype="image/jpeg", size=7, object_name="practice/1", added_at=world.clock())
        )
        day = world.clock().date().replace(day=1)
        asked = AskedElsewhere(
            "school-based", "校本研修", "某校", day, day, "hours", contents.Decimal(4), HandedIn("证书.pdf", "application/pdf", b"%PDF-1")
        )
        elsewhere.enter(session, storage(), teacher, asked, By(office.id, world.clock()), [rule])

    world.act(live)
    world.study("reading", 600)
    world.credit()
    return world


def test_every_registered_table_is_in_the_copy_or_has_a_reason(world: World) -> None:
    archive = copy_of(lived_in(world))
    copied = {name[len("tables/") : -len(".json")] for name in archive.namelist() if name.startswith("tables/") and name.endswith(".json")}
    reasons = read(archive, "left-out.json")["tables"]
    assert {one.table.__tablename__ for one in TABLES} == copied | set(reasons)
    assert copied & set(reasons) == set()
    assert all(reasons.values())


def test_the_copy_has_hours_statements_files_and_evidence(world: World) -> None:
    archive = copy_of(lived_in(world))
    names = set(archive.namelist())
    assert {"transcripts/k1-1.pdf", "transcripts/k1-1.json", "all-years/five-years-360.json", "files/tasks/1-照片.jpg"} <= names
    assert archive.read("files/tasks/1-照片.jpg") == b"a photo"
    assert archive.read("files/earned-elsewhere/1-证书.pdf") == b"%PDF-1"
    assert sum(entry["amount"] for entry in read(archive, "tables/ledger_entry.json") if entry["unit"] == "seconds") == 600
    assert read(archive, "tables/person.json")[0]["name"] == "王秀兰"
    statements = [json.loads(line) for line in archive.read("statements.jsonl").decode().splitlines()]
    assert len(statements) == 1
    rows = list(csv.reader(io.StringIO(archive.read("tables/practice_work.csv").decode("utf-8-sig"))))
    assert dict(zip(*rows, strict=True))["text"] == "听课记录"


def test_the_copy_has_what_content_saved_in_the_record_store(world: World) -> None:
    def save(session: Session) -> None:
        whose = v.actor_of(PUBLIC_URL, session.get_one(Person, world.person_id).account)
        for agent, text in ((whose, b'{"seite": 3}'), ({"mbox": "mailto:somebody@example.org"}, b"not theirs")):
            put(session, DocumentKey("https://x.example/a", agent, None, "bookmark"), text, "application/json", world.clock(), known=None)

    world.act(save)
    [saved] = read(copy_of(world), "record-store-documents.json")
    assert (saved["content"], saved["activity"], saved["id"], saved["registration"]) == (
        '{"seite": 3}',
        "https://x.example/a",
        "bookmark",
        "",
    )


def test_the_copy_has_who_looked_also_at_the_whole_class_by_number(world: World) -> None:
    def look(session: Session) -> int:
        place = session.query(Organisation).filter_by(code="p1").one()
        boss = add_person(session, "boss", "管理员甲", (OFFICE,), password=None, organisation=place)
        session.flush()
        said = {"at": world.clock(), "by": boss.id, "what": "exported"}
        session.add(AccessRecord(**said, form="roster", class_id=world.class_id))
        session.add(AccessRecord(**said, form="pdf", person_id=world.person_id))
        return boss.id

    boss = world.act(look)
    found = read(copy_of(world), "accesses.json")["accesses"]
    assert sorted((one["by"], one["form"], one["yourself"]) for one in found) == [(boss, "pdf", True), (boss, "roster", False)]


def test_the_copy_has_the_certificate_that_verifies(app: Flask, clock: DrivenClock) -> None:
    office = build_office(app, clock)
    [certificate] = office.certify().issued
    archive = copy_of(office.world)
    [name] = [one for one in archive.namelist() if one.startswith("certificates/")]
    assert name == f"certificates/{certificate.number}-1.pdf"
    assert scanned(archive.read(name)) == [f"{PUBLIC_URL}/verify/{certificate.number}?version=1"]


def test_no_secret_is_in_the_copy(world: World) -> None:
    archive = copy_of(lived_in(world))
    secrets = world.act(
        lambda session: [session.get_one(Person, world.person_id).fs_uniquifier, *session.scalars(select(LoginSession.token_sha256))]
    )
    everything = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("tables/"))
    assert [one for one in secrets if one.encode() in everything] == []


def test_a_column_that_sounds_secret_is_left_out() -> None:
    columns = [f"{one.table.__tablename__}.{column.name}" for one in contents.copied_tables() for column in one.table.__table__.columns]
    assert [name for name in columns if any(word in name for word in SECRET_WORDS) and name not in contents.LEFT_OUT_COLUMNS] == []
    assert set(contents.LEFT_OUT_COLUMNS) <= set(columns)


def test_the_copy_has_nothing_of_anybody_else(world: World) -> None:
    lived_in(world)
    archive = copy_of(world, "boss")
    assert read(archive, "tables/enrolment.json") == []
    assert read(archive, "tables/elsewhere_hours.json") == []
    assert [name for name in archive.namelist() if name.startswith(("transcripts/", "files/"))] == []
    assert "王秀兰" not in "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    teachers = copy_of(world)
    assert "管理员甲" not in "".join(teachers.read(name).decode("utf-8", "replace") for name in teachers.namelist())


def test_only_its_owner_downloads_a_copy(world: World) -> None:
    copy_of(lived_in(world))
    job = world.act(lambda session: session.scalars(select(Job.id)).first())
    assert signed_in(world.app, "boss").get(f"/jobs/{job}/download").status_code == 404
