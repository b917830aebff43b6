"""Which statements and people may be missing, according to the records of removals and erasures?"""

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
    """Return which of these missing statements are covered by a recorded removal of their month.

    If a month is recorded as removed but still has statements, the record covers none. Statements that were erased with a
    person are not covered here, because their evidence is gone too.
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


RECORDED = Removals(_excused, _erased)  # from the record store's own records
