"""Remove a month in many short transactions; after a crash at any point, the same call continues."""

import time
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lms.clock import now
from lms.db import database, transaction
from lms.privacy.retention.models import Removal
from lms.privacy.retention.plan import Hold, holds, resting_on
from lms.records.models import RemovedMonth
from xapi.removals import Month, clear_some, close, figures, forget_names, forget_usage, month_of, remove_some, take_off

TRIES = 20
PAUSE_S = 0.5


class Held(Exception):
    """The month cannot be removed now."""

    def __init__(self, found: list[Hold]) -> None:
        super().__init__(", ".join(one.reason for one in found))
        self.found = found


def unfinished() -> list[Month]:
    """Return the months whose removal was interrupted."""
    with database().reader() as session:
        begun = session.scalars(
            select(RemovedMonth.month).where(RemovedMonth.finished_at.is_(None)).distinct().order_by(RemovedMonth.month)
        )
        return [month_of(now().replace(year=one.year, month=one.month, day=1)) for one in begun]


def remove(month: Month, removal_id: int, touch: Callable[[Session], None] = lambda _session: None) -> RemovedMonth:
    """Remove a month's statements, or continue; two simultaneous calls take turns. `touch` is called in each transaction.

    Raises:
        Held: something in it became unfinished in the meantime, or readers leave no pause; the remaining statements stay.
    """
    row_id = _begin(month, removal_id)
    place, more, data = None, True, 0
    while more:
        with transaction() as session:
            session.get_one(RemovedMonth, row_id, with_for_update=True)
            touch(session)
            place, gone = clear_some(session, month, now(), place)
        more, data = place is not None, data + gone
    count = 1
    while count:
        with transaction() as session:
            session.get_one(RemovedMonth, row_id, with_for_update=True)
            touch(session)
            if found := list(holds(session, month)):
                raise Held(found)
            count, gone = remove_some(session, month, now())
        data += gone
    with transaction() as session:
        forget_names(session, month.end)
        forget_usage(session, month.end)
        row = session.get_one(RemovedMonth, row_id, with_for_update=True)
        row.attachments, row.finished_at = row.attachments + data, now()
        return row


def _begin(month: Month, removal_id: int) -> int:
    """Record the removal of a month, and detach its partition if it has one."""
    with database().reader() as session:
        had, enrolments = figures(session, month), resting_on(session, month)[0]
        kept_months = session.get_one(Removal, removal_id).kept_months
    for attempt in range(TRIES):
        try:
            with transaction() as session:
                close(session)
                if found := list(holds(session, month)):
                    raise Held(found)
                known = select(RemovedMonth).where(RemovedMonth.month == month.start.date(), RemovedMonth.finished_at.is_(None))
                row = session.scalars(known).first()
                if row is None:
                    row = RemovedMonth(removal_id=removal_id, month=month.start.date(), kept_months=kept_months)
                    row.begun_at, row.attachments, row.enrolments = now(), 0, enrolments
                    row.statements, row.size, row.people = had
                    session.add(row)
                    session.flush()
                    take_off(session, month)
                return row.id
        except OperationalError:
            if attempt == TRIES - 1:
                raise Held([Hold("busy", 1)]) from None
            time.sleep(PAUSE_S)
    raise AssertionError
