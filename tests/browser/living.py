"""A class that a test lives through: its clock stands still until it is driven, what people do on pages happens in a browser, the rest at once."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE, STAFF, TEACHER, Person
from lms.accounts.people import add_organisation, add_person
from lms.app import create_app
from lms.attendance import marking
from lms.attendance.marking import NotedAttendance
from lms.catalogue.models import CourseVersion
from lms.classes import setup, timetable
from lms.classes.models import ClassSession, Enrolment, TrainingClass
from lms.classes.planning import PlannedSession
from lms.classes.staff import appoint
from lms.crediting.attesting import Attestor
from lms.crediting.drain import drain
from lms.crediting.ripening import ripen
from lms.crediting.standing import Standing, of_enrolments
from lms.crediting.verify import verify
from lms.crediting.windows import go_on_somewhere
from lms.db import database, transaction
from lms.learning.models import Launch, Registration
from lms.learning.stating import Subject, present_statement, store
from lms.learning.stretch import Stretch
from lms.office.attesting import Attesting
from lms.programmes import store as programmes
from tests import course_factories, factories
from tests.browser.phone import sign_in
from tests.servers import free_port, web
from tests.site import PASSWORD, Site

FIRST_DAY = date(2026, 3, 2)
BEGIN = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # eight in the morning in China
HALF_DAYS = ((time(0, 30), time(3, 30)), (time(6, 30), time(9, 30)))  # in UTC
PEOPLE = (("office", "李静", OFFICE), ("chief", "王主任", OFFICE), ("staff", "周明", STAFF), ("teacher", "王秀兰", TEACHER))


@dataclass
class Life:
    """One class with one teacher in it, served to browsers."""

    app: Flask
    address: str
    clock: factories.DrivenClock
    class_id: int
    enrolment_id: int
    version_id: int
    pages: dict[str, Page] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        """The class as a site, for those who sign in."""
        return Site(self.app, self.address, self.enrolment_id, self.version_id)

    def at(self, visitor: BrowserContext, username: str, path: str) -> Page:
        """Sign somebody in, in a window without cookies, and open a page."""
        visitor.clear_cookies()
        return sign_in(visitor, self.site, username, path)

    def act(self, work: Callable[[Session], Any]) -> Any:
        """Do something in a transaction of its own."""
        with self.app.app_context(), transaction() as session:
            return work(session)

    def work(self) -> None:
        """Do what the worker does: credit what waits, follow what changed, let months ripen."""
        with self.app.app_context():
            while drain(database(), self.address, self.clock(), 500):
                pass
        while self.act(lambda session: go_on_somewhere(session, self.clock())):
            pass
        self.act(lambda session: ripen(session, self.clock()))

    def until(self, day: date, at: time = time(10)) -> None:
        """Let time pass until a day, ten in the morning in UTC if nothing else is said."""
        self.clock.at = datetime.combine(day, at, UTC)

    def sessions(self) -> Sequence[ClassSession]:
        """Return the class's timetable."""
        found: Sequence[ClassSession] = self.act(lambda session: timetable.sessions_of(session, self.class_id))
        return found

    def plan(self, days: dict[str, int]) -> None:
        """Plan so many days of each requirement, one after the other, two half-days each."""
        planned, day = [], FIRST_DAY
        for requirement, count in days.items():
            for _ in range(count):
                for starts, ends in HALF_DAYS:
                    times = (datetime.combine(day, at, UTC) for at in (starts, ends))
                    planned.append(PlannedSession("", f"{requirement} {len(planned) + 1}", requirement, *times))
                day += timedelta(days=1)
        by = By(None, self.clock())
        self.act(lambda session: timetable.add(session, self.class_id, timetable.with_keys(session, self.class_id, planned), by))

    def attend(self, lessons: Sequence[ClassSession]) -> None:
        """Note that the teacher was there, as staff do in the grid."""

        def note(session: Session) -> None:
            staff = session.scalars(select(Person.id).where(Person.username == "staff")).one()
            evidence = Attesting(Attestor(session, self.address, staff, self.clock()))
            for lesson in lessons:
                mark = NotedAttendance(self.enrolment_id, "present")
                marking.note(session, session.get_one(ClassSession, lesson.id), [mark], By(staff, self.clock()), evidence)

        self.act(note)

    def study(self, activity: str, minutes: int) -> None:
        """Let the teacher be present in an activity from now on, as the server states it; the clock moves on."""
        since, until = self.clock(), self.clock.advance(minutes * 60)
        subject = self.act(lambda session: self._subject(session, activity, since))
        self.act(lambda session: store(session, [present_statement(subject, Stretch(since, until))], self.address, until))

    def _subject(self, session: Session, activity: str, opened_at: datetime) -> Subject:
        person = session.scalars(select(Person).where(Person.username == "teacher")).one()
        course_id = session.get_one(CourseVersion, self.version_id).course_id
        wanted = (Registration.enrolment_id == self.enrolment_id, Registration.course_id == course_id)
        registration = session.scalar(select(Registration).where(*wanted))
        if registration is None:
            own_id = {"id": uuid.uuid4(), "enrolment_id": self.enrolment_id}
            registration = Registration(**own_id, course_id=course_id, course_version_id=self.version_id)
            session.add(registration)
            session.flush()
        own = {"registration_id": registration.id, "enrolment_id": self.enrolment_id, "course_version_id": self.version_id}
        launch = Launch(id=uuid.uuid4(), person_id=person.id, activity=activity, device="pc", opened_at=opened_at, live=False, **own)
        session.add(launch)
        return Subject(self.address, launch.id, registration.id, person.account, "general", activity, "pc", opened_at)

    def standing(self) -> Standing:
        """Return where the teacher stands."""
        found: Standing = self.act(lambda session: of_enrolments(session, [self.enrolment_id])[0])
        return found

    def findings(self) -> list[str]:
        """Return what an auditor would find."""
        with self.app.app_context(), transaction() as session:
            return [one.problem for checked in verify(session, public_url=self.address) for one in checked.findings]


@contextmanager
def living(database_url: str, folder: Path, programme: str, track: str, activities: dict[str, int]) -> Iterator[Life]:
    """Serve a class of a programme that studies one course (`activities`: minutes by key); everything stops at the end of the block."""
    port, clock = free_port(), factories.DrivenClock(BEGIN)
    address = f"http://localhost:{port}"
    changes = {"public_url": address, "content_url": f"http://127.0.0.1:{port}", "package_url": f"http://{{package}}.localhost:{port}"}
    app = create_app(factories.settings_for(database_url, folder, **changes), clock=clock)
    try:
        with web(app, port):
            yield Life(app, address, clock, *_fill(app, programme, track, activities))
    finally:
        app.extensions["db"].dispose()


def _fill(app: Flask, programme: str, track: str, activities: dict[str, int]) -> tuple[int, int, int]:
    text = (resources.files("lms.programmes") / "data" / f"{programme}-2020.toml").read_text(encoding="utf-8")
    with app.app_context(), transaction() as session:
        provider = add_organisation(session, "p1", "示范培训机构", "provider")
        version = programmes.import_toml(session, text, BEGIN).version
        run = setup.ClassDetails("k1", "一班", provider, FIRST_DAY, FIRST_DAY + timedelta(days=150))
        made: TrainingClass = setup.create_class(session, version, run)
        course = course_factories.add_course(session, "general", {key: {"minutes": minutes} for key, minutes in activities.items()})
        setup.bind_course(session, made, course, "companion" if programme == "rural-lead" else "online")
        people = {
            username: add_person(session, username, name, (role,), password=PASSWORD, organisation=provider)
            for username, name, role in PEOPLE
        }
        appoint(session, made.id, people["staff"], "tutor", By(None, BEGIN))
        enrolment: Enrolment = setup.enrol(session, made, people["teacher"], track, "confirmed")
        return made.id, enrolment.id, course.id
