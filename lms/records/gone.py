"""Report a statement that was removed with its month, if this office may know about it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.classes.models import Enrolment
from lms.crediting.models import Observation
from lms.records.models import RemovedMonth
from lms.records.people import OfficeScope, known_among, may_see
from xapi.removals import month_of, stored_when
from xapi.store import erased_among


@dataclass(frozen=True, slots=True)
class Removed:
    """The times of storing and removal (None: it is being removed), and the retention time that was set on that day."""

    statement_id: uuid.UUID
    stored: datetime
    removed_at: datetime | None
    kept_months: int


def removed(session: Session, statement_id: uuid.UUID, scope: OfficeScope) -> Removed | None:
    """Return the known facts about a statement that was removed with its month.

    Its person is known through its evidence; without evidence, only administrators may know about it. Nobody may
    know about a statement that was erased with a person.
    """
    stored = stored_when(session, [statement_id]).get(statement_id)
    if stored is None or erased_among(session, [statement_id]):
        return None
    wanted = select(RemovedMonth).where(RemovedMonth.month == month_of(stored).start.date()).order_by(RemovedMonth.id.desc())
    row = session.scalars(wanted.limit(1)).first()
    whose = select(Person.account).join(Enrolment, Enrolment.person_id == Person.id)
    whose = whose.join(Observation, Observation.enrolment_id == Enrolment.id).where(Observation.statement_id == statement_id)
    known = known_among(session, session.scalars(whose.distinct()).all(), scope)
    if row is None or not may_see(list(known.values()), scope):
        return None
    return Removed(statement_id, stored, row.finished_at, row.kept_months)


def latest_removed(session: Session) -> RemovedMonth | None:
    """Return the latest removed month; None if no month was removed. A statement belongs to the month in which it was stored."""
    return session.scalars(select(RemovedMonth).order_by(RemovedMonth.month.desc(), RemovedMonth.id.desc()).limit(1)).first()
