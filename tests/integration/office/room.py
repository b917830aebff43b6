"""A class of four with one session and the grid in which it is marked, for tests of the office and of attendance."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import TEACHER, Organisation
from lms.accounts.people import add_person
from lms.classes import setup
from lms.classes.models import ClassSession, TrainingClass
from lms.classes.setup import ClassDetails
from lms.crediting.standing import of_enrolments
from lms.crediting.verify import verify
from lms.db import transaction
from lms.programmes import store
from tests.factories import BEGIN, PUBLIC_URL
from tests.integration.office.conftest import Desk

LESSON = "timetable/{}/attendance"
NAMES = ("甲", "乙", "丙", "丁")
SESSION = {"title": "教学诊断", "day": "2026-03-03", "starts": "08:30", "ends": "11:30", "requirement": "diagnosis", "half_days": "1"}


def lead_class(session: Session, code: str) -> int:
    """Add a class of the rural-lead programme, which has days."""
    text = (resources.files("lms.programmes") / "data" / "rural-lead-2020.toml").read_text(encoding="utf-8")
    version = store.import_toml(session, text, BEGIN).version
    provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
    days = session.scalars(select(TrainingClass).where(TrainingClass.code == "k1")).one()
    return setup.create_class(session, version, ClassDetails(code, f"乡村首席 {code}", provider, days.starts_on, days.ends_on)).id


class Room:
    """A class of four with one session, and the grid in which it is marked."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.world = desk, desk.world
        self.class_id: int = self.world.act(lambda session: lead_class(session, "lead"))
        self.people: list[int] = self.world.act(self._enrol)
        desk.post(f"{self.class_id}/timetable/new", **SESSION)
        self.session_id: int = self.world.act(lambda session: session.scalars(select(ClassSession.id)).one())
        self.world.clock.at += timedelta(days=1)  # the session was in the morning

    def _enrol(self, session: Session) -> list[int]:
        found = session.get_one(TrainingClass, self.class_id)
        own = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        names = enumerate(NAMES)
        people = [add_person(session, f"t{number}", name, (TEACHER,), password=None, organisation=own) for number, name in names]
        return [setup.enrol(session, found, one, "lead", "in-training").id for one in people]

    @property
    def path(self) -> str:
        return f"{self.class_id}/{LESSON.format(self.session_id)}"

    def mark(self, states: Mapping[int, str], rest: bool = False, **fields: str) -> int:
        """Send the grid; people by their place in the class."""
        said = {f"state-{self.people[place]}": state for place, state in states.items()}
        said |= {f"{name.partition('_')[0]}-{self.people[int(name.partition('_')[2])]}": value for name, value in fields.items()}
        status = self.desk.post(self.path, **said, **({"rest": "present"} if rest else {})).status_code
        self.world.credit()
        return status

    def days(self) -> list[Decimal]:
        """Return how many days of diagnosis each has earned."""
        standings = self.world.act(lambda session: of_enrolments(session, self.people))
        return [next(line.earned for line in one.requirements if line.key == "diagnosis") for one in standings]

    def findings(self) -> list[str]:
        with self.world.app.app_context(), transaction() as session:
            return [one.problem for checked in verify(session, public_url=PUBLIC_URL) for one in checked.findings]
