"""Who gets what from which route? One row a route, one column a visitor; every id in an address is the teacher's or the office's own.

A route of the application that has no row here fails a test, and so does a row whose route is gone.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms.accounts.models import OFFICE, TEACHER, TRAINER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue.publish import file_name
from lms.classes import setup
from lms.classes.models import TrainingClass
from lms.jobs import queue
from lms.jobs.models import DONE
from lms.office.export import TRANSCRIPTS
from lms.storage import storage
from tests.factories import World, signed_in
from xapi.storage.models import IdRow

# Whose the data are: the teacher's hours, the office's jobs. The colleague sits in the same class; the trainer and the office belong
# to its provider; the office elsewhere does not.
VISITORS = ("nobody", "teacher", "colleague", "trainer", "office", "elsewhere")

EVERYBODY = "200 200 200 200 200 200"
TEACHERS = "login 200 200 403 403 403"
TRAINERS = "login 403 403 200 403 403"
OFFICES = "login 403 403 403 200 200"
THE_TEACHERS_OWN = "login 200 404 403 403 403"
THE_OFFICES_OWN_CLASS = "login 403 403 403 200 404"
THE_OFFICES_OWN_JOB = "login 404 404 404 {} 404"
THE_WHOLE_SITES = "login 403 403 403 403 403"  # no office here has the whole site below it: tests/integration/records/test_keys.py
A_TOKENS = "401 401 401 401 401 401"  # a launch token or a key of the record store; a session's cookie is none

# (endpoint, method) → what each visitor gets: a status, or "login" for being sent to the sign-in page
ACCESS: dict[tuple[str, str], str] = {
    ("web.first_page", "GET"): "login 302 302 302 302 302",
    ("web.set_locale", "POST"): "302 302 302 302 302 302",
    ("health.alive", "GET"): EVERYBODY,
    ("health.ready", "GET"): "503 503 503 503 503 503",  # no worker runs in this test
    ("static", "GET"): EVERYBODY,
    ("security.login", "GET"): "200 302 302 302 302 302",
    ("security.login", "POST"): "200 302 302 302 302 302",
    ("security.logout", "POST"): "login login login login login login",
    ("accounts.password", "GET"): "login 200 200 200 200 200",
    ("accounts.password", "POST"): "401 422 422 422 422 422",
    ("home.home", "GET"): TEACHERS,
    ("home.figures", "GET"): TEACHERS,
    ("home.course", "GET"): THE_TEACHERS_OWN,
    ("home.activity_progress", "GET"): THE_TEACHERS_OWN,
    ("learning.play", "GET"): "login 200 404 404 404 404",
    ("learning.open_activity", "POST"): "401 200 404 404 404 404",
    ("learning.take_beat", "POST"): A_TOKENS,
    ("learning.save_state", "POST"): A_TOKENS,
    ("learning.take_answers", "POST"): A_TOKENS,
    ("content.file", "GET"): EVERYBODY,
    ("content.frame", "GET"): EVERYBODY,
    ("content.player_file", "GET"): EVERYBODY,
    ("transcripts.mine", "GET"): "login 302 302 403 403 403",
    ("transcripts.show", "GET"): "login 200 404 404 200 404",
    ("transcripts.why", "GET"): "login 200 404 404 200 404",
    ("transcripts.download", "GET"): "login 200 404 404 200 404",
    ("catalogue.courses", "GET"): TRAINERS,
    ("catalogue.course", "GET"): TRAINERS,
    ("catalogue.upload", "GET"): TRAINERS,
    ("catalogue.upload", "POST"): "401 403 403 422 403 403",
    ("office.classes", "GET"): OFFICES,
    ("office.class_", "GET"): THE_OFFICES_OWN_CLASS,
    ("office.choose_programme", "GET"): OFFICES,
    ("office.open_class", "GET"): OFFICES,
    ("office.open_class", "POST"): "401 403 403 403 422 422",
    ("office.settings", "GET"): THE_OFFICES_OWN_CLASS,
    ("office.settings", "POST"): "401 403 403 403 422 404",
    ("office.close", "POST"): "401 403 403 403 302 404",
    ("office.reopen", "POST"): "401 403 403 403 302 404",
    ("office.courses", "GET"): THE_OFFICES_OWN_CLASS,
    ("office.courses", "POST"): "401 403 403 403 422 404",
    ("office.adding", "GET"): THE_OFFICES_OWN_CLASS,
    ("office.add_one", "POST"): "401 403 403 403 422 404",
    ("office.preview", "POST"): "401 403 403 403 422 404",
    ("office.columns", "POST"): "401 403 403 403 422 404",
    ("office.enrol", "POST"): "401 403 403 403 422 404",
    ("office.template", "GET"): OFFICES,
    ("office.passwords", "GET"): THE_OFFICES_OWN_CLASS,
    ("office.hand_out", "POST"): "401 403 403 403 302 404",
    ("office.teacher", "GET"): THE_OFFICES_OWN_CLASS,
    ("office.withdraw", "POST"): "401 403 403 403 302 404",
    ("office.take_back", "POST"): "401 403 403 403 302 404",
    ("office.move", "POST"): "401 403 403 403 302 404",
    ("office.new_password", "POST"): "401 403 403 403 200 404",
    ("office.export", "POST"): "401 403 403 403 302 404",
    ("records.statements", "GET"): OFFICES,
    ("records.statement", "GET"): "login 403 403 403 200 404",
    ("records.statement_json", "GET"): "login 403 403 403 200 404",
    ("records.needs_attention", "GET"): OFFICES,
    ("records.retry", "POST"): "401 403 403 403 302 302",
    ("records.export", "GET"): OFFICES,
    ("records.export", "POST"): "401 403 403 403 422 422",
    ("records.keys", "GET"): THE_WHOLE_SITES,
    ("records.new_key", "GET"): THE_WHOLE_SITES,
    ("records.new_key", "POST"): "401 403 403 403 403 403",
    ("records.revoke", "POST"): "401 403 403 403 403 403",
    ("records.erasure", "GET"): THE_WHOLE_SITES,
    ("records.erase_person", "POST"): "401 403 403 403 403 403",
    ("records.retention", "GET"): THE_WHOLE_SITES,
    ("records.remove_old", "POST"): "401 403 403 403 403 403",
    ("records.discard_letter", "POST"): "401 403 403 403 403 403",
    ("records.forwarding", "GET"): THE_WHOLE_SITES,
    ("records.new_forward", "GET"): THE_WHOLE_SITES,
    ("records.new_forward", "POST"): "401 403 403 403 403 403",
    ("records.forward", "GET"): THE_WHOLE_SITES,
    ("records.pause_forward", "POST"): "401 403 403 403 403 403",
    ("records.resume_forward", "POST"): "401 403 403 403 403 403",
    ("records.retry_letters", "POST"): "401 403 403 403 403 403",
    ("records.remove_forward", "POST"): "401 403 403 403 403 403",
    ("records.importing", "GET"): THE_WHOLE_SITES,
    ("records.new_import", "GET"): THE_WHOLE_SITES,
    ("records.new_import", "POST"): "401 403 403 403 403 403",
    ("records.import_", "GET"): THE_WHOLE_SITES,
    ("records.stop_import", "POST"): "401 403 403 403 403 403",
    ("records.go_on_import", "POST"): "401 403 403 403 403 403",
    ("records.remove_import", "POST"): "401 403 403 403 403 403",
    ("records.retry_aside", "POST"): "401 403 403 403 403 403",
    ("records.leave_out_aside", "POST"): "401 403 403 403 403 403",
    ("jobs.mine", "GET"): "login 200 200 200 200 200",
    ("jobs.one", "GET"): THE_OFFICES_OWN_JOB.format(200),
    ("jobs.download", "GET"): THE_OFFICES_OWN_JOB.format(200),
    ("jobs.cancel", "POST"): "401 404 404 404 302 404",
    ("jobs.delete", "POST"): "401 404 404 404 302 404",
}

# The record store knows no sessions: whatever the visitor's cookie, a request without a credential gets this.
RECORD_STORE = {
    "xapi.about": {"GET": 200, "*": 405},
    "xapi.token": {"POST": 400, "*": 405},
    "xapi.elsewhere": {"*": 404},
    "*": {"*": 401},
}

# Routes that read no cookie, so that no other page can misuse one; every other route that changes anything demands a form of ours.
WITHOUT_COOKIE = {"learning.take_beat", "learning.save_state", "learning.take_answers"}

SHA256 = "ab" * 32
CONTENT = ("content.file", "content.frame", "content.player_file")


def asked(app: Flask) -> set[tuple[str, str]]:
    """Every route's endpoint and method, HEAD and OPTIONS left out: Flask answers them like GET, or itself."""
    return {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def expected(endpoint: str, method: str, visitor: str) -> str | None:
    """Return what the visitor should get; None where nobody has decided."""
    if endpoint.startswith("xapi."):
        row = RECORD_STORE.get(endpoint, RECORD_STORE["*"])
        return str(row.get(method, row["*"]))
    line = ACCESS.get((endpoint, method))
    return line.split()[VISITORS.index(visitor)] if line else None


@dataclass(frozen=True)
class Place:
    """Somewhere with data of the teacher and of the office, and people who may or may not see them."""

    world: World
    jobs: dict[str, int]

    def visit(self, visitor: str, rule: Rule, method: str) -> str:
        """Ask as the visitor, from a page of ours, and return what came: a status, or "login"."""
        client = self.client(visitor)
        host = "http://127.0.0.1" if rule.endpoint in CONTENT else "http://localhost"
        headers = {"X-CSRFToken": form_token(client)}
        return shown(
            client.open(self.address(rule), method=method, base_url=host, headers=headers, buffered=True, **self.body(rule.endpoint))
        )

    def client(self, visitor: str) -> FlaskClient:
        """Return a fresh browser of the visitor."""
        return self.world.app.test_client() if visitor == "nobody" else signed_in(self.world.app, visitor)

    def body(self, endpoint: str) -> dict[str, Any]:
        """Return what is sent."""
        if endpoint == "learning.open_activity":
            place = {"enrolment": self.world.enrolment_id, "version": self.world.course_version_id, "activity": "reading"}
            return {"json": place}
        return {}

    def address(self, rule: Rule) -> str:
        """Fill in a route's ids."""
        values = {
            "enrolment_id": self.world.enrolment_id,
            "course_version_id": self.world.course_version_id,
            "class_id": self.world.class_id,
            "job_id": self.jobs.get(rule.endpoint),
            "activity": "reading",
            "name": "c1:reading",
            "form": "json",
            "code": "online-teaching" if rule.endpoint == "office.open_class" else "c1",
            "year": 2020,
            "sha256": SHA256,
            "kind": "h5p",
            "suffix": "xlsx",
            "entry": "activities/reading",
            "path": "media/a.txt" if rule.endpoint == "content.file" else "frame.js",
            "filename": "icons.svg",
            "elsewhere": "nothing",
            "key": "nobody",
            "forward_id": 1,
            "statement_id": self._statement() if "statement_id" in rule.arguments else None,
            "import_id": 1,
            "aside_id": 1,
            "person_id": 1,
        }
        with self.world.app.test_request_context(base_url="http://localhost"):
            return self.world.app.url_map.bind("localhost").build(rule.endpoint, {name: values[name] for name in rule.arguments})

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
        ):
            person = add_person(session, name, f"某{name}", (role,), password=None, organisation=organisation)
            if name == "colleague":
                setup.enrol(session, session.get_one(TrainingClass, world.class_id), person, "primary", "in-training")
        owner = session.scalars(select(Person.id).where(Person.username == "office")).one()
        params = {"class_id": world.class_id, "class_code": "k1", "class_name": "k1", "locale": "zh_Hans_CN"}
        jobs = {}
        for endpoint in ("jobs.one", "jobs.download", "jobs.cancel", "jobs.delete"):
            job = queue.enqueue(session, TRANSCRIPTS, owner, params, world.clock())
            job.state, job.result_name, job.result_object = DONE, "k1.zip", f"jobs/{job.id}.zip"
            storage().put(job.result_object, b"PK")
            jobs[endpoint] = job.id
        return jobs

    world.study("reading", 600)
    world.credit()
    with world.app.app_context():
        storage().put(file_name(SHA256, "media/a.txt"), b"a")
    return Place(world, world.act(people))
