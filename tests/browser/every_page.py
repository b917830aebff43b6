"""Every page of the application, one line each. A page without a line here fails a test.

The site is the demo, with some additional people who have no data yet.
"""

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
from tests.browser.record_store import add_record_store_rows
from tests.browser.reviews import review_values
from tests.factories import signed_in
from tests.site import served, work_once

SCANS = ("claimed", "counted", "counted")
NOBODY, NEW_TEACHER, NEW_OFFICE, OTHER_OFFICE, NEW_STAFF = "nobody", "new-teacher", "new-office", "other-office", "new-staff"


OTHER_HEADS = "编码,称呼,备注,联系方式\r\n1,李梅,乡村首席教师,13800000000\r\n2,周强,,13800000001\r\n"
WITH_PROBLEMS = (
    "姓名,用户名,学校,类别\r\n李梅,limei,柳河镇中心学校,乡村首席教师\r\n周强,41010119900101123X,柳河镇中心学校,\r\n,zhao,,别的\r\n"
)
ENDED = {"class_id": "ended_class", "certificate_id": "certificate"}  # keys of `Everything.values`


@dataclass(frozen=True)
class Look:
    """A page as one person sees it. `wanted`: address values other than the teacher's own; `path`: an address without a route.

    `filled`: fields of a form, by selector (for a file: the text of a CSV file); it is then sent, and the next page is looked at.
    """

    visitor: str
    endpoint: str
    wanted: Mapping[str, Any] | None = None
    query: str = ""
    path: str = ""
    status: int = 200
    filled: Mapping[str, str] | None = None

    def __str__(self) -> str:
        values = (*(self.wanted or {}).values(), *(self.filled or {}))
        return " ".join(filter(None, (self.visitor, self.endpoint, *map(str, values), self.query, self.path)))


LOOKS = (
    Look(NOBODY, "security.login"),
    Look(NOBODY, "certification.ask"),
    Look(NOBODY, "certification.ask", query="?number=2026-1", status=422),
    Look(NOBODY, "certification.verify"),
    Look(NOBODY, "error", path="/nothing-here", status=404),
    Look("teacher", "home.home"),
    Look(NEW_TEACHER, "home.home"),
    Look("teacher", "home.course"),
    Look("teacher", "learning.play", {"code": "online-lesson-design", "activity": "from-their-screen"}),  # reading
    Look("teacher", "learning.play", {"code": "online-lesson-design", "activity": "board-and-screen"}),  # film
    Look("teacher", "learning.play", {"code": "safety-and-mental-health", "activity": "listening-first"}),  # film with questions
    Look("teacher", "learning.play", {"code": "online-lesson-design", "activity": "design-quiz"}),
    Look("teacher", "transcripts.show"),
    Look("office", "transcripts.show"),
    *(Look(NEW_TEACHER, one) for one in ("transcripts.mine", "calendar.show", "practice.mine", "lifetime.mine")),
    *(Look("teacher", "lifetime.mine"), Look("county", "lifetime.of_person"), Look(NEW_OFFICE, "lifetime.waiting")),
    *(Look("county", f"lifetime.{page}") for page in ("waiting", "of_elsewhere")),
    *(Look("teacher", one) for one in ("accounts.password", "accounts.signed_in", "personal_copy.mine")),
    Look("teacher", "error", path="/nothing-here", status=404),
    Look("teacher", "catalogue.upload", status=403),
    *(Look("trainer", "catalogue.courses", query=query) for query in ("", "?q=zzz")),
    *(Look("trainer", page) for page in ("catalogue.course", "library.card", "catalogue.upload")),
    *(Look("office", page, query="?class=1") for page in ("catalogue.courses", "catalogue.course")),
    *(Look(who, "office.programme_board") for who in ("office", NEW_OFFICE, OTHER_OFFICE)),
    Look("office", "office.programme_classes"),
    Look("office", "office.programme_classes", query="?show=coming&q=zzz"),
    Look("office", "office.documents"),
    Look("office", "office.document", {"code": "rural-lead", "year": 2020}),
    Look("office", "office.classes"),
    *(Look(who, page) for who, page in (("office", "bulk.ask"), ("office", "records.accesses"), ("teacher", "accesses.mine"))),
    Look(NEW_OFFICE, "office.classes"),
    Look(OTHER_OFFICE, "office.classes"),
    Look("office", "office.class_"),
    Look("office", "office.class_", query="?q=zzz"),
    Look("office", "office.choose_programme"),
    Look(OTHER_OFFICE, "office.choose_programme"),
    Look("office", "office.open_class", {"code": "online-teaching", "year": 2020}),
    Look("office", "office.settings"),
    Look("office", "office.staff"),
    Look("office", "office.show_timetable"),
    Look("office", "office.new_session"),
    Look("office", "office.change_session"),
    Look("office", "office.attendance"),
    Look("office", "office.code"),
    Look("office", "office.meeting"),
    Look("teacher", "here.scanned"),
    Look("teacher", "here.state"),
    Look("teacher", "calendar.show"),
    Look("teacher", "live.page"),
    Look(NOBODY, "here.kept"),
    *(Look("office", f"office.{page}") for page in ("tasks", "new_task", "review")),
    Look("teacher", "practice.mine"),
    Look("teacher", "practice.task"),
    Look("teacher", "practice.new_log"),
    Look("teacher", "practice.log"),
    Look("staff", "office.today"),
    Look(NEW_STAFF, "office.today"),
    Look("staff", "office.show_timetable"),
    Look("staff", "office.class_"),
    Look("office", "office.courses"),
    Look("staff", "tutoring.of_class"),
    *(Look("staff", f"tutoring.of_{what}", {"code": "online-lesson-design", "activity": "design-quiz"}) for what in ("course", "activity")),
    Look("trainer", "workshop.preview", {"code": "online-lesson-design", "number": 1, "activity": "from-their-screen"}),
    Look("trainer", "authoring.types"),
    *(Look("trainer", "authoring.form", {"kind": kind}) for kind in ("quiz", "reading", "video", "reflection")),
    *(Look("trainer", f"workshop.{page}", {"kind": "quiz"}) for page in ("draft_list", "editor", "review", "compare", "new_form")),
    *(Look("trainer", f"workshop.{page}", {"code": "bank"}) for page in ("bank_list", "new_in_bank", "in_bank")),
    Look("trainer", "tutoring.everywhere_of_question", {"code": "bank"}),
    Look("trainer", "tutoring.everywhere", {"code": "online-lesson-design", "activity": "design-quiz"}),
    Look("office", "office.course_change", {"code": "online-lesson-design"}, query="?to=off"),
    Look("office", "office.adding"),
    Look("office", "office.adding", filled={"#list-file": OTHER_HEADS}),  # the page on which columns are assigned
    Look("office", "office.adding", filled={"#list-file[name]": WITH_PROBLEMS}),
    Look("office", "office.passwords"),
    Look("office", "office.teacher"),
    Look("office", "office.transfer_form"),
    Look("office", "office.class_waivers"),
    *(Look("office", page) for page in ("reviews.queue", "reviews.one", "appeals.queue", "appeals.one")),
    *(Look(who, "reviews.queue", query="?show=decided&age=14") for who in ("office", NEW_OFFICE)),
    *(Look("staff", page) for page in ("reviews.one", "appeals.one")),
    Look("teacher", "appeals.about"),
    *(Look("office", f"certification.{page}", ENDED) for page in ("of_class", "one")),
    Look("office", "office.moving"),
    Look("staff", "office.moving"),
    Look("staff", "office.class_waivers"),
    Look("county", "office.classes"),  # an office without classes of its own
    Look("county", "people.mine"),
    Look("county", "people.mine", query="?q=zzz"),
    *(Look(one, "people.mine") for one in (NEW_OFFICE, OTHER_OFFICE)),
    Look("county", "people.one"),
    Look("county", "transcripts.show"),
    *(Look("office", page) for page in ("organisations.all_", "organisations.one", "certification.letterhead")),
    Look("county", "organisations.all_", query="?q=zzz"),
    Look("office", "organisations.one", filled={"[name=name]": "柳河镇中心学校（新校区）"}),  # the preview of a new name
    Look(NEW_OFFICE, "accounts.password"),
    Look("office", "jobs.mine"),
    Look(NEW_OFFICE, "jobs.mine"),
    Look("office", "records.statements"),
    Look(OTHER_OFFICE, "records.statements"),
    Look("office", "records.statements", query="?person=nobody&verb=x", status=422),
    Look("office", "records.statements", query="?person=e"),  # several people match: the user chooses one
    Look("office", "records.statement"),
    *(Look("office", f"records.{page}") for page in ("needs_attention", "export", "keys", "new_key", "retention")),
    *(Look("office", f"records.{page}") for page in ("forwarding", "new_forward", "forward", "importing", "new_import", "import_")),
    *(Look("office", f"records.{page}") for page in ("erasure", "ledger_checks")),
    Look("office", "records.erasure", query="?who=teacher"),
)

# GET routes that are not pages of their own, and the reason
NO_PAGES = {
    **dict.fromkeys(("transcripts.download", "certification.download", "records.statement_json", "office.template"), "a file"),
    **dict.fromkeys(
        ("office.work_file", "practice.file", "jobs.download", "catalogue.source", "tutoring.download", "authoring.picture"), "a file"
    ),
    **dict.fromkeys(("lifetime.download", "lifetime.document", "authoring.film"), "a file"),
    "cmi5.returned": "says in the unit's own window that it was closed",
    "web.first_page": "leads on",
    **dict.fromkeys(("home.figures", "home.activity_progress"), "a part of the teacher's home and of the player's page"),
    "transcripts.why": "a part of the transcript, opened there by a test",
    "jobs.one": "a part of the list of exports",
    "catalogue.uploaded": "a part of the upload page",
    **dict.fromkeys(("workshop.outline", "workshop.activity_form", "workshop.taken_file"), "a part of the editor"),
    **dict.fromkeys(("workshop.preview_draft", "workshop.filled_form", "workshop.find_in_bank"), "looks like another; for a script"),
    "office.code_picture": "a part of the room's screen",
    "here.worker": "a script",
    "commits.load": "for the content inside the player's page",
    "content.frame": "the content inside the player's page, looked at there",
    **dict.fromkeys(
        ("content.player_file", "certification.logo", "certification.signing_certificates", "tutoring.download_everywhere"), "files"
    ),
    **dict.fromkeys(("static", "content.file", "content.ahead", "tutoring.download_everywhere_of_question"), "files"),
    **dict.fromkeys(("certification.own_letterhead", "health.alive", "health.ready"), "leads on; for machines"),
}


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
