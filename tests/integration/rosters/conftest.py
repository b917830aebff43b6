"""Helpers for tests of lists of teachers."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import tracks_of
from lms.db import transaction
from lms.rosters.enrolling import RosterOrder, enrol_all
from lms.rosters.outcomes import RosterForecast, foresee
from lms.rosters.rows import Roster, read
from lms.rosters.table import TableRow
from tests.factories import World

HEAD = ("姓名", "用户名", "学校", "类别")
PEOPLE = (HEAD, ("林静宜", "lin", "镇小学", "小学"), ("李强", "li.qiang", "镇中学", "初中"), ("王秀兰", "teacher", "", "小学"))


@dataclass(frozen=True)
class Office:
    """Somebody who has lists and the world's class."""

    world: World

    def read(self, rows: Sequence[Sequence[str]] = PEOPLE) -> Roster:
        """Return rows as a list that was read."""

        def work(session: Session) -> Roster:
            return read([TableRow(number, row) for number, row in enumerate(rows, 1)], tracks_of(session, self.world.class_id))

        found: Roster = self.world.act(work)
        return found

    def order(self, rows: Sequence[Sequence[str]] = PEOPLE, *, partly: bool = False, class_id: int | None = None) -> RosterOrder:
        """Return an order to enrol rows; new schools come below the class's provider."""
        wanted = class_id or self.world.class_id
        below = self.world.act(lambda session: session.get_one(TrainingClass, wanted).provider_id)
        return RosterOrder(wanted, self.read(rows), below, By(None, self.world.clock()), partly)

    def enrol(self, rows: Sequence[Sequence[str]] = PEOPLE, *, partly: bool = False, class_id: int | None = None) -> RosterForecast:
        """Enrol rows."""
        order = self.order(rows, partly=partly, class_id=class_id)
        with self.world.app.app_context(), force_locale("en"):
            return enrol_all(transaction, order)

    def foresee(self, rows: Sequence[Sequence[str]] = PEOPLE, path: str = "/") -> RosterForecast:
        """Say what would come of rows."""
        roster = self.read(rows)
        found: RosterForecast = self.world.act(
            lambda session: foresee(session, session.get_one(TrainingClass, self.world.class_id), roster, path)
        )
        return found

    def counted(self, model: type) -> int:
        """Return how many rows a table has."""
        count: int = self.world.act(lambda session: session.scalar(select(func.count()).select_from(model)))
        return count

    def enrolment(self, username: str) -> Enrolment:
        """Return somebody's enrolment in the world's class."""
        query = select(Enrolment).join(Person, Person.id == Enrolment.person_id)
        wanted = query.where(Person.username == username, Enrolment.class_id == self.world.class_id)
        found: Enrolment = self.world.act(lambda session: session.scalars(wanted).one())
        return found


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)
