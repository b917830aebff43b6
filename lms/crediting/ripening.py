"""Months pass without new evidence: whoever has logs of practice is decided anew, so that the ledger has what has ripened."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.classes.models import Enrolment
from lms.crediting.drain import recredit
from lms.crediting.models import Observation

AT_ONCE = 100


def ripen_some(session: Session, after: int, now: datetime) -> tuple[int | None, int]:
    """Decide the next hundred enrolments with logs anew; return the last of them (None at the end) and how many entries that took.

    `after` is the enrolment up to which was decided; 0 begins.
    """
    whose = (
        select(Observation.enrolment_id)
        .join(Enrolment, Enrolment.id == Observation.enrolment_id)
        .where(Observation.kind == "logged", Observation.voided.is_(False), Enrolment.evidence_erased_at.is_(None))
    )
    ids = session.scalars(whose.where(Enrolment.id > after).distinct().order_by(Observation.enrolment_id).limit(AT_ONCE)).all()
    return (ids[-1], recredit(session, ids, now)) if ids else (None, 0)


def ripen(session: Session, now: datetime) -> int:
    """Decide everybody with logs anew; return how many entries that took."""
    last: int | None = 0
    total = 0
    while last is not None:
        last, entries = ripen_some(session, last, now)
        total += entries
    return total
