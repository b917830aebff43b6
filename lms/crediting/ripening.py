"""Decide enrolments with practice logs again as time passes, because months are completed without new evidence."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.classes.freezing import is_frozen
from lms.classes.models import Enrolment
from lms.crediting.drain import recredit
from lms.crediting.models import Observation

AT_ONCE = 100


def ripen_some(session: Session, after: int, now: datetime) -> tuple[int | None, int]:
    """Decide the next hundred enrolments with logs again; return the last of them (None at the end) and the number of new entries.

    `after` is the last enrolment already decided; begin with 0.
    """
    whose = (
        select(Observation.enrolment_id)
        .join(Enrolment, Enrolment.id == Observation.enrolment_id)
        .where(Observation.kind == "logged", Observation.voided.is_(False), ~is_frozen())
    )
    ids = session.scalars(whose.where(Enrolment.id > after).distinct().order_by(Observation.enrolment_id).limit(AT_ONCE)).all()
    return (ids[-1], recredit(session, ids, now)) if ids else (None, 0)


def judge_some(session: Session, now: datetime) -> int:
    """Decide some enrolments that have a ledger and no verdict yet, as after an upgrade; return how many that were."""
    wanted = (Enrolment.verdict == "", Enrolment.ledger_length > 0, ~is_frozen())
    ids = session.scalars(select(Enrolment.id).where(*wanted).order_by(Enrolment.id).limit(AT_ONCE)).all()
    recredit(session, ids, now)
    still = session.scalars(select(Enrolment.id).where(*wanted, Enrolment.id.in_(ids))).all()
    return len(ids) - len(still)


def ripen(session: Session, now: datetime) -> int:
    """Decide all enrolments with logs again; return the number of new entries."""
    last: int | None = 0
    total = 0
    while last is not None:
        last, entries = ripen_some(session, last, now)
        total += entries
    return total
