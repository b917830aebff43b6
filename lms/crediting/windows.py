"""When a class's days change, or it is closed, what do its teachers' hours become? What all their evidence gives within the new window.

Somebody's window and ledger move in one transaction, so no moment shows hours that recomputing would not give. A class of more
than a hundred follows in several: the first hundred with the change itself, the others afterwards, by a worker. How far that is
stands in the class's row, which is locked meanwhile: a worker that is killed loses nothing, and begun twice nobody is decided twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import Window, programme_version_of, window_of
from lms.crediting import ledger
from lms.crediting.drain import recredit

log = structlog.get_logger(__name__)
AT_ONCE = 100  # some 0.3 s, for which nobody else writes anything on SQLite
BREATH_S = 0.12  # between two hundreds: who waits for SQLite's lock looks only every 0.1 s whether it is free


@dataclass(frozen=True, slots=True)
class Following:
    """How far the hours of a class have followed its days: of how many people, whose wait, and whether a worker is to go on.

    Who still waits when nobody is to go on could not be decided: the log says why, and a further change tries it again.
    """

    people: int
    waiting: int
    working: bool


def following(session: Session, training_class: TrainingClass) -> Following:
    """Say how far everybody's hours have followed the class's days."""
    kept = (Enrolment.class_id == training_class.id, Enrolment.evidence_erased_at.is_(None))
    people = session.scalar(select(func.count()).select_from(Enrolment).where(*kept)) or 0
    return Following(people, len(others(session, training_class)), training_class.following_after is not None)


def others(session: Session, training_class: TrainingClass, above: int = 0) -> Sequence[int]:
    """Return whose window is another than their class's, in the order of their ids; who was erased keeps theirs."""
    since, until = window_of(training_class, programme_version_of(session, training_class))
    other = or_(Enrolment.window_from.is_distinct_from(since), Enrolment.window_to.is_distinct_from(until))
    wanted = (Enrolment.class_id == training_class.id, Enrolment.id > above, Enrolment.evidence_erased_at.is_(None), other)
    return session.scalars(select(Enrolment.id).where(*wanted).order_by(Enrolment.id)).all()


def follow(session: Session, training_class: TrainingClass, now: datetime) -> None:
    """Let everybody's hours follow the class's days, as they are now; the caller holds the class's lock (`locked_class`)."""
    training_class.following_after = 0
    go_on(session, training_class, now)


def go_on(session: Session, training_class: TrainingClass, now: datetime) -> None:
    """Give the next hundred of a class its window and decide their hours anew; the caller holds the class's lock.

    Accounts are locked in the order of their ids, as wherever hours are credited.
    """
    ids = others(session, training_class, training_class.following_after or 0)
    if batch := ids[:AT_ONCE]:
        _fit(session, batch, window_of(training_class, programme_version_of(session, training_class)), now)
    training_class.following_after = batch[-1] if len(ids) > AT_ONCE else None


def go_on_somewhere(session: Session, now: datetime) -> bool:
    """Go on with a class whose hours still follow, and with which nobody else goes on; return whether there was one."""
    waiting = select(TrainingClass).where(TrainingClass.following_after.is_not(None)).order_by(TrainingClass.id).limit(1)
    training_class = session.scalar(waiting.with_for_update(key_share=True, skip_locked=True))
    if training_class is not None:
        go_on(session, training_class, now)
    return training_class is not None


def _fit(session: Session, ids: Sequence[int], window: Window, now: datetime) -> None:
    """Give people a window and decide their hours anew, all at once or else one by one; who cannot be decided keeps both."""
    try:
        with session.begin_nested():
            ledger.lock(session, ids)
            session.execute(update(Enrolment).where(Enrolment.id.in_(ids)).values(window_from=window[0], window_to=window[1]))
            recredit(session, ids, now)
    except OperationalError:
        raise  # the database, not somebody's evidence: all of it comes again
    except Exception:  # whatever it is: it must not hold up the others
        log.exception("windows.failed", enrolments=len(ids), first=ids[0])
        for one in ids if len(ids) > 1 else ():
            _fit(session, [one], window, now)
