"""Objects for tests of the application: an app on a test database, a clock that the test controls, a class with a course."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi
import xapi.storage.store
from lms import vocabulary as v
from lms.accounts import login_sessions
from lms.accounts.models import TEACHER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue.models import CourseVersion
from lms.classes import setup
from lms.classes.models import Enrolment, TrainingClass
from lms.config import Settings
from lms.crediting.account import credited_by_activity
from lms.crediting.drain import drain
from lms.db import database, transaction
from lms.learning.credential import credential_of
from lms.learning.models import Launch, Registration
from lms.learning.stating import Subject, present_statement, store
from lms.learning.stretch import Stretch
from lms.programmes import store as programmes
from tests.course_factories import add_course

BEGIN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning in China
PUBLIC_URL, CONTENT_URL, PACKAGE_URL = "http://localhost", "http://127.0.0.1", "http://{package}.localhost"


@dataclass
class DrivenClock:
    """A clock that changes only when the test says so."""

    at: datetime = BEGIN

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> datetime:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)
        return self.at


def settings_for(database_url: str, folder: Path, **changes: Any) -> Settings:
    """Return settings of an installation in `folder`."""
    plain = {
        "database_url": database_url,
        "redis_url": None,
        "storage_url": (folder / "files").as_uri(),
        "public_url": PUBLIC_URL,
        "content_url": CONTENT_URL,
        "package_url": PACKAGE_URL,
        "check_in_url": changes.get("public_url", PUBLIC_URL),
        "secret_key": "a secret key for tests, long enough to be taken",
        "data_dir": folder,
        "log_level": "WARNING",
        "beat_seconds": 15,
        "beat_grace_seconds": 30,
        "free_disk_mb": 1,
        "trusted_proxies": 0,
        "statements_kept_months": 0,
        "learner_statements_mb": 64,
        "learner_documents_mb": 16,
        "organisation_courses_mb": 20_000,
        "transcript_usernames": "masked",
        "key_storage_mb": 100_000,
        "import_storage_mb": 100_000,
        "signing_key_file": None,
        **{"signing_certificate_file": None, "signing_key_password": ""},
        "accesses_kept_months": 36,
        "anchors": "files",
    }
    return Settings(**{**plain, **changes})


def signed_in(app: Flask, username: str) -> FlaskClient:
    """Return a client whose person is signed in (other tests check how signing in works)."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(_user_id=login_token(app, username), _fresh=True)
    return client


def login_token(app: Flask, username: str) -> str:
    """Sign somebody in and return the token that their browser's cookie would hold."""
    with app.app_context(), transaction() as session:
        person = session.scalars(select(Person).where(Person.username == username)).one()
        token = login_sessions.begin(session, person, "pc/Chrome/Windows", app.extensions["clock"](), remembered=True)
    assert token is not None
    return token


def add_class(session: Session, code: str, provider: Organisation, *courses: CourseVersion) -> TrainingClass:
    """Add a class of the online-teaching programme (40 hours for primary, 50 for junior; 45 minutes each) with courses."""
    text = (resources.files("lms.programmes") / "data" / "online-teaching-2020.toml").read_text(encoding="utf-8")
    version = programmes.import_toml(session, text, BEGIN).version
    run = setup.ClassDetails(code, f"在线教学能力提升 {code} 班", provider, date(2026, 3, 1), date(2026, 6, 30))
    created = setup.create_class(session, version, run)
    for course in courses:
        setup.bind_course(session, created, course, "online")
    return created


@dataclass(frozen=True)
class World:
    """A provider, a class studying one course, and one teacher in it."""

    app: Flask
    clock: DrivenClock
    person_id: int
    enrolment_id: int
    course_version_id: int
    class_id: int
    course: str = "c1"
    username: str = "teacher"
    registrations: dict[int, uuid.UUID] = field(default_factory=dict)

    def client(self) -> FlaskClient:
        """Return a client in which the teacher is signed in."""
        return signed_in(self.app, self.username)

    def act(self, work: Callable[[Session], Any]) -> Any:
        """Do something in a transaction of its own."""
        with self.app.app_context(), transaction() as session:
            return work(session)

    def registration(self) -> uuid.UUID:
        """Return the enrolment's registration for the course."""

        def find(session: Session) -> uuid.UUID:
            version = session.get_one(CourseVersion, self.course_version_id)
            own = (Registration.enrolment_id == self.enrolment_id, Registration.course_id == version.course_id)
            found = session.scalar(select(Registration).where(*own, Registration.alias_of.is_(None)))
            if found is None:
                found = Registration(
                    id=uuid.uuid4(), enrolment_id=self.enrolment_id, course_id=version.course_id, course_version_id=version.id
                )
                session.add(found)
                session.flush()
            return found.id

        answer: uuid.UUID = self.act(find)
        return answer

    def subject(self, activity: str, opened_at: datetime | None = None) -> Subject:
        """Store a launch of an activity; return it in the form for its statements."""
        registration = self.registration()

        def add(session: Session) -> Subject:
            account = session.scalars(select(Person.account).where(Person.id == self.person_id)).one()
            launch = Launch(
                id=uuid.uuid4(),
                registration_id=registration,
                enrolment_id=self.enrolment_id,
                person_id=self.person_id,
                course_version_id=self.course_version_id,
                activity=activity,
                device="pc-00000000",
                opened_at=opened_at or self.clock(),
                live=False,
            )
            session.add(launch)
            return Subject(PUBLIC_URL, launch.id, registration, account, self.course, activity, "pc-00000000", launch.opened_at)

        found: Subject = self.act(add)
        return found

    def study(self, activity: str, seconds: int, *, subject: Subject | None = None) -> Subject:
        """Make the teacher present in an activity from now on, with statements as the server writes them; the clock moves on."""
        found = subject or self.subject(activity)
        since = self.clock()
        until = self.clock.advance(seconds)
        self.act(lambda session: store(session, [present_statement(found, Stretch(since, until))], PUBLIC_URL, until))
        return found

    def say(self, subject: Subject, verb: str, result: Mapping[str, Any] | None = None) -> None:
        """Send a statement of the content through the player, as the record store receives it."""
        statement = {
            "id": str(uuid.uuid4()),
            "verb": {"id": verb},
            "object": {"id": v.activity_iri(PUBLIC_URL, subject.course, subject.activity)},
            "result": dict(result or {}),
        }
        self.act(lambda session: _store(session, statement, credential_of(subject), self.clock()))

    def credit(self) -> int:
        """Process the outbox as the worker does; return the number of statements."""
        total = 0
        with self.app.app_context():
            while read := drain(database(), PUBLIC_URL, self.clock(), 500):
                total += read
        return total

    def credited(self) -> dict[str, int]:
        """Return the teacher's account: credited seconds by activity, without zeros."""
        account: dict[str, int] = self.act(lambda session: credited_by_activity(session, self.enrolment_id))
        return {name: seconds for name, seconds in account.items() if seconds}


def _store(session: Session, statement: dict[str, Any], credential: xapi.Credential, now: datetime) -> None:
    xapi.storage.store.store_statements(session, [statement], credential, version="1.0.3", now=now)


ACTIVITIES: Mapping[str, Mapping[str, Any]] = {
    "reading": {"minutes": 30},
    "gated": {"minutes": 30, "requires": {"completed": True}},
    "quiz": {"minutes": 10, "grading": "server", "requires": {"passed": True}},
    "film": {"format": "video", "minutes": 10, "media_seconds": 600, "requires": {"coverage": 0.9}},
}


def build_world(app: Flask, clock: DrivenClock, activities: Mapping[str, Mapping[str, Any]] = ACTIVITIES) -> World:
    """Make a world in an empty database."""
    with app.app_context(), transaction() as session:
        provider = add_organisation(session, "p1", "示范培训机构", "provider")
        course = add_course(session, "c1", activities)
        training_class = add_class(session, "k1", provider, course)
        person = add_person(session, "teacher", "王秀兰", (TEACHER,), password=None, organisation=provider)
        enrolment: Enrolment = setup.enrol(session, training_class, person, "primary", "in-training")
        return World(app, clock, person.id, enrolment.id, course.id, training_class.id)
