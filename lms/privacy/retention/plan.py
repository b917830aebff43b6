"""Which months of statements are past the retention time, what holds them back, and which hours rest on them?

A month can be removed if it ended at least the configured number of months ago and nothing in it is unfinished: no statement that was
not processed, set aside, not forwarded yet or refused by another store, and no enrolment that has not been over for thirty days,
because a class's hours may be examined until then. Hours do not depend on statements: they are decided from observations, which stay.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.models import Observation
from lms.federation.forwarding.models import DeadLetter, Forward
from lms.jobs.models import Job
from lms.jobs.queue import WORKING
from lms.learning.models import Registration
from lms.records.export import STATEMENTS
from xapi.removals import Figures, Month, figures, has_after, month_at, months, unread
from xapi.statements import Cursor, Usage
from xapi.tables import IdRow, KeyRow

AFTERWARDS = timedelta(days=30)


class Hold(NamedTuple):
    """An obstacle to a removal: its kind, the number of cases, and the other store if it concerns one."""

    reason: str
    number: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A month that is past the retention time."""

    month: Month
    figures: Figures
    enrolments: int
    credited_seconds: int
    holds: Sequence[Hold]


def over(now: datetime, kept_months: int) -> datetime:
    """Return the instant before which a month must have ended to be past the retention time: the beginning of a month, UTC."""
    return month_at(now.year * 12 + now.month - 1 - kept_months).start


def ready(session: Session, now: datetime, kept_months: int) -> list[Month]:
    """Return the months that can be removed now, the oldest first. Quick: nothing is counted."""
    return [one for one in months(session, over(now, kept_months)) if not any([*holds(session, one), *_studying(session, one, now)])]


def plan(session: Session, now: datetime, kept_months: int) -> list[Planned]:
    """Return the months that are past the retention time, the oldest first."""
    return [_planned(session, month, now) for month in months(session, over(now, kept_months))]


def _planned(session: Session, month: Month, now: datetime) -> Planned:
    enrolments, seconds = resting_on(session, month)
    return Planned(month, figures(session, month), enrolments, seconds, [*holds(session, month), *_studying(session, month, now)])


def holds(session: Session, month: Month) -> Iterator[Hold]:
    """Yield what is unfinished in a month. Quick: it is checked again while others wait."""
    waiting, parked = unread(session, month)
    if waiting:
        yield Hold("waiting", waiting)
    if parked:
        yield Hold("parked", parked)
    for forward in session.scalars(select(Forward).order_by(Forward.name)):
        place = Cursor(forward.place_stored, forward.place_sid) if forward.place_stored and forward.place_sid is not None else None
        if has_after(session, month, place):
            yield Hold("not-sent", 1, forward.name)
    letters = select(Forward.name, func.count()).join(DeadLetter, DeadLetter.forward_id == Forward.id)
    letters = letters.join(IdRow, IdRow.id == DeadLetter.statement_id).where(IdRow.stored >= month.start, IdRow.stored < month.end)
    for name, count in session.execute(letters.group_by(Forward.name).order_by(Forward.name)):
        yield Hold("refused", count, name)
    exports = session.scalar(select(func.count()).select_from(Job).where(Job.kind == STATEMENTS, Job.state.in_(WORKING)))
    if exports:
        yield Hold("export", exports)


def _studying(session: Session, month: Month, now: datetime) -> Iterator[Hold]:
    """Yield the number of enrolments that have statements in a month and are not over, or only recently."""
    since = now - AFTERWARDS
    own = (KeyRow.usage == int(Usage.REGISTRATION), KeyRow.origin == KeyRow.sid, KeyRow.stored >= month.start, KeyRow.stored < month.end)
    studied = select(func.count(Enrolment.id.distinct())).select_from(KeyRow).join(Registration, Registration.id == KeyRow.key)
    studied = studied.join(Enrolment, Enrolment.id == Registration.enrolment_id).join(TrainingClass, TrainingClass.id == Enrolment.class_id)
    count = session.scalar(studied.where(*own, or_(TrainingClass.ends_on >= since.date(), Enrolment.window_to > since)))
    if count:
        yield Hold("studying", count)


def resting_on(session: Session, month: Month) -> tuple[int, int]:
    """Return the number of enrolments with evidence from a month's statements, and their total of credited seconds."""
    inside = select(IdRow.id).where(IdRow.stored >= month.start, IdRow.stored < month.end)
    whose = select(Observation.enrolment_id).where(Observation.statement_id.in_(inside)).distinct()
    counted = select(func.count(), func.coalesce(func.sum(Enrolment.credited_seconds), 0)).where(Enrolment.id.in_(whose))
    found = session.execute(counted).one()
    return int(found[0]), int(found[1])
