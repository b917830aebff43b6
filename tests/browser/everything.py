"""The site on which every page is looked at: the demo, with some additional people who have no data yet."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.accounts.models import OFFICE, STAFF, TEACHER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.attendance import codes
from lms.attendance.models import CheckIn
from lms.catalogue.models import CourseVersion
from lms.classes.models import ClassSession, Enrolment, TrainingClass
from lms.crediting.models import Certificate
from lms.db import database, transaction
from lms.demo.load import DemoSite, load
from lms.jobs import queue
from lms.office.export import TRANSCRIPTS
from lms.practice.models import PracticeTask, PracticeWork
from lms.programmes.models import Programme
from lms.sealing import derived
from lms.storage import storage
from tests.browser.drafts import draft_values
from tests.browser.every_page import ENDED, NEW_OFFICE, NEW_STAFF, NEW_TEACHER, NOBODY, OTHER_OFFICE, Look
from tests.browser.record_store import add_record_store_rows
from tests.browser.reviews import review_values
from tests.factories import signed_in
from tests.site import served, work_once

SCANS = ("claimed", "counted", "counted")


@dataclass(frozen=True)
class Everything:
    """The running demo. `values`: address values of the teacher; `versions`: course versions, by code."""

    app: Flask
    address: str
    values: Mapping[str, Any]
    versions: Mapping[str, int]

    def url(self, look: Look) -> str:
        """Return the page's address."""
        if look.path:
            return self.address + look.path
        values = {**self.values, **(look.wanted or {})}
        if look.wanted is ENDED:
            values |= {name: self.values[key] for name, key in ENDED.items()}
        if look.endpoint == "here.scanned":
            values["code"] = values["scanned"]
        if look.endpoint == "live.page":
            values["session_id"] = values["live_session_id"]
        values["course_version_id"] = self.versions.get(values["code"])
        rule = next(rule for rule in self.app.url_map.iter_rules(look.endpoint) if "GET" in (rule.methods or ()))
        path = self.app.url_map.bind("localhost").build(look.endpoint, {name: values[name] for name in rule.arguments})
        return self.address + path + look.query

    def cookie(self, visitor: str, language: str) -> str:
        """Return the session of a person (or of nobody) who has chosen a language."""
        client = self.app.test_client() if visitor == NOBODY else signed_in(self.app, visitor)
        with client.session_transaction() as session:
            session["locale"] = language
        found = client.get_cookie("session")
        assert found is not None
        return found.value


@contextmanager
def everything(database_url: str, folder: Path) -> Iterator[Everything]:
    """Serve the demo until the block ends."""
    with served(database_url, folder) as (app, address):
        with app.app_context():
            load(DemoSite(database(), storage(), address, app.extensions["clock"](), lambda _line: None))
        found = Everything(app, address, {**_newcomers(app), **add_record_store_rows(app)}, _versions(app))
        work_once(app)
        yield found


def _versions(app: Flask) -> Mapping[str, int]:
    with app.app_context(), transaction() as session:
        return {version.course.code: version.id for version in session.scalars(select(CourseVersion))}


def _newcomers(app: Flask) -> Mapping[str, Any]:
    """Add people without any data, and an export; return the ids for addresses."""
    with app.app_context(), transaction() as session:
        site = session.scalars(select(Organisation).where(Organisation.parent_id.is_(None))).one()
        elsewhere = add_organisation(session, "elsewhere", "某市管理办公室", "office", site)
        add_person(session, NEW_TEACHER, "新来的老师", (TEACHER,), password=None)
        add_person(session, NEW_OFFICE, "新来的办公室", (OFFICE,), password=None)
        add_person(session, NEW_STAFF, "新来的班主任", (STAFF,), password=None)
        add_person(session, OTHER_OFFICE, "某市办公室", (OFFICE,), password=None, organisation=elsewhere)
        teacher, office = (session.scalars(select(Person).where(Person.username == name)).one() for name in ("teacher", "office"))
        enrolment = session.scalars(select(Enrolment).where(Enrolment.person_id == teacher.id)).one()
        training_class = session.get_one(TrainingClass, enrolment.class_id)
        about = {"class_id": training_class.id, "class_code": training_class.code, "class_name": training_class.name}
        about |= {"locale": "zh_Hans_CN"}
        queue.enqueue(session, TRANSCRIPTS, office.id, about, app.extensions["clock"]())
        lesson = session.scalars(select(ClassSession.id).where(ClassSession.class_id == training_class.id)).first()
        of_hours = (ClassSession.class_id == training_class.id, ClassSession.half_days == 0)
        live = session.scalars(select(ClassSession.id).where(*of_hours).order_by(ClassSession.starts_at.desc())).first()
        log = session.scalars(select(PracticeWork.id).where(PracticeWork.enrolment_id == enrolment.id)).first()
        task = PracticeTask(
            class_id=training_class.id, requirement="x", title="听课记录", text="听三节课", created_at=app.extensions["clock"]()
        )
        session.add(task)
        session.flush()
        members = session.scalars(select(Enrolment.id).where(Enrolment.class_id == training_class.id).limit(3)).all()
        session.add_all(_scan(lesson, one, state, app.extensions["clock"]()) for one, state in zip(members, SCANS, strict=False))
        key = derived(app.extensions["settings"].secret_key, codes.PURPOSE)
        shown = codes.code_at(lesson, codes.IN, app.extensions["clock"]() - timedelta(hours=1))
        certificate = session.scalars(select(Certificate).where(Certificate.state == "valid").order_by(Certificate.id.desc())).first()
        practice = {"scanned": codes.write_code(shown, key), "session_id": lesson, "live_session_id": live, "work_id": log}
        practice |= {"task_id": task.id, "requirement": "practice", "ended_class": certificate.class_id, "certificate": certificate.id}
        programme = session.scalars(select(Programme.id).where(Programme.code == "rural-lead")).one()
        whose = {"person_id": teacher.id, "organisation_id": teacher.organisation_id, "programme_id": programme}
        practice |= {"number": certificate.number, **review_values(session), **draft_values(session)}
        return {"enrolment_id": enrolment.id, "class_id": training_class.id, "code": "ethics-and-rural-mission", **practice, **whose}


def _scan(lesson: int, enrolment_id: int, state: str, at: datetime) -> CheckIn:
    """Return a scan from a phone that several people use."""
    return CheckIn(session_id=lesson, enrolment_id=enrolment_id, way="in", code_at=at, received_at=at, device="ab12ab12", state=state)


def copy_of(template: Path, folder: Path) -> str:
    """Return the URL of a copy of an empty, upgraded SQLite database."""
    return f"sqlite:///{shutil.copy(template, folder / 'everything.sqlite3')}"
