"""Decide enrolments again without new evidence: months are completed as time passes, and an upgrade leaves accounts undecided."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lms.classes.freezing import is_frozen
from lms.classes.models import Enrolment
from lms.crediting.drain import recredit
from lms.crediting.models import Observation
from lms.crediting.windows import was_never_decided

log = structlog.get_logger(__name__)
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
    return (ids[-1], _decide(session, ids, now)) if ids else (None, 0)


def judge_some(session: Session, after: int, now: datetime) -> int | None:
    """Decide the next hundred enrolments that have a ledger and no verdict, as after an upgrade; return the last (None at the end).

    `after` is the last enrolment already decided; begin with 0.
    """
    wanted = select(Enrolment.id).where(was_never_decided(), Enrolment.id > after)
    ids = session.scalars(wanted.order_by(Enrolment.id).limit(AT_ONCE)).all()
    _decide(session, ids, now)
    return ids[-1] if ids else None


def _decide(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Decide enrolments all at once, or else one by one, so that one that cannot be decided delays nobody; return the new entries."""
    try:
        with session.begin_nested():
            return recredit(session, ids, now)
    except OperationalError:
        raise  # a database error is not the evidence's fault: the next night tries again
    except Exception:  # an error of any kind must not block the others
        log.exception("ripening.failed", enrolments=len(ids), first=ids[0])
        return sum(_decide(session, [one], now) for one in ids) if len(ids) > 1 else 0


def ripen(session: Session, now: datetime) -> int:
    """Decide all enrolments with logs again; return the number of new entries."""
    last: int | None = 0
    total = 0
    while last is not None:
        last, entries = ripen_some(session, last, now)
        total += entries
    return total
