"""Which statements and people may be gone, as the records of removals and erasures have it?"""

import uuid
from collections.abc import Collection, Mapping, Set
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.crediting.removals import Removals
from lms.privacy.erasure.models import Erasure
from lms.records.models import RemovedMonth
from xapi.removals import Month, has_after, month_of
from xapi.store import erased_among


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
