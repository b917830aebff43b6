"""The answer of every route to every visitor: one row a route, one column a visitor. Ids in addresses are the teacher's or the office's.

A test fails if a route of the application has no row here, or if a row has no route.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms.accounts.models import ADMIN, OFFICE, STAFF, TEACHER, TRAINER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.attendance import codes
from lms.classes import setup
from lms.classes.models import ClassSession, TrainingClass
from lms.jobs import queue
from lms.jobs.models import DONE
from lms.learning.package_hosts import PackageHosts, frame_alone
from lms.office.export import TRANSCRIPTS
from lms.sealing import derived
from lms.storage import storage
from tests.access_of_admins import ADMINS_OWN
from tests.access_of_staff import MEMBER, STAFFS_OWN, add_staff
from tests.access_table import ACCESS
from tests.factories import World, signed_in
from xapi.storage.models import IdRow

# Whose the data are: the teacher's hours, the office's jobs. The colleague sits in the same class; the trainer and the office belong
# to its provider; the office elsewhere does not.
VISITORS = ("nobody", "teacher", "colleague", "trainer", "office", "elsewhere", "staff", "admin")

OWN = {"staff": STAFFS_OWN, "admin": ADMINS_OWN}

# The record store has no sessions: a request without a credential gets this, with any cookie.
RECORD_STORE = {
    "xapi.about": {"GET": 200, "*": 405},
    "xapi.token": {"POST": 400, "*": 405},
    "xapi.elsewhere": {"*": 404},
    "*": {"*": 401},
}

# Routes that read no cookie, so that no other page can misuse one; every other route that changes anything demands a form of ours.
WITHOUT_COOKIE = {
    *("learning.take_beat", "learning.save_state", "learning.take_answers", "learning.note_failure"),
    *("commits.take", "cmi5.look", "cmi5.fetch", "workshop.fetch_of_preview", "workshop.records_of_preview"),
}

SHA256 = "ab" * 32
NAMES_A_PROGRAMME = {"office.open_class", "office.document", "office.preview_document"}
CONTENT = ("content.ahead", "content.file", "content.frame", "content.player_file")


def asked(app: Flask) -> set[tuple[str, str]]:
    """Every route's endpoint and method, HEAD and OPTIONS left out: Flask answers them like GET, or itself."""
    return {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def expected(endpoint: str, method: str, visitor: str) -> str | None:
    """Return what the visitor should get; None where nobody has decided."""
    if endpoint.startswith("xapi."):
        row = RECORD_STORE.get(endpoint, RECORD_STORE["*"])
        return str(row.get(method, row["*"]))
    line = ACCESS.get((endpoint, method))
    if line is None:
        return None
    if visitor in OWN:
        return OWN[visitor].get(
            (endpoint, method),
            "403"
            if endpoint.startswith(("catalogue.", "workshop.", "authoring.", "library.", "tutoring.everywhere", "tutoring.download_every"))
            else line.split()[VISITORS.index("trainer")],
        )
    return line.split()[VISITORS.index(visitor)]


@dataclass(frozen=True)
class Place:
    """Somewhere with data of the teacher and of the office, and people who may or may not see them."""

    world: World
    jobs: dict[str, int]

    def visit(self, visitor: str, rule: Rule, method: str) -> str:
        """Ask as the visitor, from a page of ours, and return what came: a status, or "login"."""
        client = self.client(visitor)
        host = self.host(rule.endpoint)
        headers = {"X-CSRFToken": form_token(client)}
        return shown(
            client.open(self.address(rule), method=method, base_url=host, headers=headers, buffered=True, **self.body(rule.endpoint))
        )

    def client(self, visitor: str) -> FlaskClient:
        """Return a fresh browser of the visitor."""
        return self.world.app.test_client() if visitor == "nobody" else signed_in(self.world.app, visitor)

    def body(self, endpoint: str) -> dict[str, Any]:
        """Return what is sent."""
        if endpoint == "office.decide":
            return {"data": {"what": "returned"}}
        if endpoint == "cmi5.start":
            return {"json": {"token": "none"}}
        if endpoint == "learning.open_activity":
            place = {"enrolment": self.world.enrolment_id, "version": self.world.course_version_id, "activity": "reading"}
            return {"json": place}
        return {}

    def host(self, endpoint: str) -> str:
        """Return the host that answers a route: the site's, that of all content, or that of one package's frame."""
        if endpoint == "content.ahead":
            hosts: PackageHosts = self.world.app.extensions["package_hosts"]
            return hosts.address(hosts.label(frame_alone(SHA256), 1))
        return "http://127.0.0.1" if endpoint in CONTENT else "http://localhost"

    def address(self, rule: Rule) -> str:
        """Fill in a route's ids."""
        values = {
            "enrolment_id": self.world.enrolment_id,
            "course_version_id": self.world.course_version_id,
            "class_id": self.world.class_id,
            "login_id": 1_000_000,
            "job_id": self.jobs.get(rule.endpoint),
            "activity": "reading",
            "name": "h5p" if rule.endpoint in {"content.frame", "content.ahead"} else "c1:reading",
            "form": "json",
            "language": "zh-CN",
            "code": self.code(rule.endpoint),
            "year": 2020,
            "version_number": 1,
            "upload_id": "nothing",
            "sha256": SHA256,
            "token": "none",
            "kind": "quiz" if rule.endpoint.startswith("authoring.") else "h5p",
            "suffix": "xlsx",
            "entry": "activities/reading",
            "path": "media/a.txt" if rule.endpoint == "content.file" else "frame.js",
            "filename": "icons.svg",
            "elsewhere": "nothing",
            **{"preview_id": uuid.UUID(int=1), "resource": "statements"},
            "key": "nobody",
            "forward_id": 1,
            "statement_id": self._statement() if "statement_id" in rule.arguments else None,
            "import_id": 1,
            "aside_id": 1,
            "person_id": 1,
            "organisation_id": 1,
            "session_id": self.session_id(rule.endpoint),
            "member_id": MEMBER,
            "programme_id": 1,
            **{
                "waiver_id": 1,
                "certificate_id": 1,
                "held_id": 1,
                "proposal_id": 1,
                "appeal_id": 1,
                "entry_id": 1,
                "line": "c1:reading",
                "number": 1 if rule.endpoint.startswith("workshop.") else "2026-00000-00000",
                "replacement_id": 1,
                **dict.fromkeys(("draft_id", "comment_id"), 1_000_000),
                "task_id": 1,
                "work_id": 1,
                "file_id": 1,
                "requirement": "x",
            },
        }
        with self.world.app.test_request_context(base_url="http://localhost"):
            return self.world.app.url_map.bind("localhost").build(rule.endpoint, {name: values[name] for name in rule.arguments})

    def session_id(self, endpoint: str) -> int:
        """Return a session of the class; one that is cancelled is another for each visitor."""
        if endpoint == "office.cancel_session":
            self.world.act(lambda session: session.execute(update(ClassSession).values(cancelled_at=None)))
        found: int = self.world.act(lambda session: session.scalars(select(ClassSession.id)).one())
        return found

    def code(self, endpoint: str) -> str:
        """Return what is called a code there: a programme's, a course's, or the one on the screen of the class's session."""
        if not endpoint.startswith("here."):
            return "online-teaching" if endpoint in NAMES_A_PROGRAMME else "c1"
        key = derived(self.world.app.extensions["settings"].secret_key, codes.PURPOSE)
        return codes.write_code(codes.code_at(self.session_id(endpoint), codes.IN, self.world.clock()), key)

    def _statement(self) -> uuid.UUID:
        """Return the id of a statement of the teacher's."""
        self.world.study("reading", 60)
        found: uuid.UUID = self.world.act(lambda session: session.scalars(select(IdRow.id)).first())
        return found


def form_token(client: FlaskClient) -> str:
    """Return what the forms of our pages carry in this browser."""
    with client.session_transaction() as cookie:
        cookie["csrf_token"] = "0" * 40
    return str(URLSafeTimedSerializer(client.application.secret_key, salt="wtf-csrf-token").dumps("0" * 40))


def shown(answer: TestResponse) -> str:
    """Return what came as the table writes it."""
    return "login" if answer.status_code == 302 and answer.location.startswith("/login") else str(answer.status_code)


def build(world: World) -> Place:
    """Add the other visitors, a finished job of the office for each page about jobs, and a file of a course."""

    def people(session: Session) -> dict[str, int]:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        other = add_organisation(session, "x", "外省办公室", "office")
        for name, role, organisation in (
            ("colleague", TEACHER, provider),
            ("trainer", TRAINER, provider),
            ("office", OFFICE, provider),
            ("elsewhere", OFFICE, other),
            ("staff", STAFF, provider),
            ("admin", ADMIN, provider),
        ):
            person = add_person(session, name, f"某{name}", (role,), password=None, organisation=organisation)
            if name == "staff":
                add_staff(session, world, person)
            if name == "colleague":
                setup.enrol(session, session.get_one(TrainingClass, world.class_id), person, "primary", "in-training")
        owner = session.scalars(select(Person.id).where(Person.username == "office")).one()
        params = {"class_id": world.class_id, "class_code": "k1", "class_name": "k1", "locale": "zh_Hans_CN"}
        jobs = {}
        for endpoint in ("jobs.one", "jobs.download", "jobs.cancel", "jobs.go_on", "jobs.delete"):
            job = queue.enqueue(session, TRANSCRIPTS, owner, params, world.clock())
            job.state, job.result_name, job.result_object = DONE, "k1.zip", f"jobs/{job.id}.zip"
            storage().put(job.result_object, b"PK")
            jobs[endpoint] = job.id
        return jobs

    world.study("reading", 600)
    world.credit()
    with world.app.app_context():
        storage().put(f"packages/{SHA256}/media/a.txt", b"a")
    return Place(world, world.act(people))
