"""Which statement was removed with its month, as far as somebody may know that there was one?"""

import uuid
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.classes.models import Enrolment
from lms.crediting.models import Observation
from lms.crediting.removals import Removals
from lms.privacy.erasure.models import Erasure
from lms.records.models import RemovedMonth
from lms.records.people import Sight, known_among, may_see
from xapi.removals import Month, has_after, month_of, stored_when
from xapi.store import erased_among


@dataclass(frozen=True, slots=True)
class Removed:
    """When a statement was stored, when it was removed (None: it is going), and how long statements were kept then."""

    statement_id: uuid.UUID
    stored: datetime
    removed_at: datetime | None
    kept_months: int


def removed(session: Session, statement_id: uuid.UUID, sight: Sight) -> Removed | None:
    """Return what is known of a statement that was removed with its month.

    Whose it was is known by its evidence; without any, only the office at the root learns of it. What was erased with a
    person is nobody's to know.
    """
    stored = stored_when(session, [statement_id]).get(statement_id)
    if stored is None or erased_among(session, [statement_id]):
        return None
    wanted = select(RemovedMonth).where(RemovedMonth.month == month_of(stored).start.date()).order_by(RemovedMonth.id.desc())
    row = session.scalars(wanted.limit(1)).first()
    whose = select(Person.account).join(Enrolment, Enrolment.person_id == Person.id)
    whose = whose.join(Observation, Observation.enrolment_id == Enrolment.id).where(Observation.statement_id == statement_id)
    known = known_among(session, session.scalars(whose.distinct()).all(), sight)
    if row is None or not may_see(list(known.values()), sight):
        return None
    return Removed(statement_id, stored, row.finished_at, row.kept_months)


def _excused(session: Session, stored: Mapping[uuid.UUID, datetime]) -> Set[uuid.UUID]:
    """Return which of these absent statements a recorded removal of their month covers.

    A month that is recorded as removed, and still has statements, was not removed: that covers none. What was erased with a
    person is excused by nothing here: evidence of it is gone, too.
    """
    months = {statement: month_of(at) for statement, at in stored.items()}
    removed = {month for month in set(months.values()) if _is_removed(session, month)}
    erased = erased_among(session, list(stored))
    return {statement for statement, month in months.items() if month in removed and statement not in erased}


def _is_removed(session: Session, month: Month) -> bool:
    rows = session.scalars(select(RemovedMonth).where(RemovedMonth.month == month.start.date())).all()
    going = any(row.finished_at is None for row in rows)
    return bool(rows) and (going or not has_after(session, month, None))


def _erased(session: Session, people: Collection[int]) -> Set[int]:
    return set(session.scalars(select(Erasure.person_id).where(Erasure.person_id.in_(people))))


RECORDED = Removals(_excused, _erased)  # what may be gone, as the record store's own records have it
