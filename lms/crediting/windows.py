"""Recompute hours within a class's new window when its days change or it is closed.

A person's window and ledger change in one transaction, so pages never show hours that recomputing would not give. A class with more
than a hundred people needs several transactions: the first hundred change together with the class, the others afterwards, by a
worker. The class's row stores the progress and is locked during each step: if a worker is killed, nothing is lost, and two workers
never decide the same person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lms.classes.freezing import is_frozen
from lms.classes.models import Enrolment, TrainingClass
from lms.classes.setup import Window, programme_version_of, window_of
from lms.crediting import inputs, ledger
from lms.crediting.chain import RunningHash
from lms.crediting.drain import record, recredit
from lms.crediting.models import Observation

log = structlog.get_logger(__name__)
AT_ONCE = 100  # about 0.3 s, during which nobody else can write on SQLite
BREATH_S = 0.12  # a pause between two batches: others that wait for SQLite's lock try only every 0.1 s


@dataclass(frozen=True, slots=True)
class Following:
    """The progress of recomputing a class: the number of people, the number that wait, and whether a worker will continue.

    If people wait and no worker will continue, they could not be decided: the log has the reason, and another change tries again.
    """

    people: int
    waiting: int
    working: bool


def following(session: Session, training_class: TrainingClass) -> Following:
    """Return the progress of recomputing a class after its days changed."""
    kept = (Enrolment.class_id == training_class.id, ~is_frozen())
    people = session.scalar(select(func.count()).select_from(Enrolment).where(*kept)) or 0
    return Following(people, len(others(session, training_class)), training_class.following_after is not None)


def has_other_inputs(class_sha256: str) -> ColumnElement[bool]:
    """Return the condition for enrolments whose chain ends with other inputs of their class, or without inputs.

    A person with evidence but without a chain has earned nothing so far; under the present rules they may earn something.
    """
    observed = exists().where(Observation.enrolment_id == Enrolment.id)
    return or_(
        Enrolment.class_sha256 != class_sha256,
        and_(Enrolment.class_sha256.is_(None), or_(Enrolment.ledger_length > 0, observed)),
    )


def was_never_decided() -> ColumnElement[bool]:
    """Return the condition that an account was last decided by a version from before verdicts; a track without rules has none either.

    Another change (of a name, say) may have recorded a chain's inputs before the worker came. It decided nothing, so this is checked too.
    """
    return and_(Enrolment.verdict == "", Enrolment.ledger_length > 0, ~is_frozen())


def _behind(session: Session, training_class: TrainingClass) -> Sequence[int]:
    """Return people whose window or inputs differ from their class's, or who were never decided, in the order of their ids."""
    content = inputs.class_digests(session, [training_class.id])[training_class.id]
    open_ = ~is_frozen()
    other = or_(and_(open_, _has_other_window(session, training_class)), has_other_inputs(content), was_never_decided())
    above = training_class.following_after or 0
    return session.scalars(
        select(Enrolment.id).where(Enrolment.class_id == training_class.id, Enrolment.id > above, other).order_by(Enrolment.id)
    ).all()


def _has_other_window(session: Session, training_class: TrainingClass) -> ColumnElement[bool]:
    since, until = window_of(training_class, programme_version_of(session, training_class))
    other_begin = and_(Enrolment.window_from.is_distinct_from(since), Enrolment.transferred.is_(False))
    return or_(other_begin, Enrolment.window_to.is_distinct_from(until))


def others(session: Session, training_class: TrainingClass) -> Sequence[int]:
    """Return people whose window differs from their class's, in the order of their ids; erased people keep theirs."""
    wanted = (Enrolment.class_id == training_class.id, ~is_frozen(), _has_other_window(session, training_class))
    return session.scalars(select(Enrolment.id).where(*wanted).order_by(Enrolment.id)).all()


def follow(session: Session, training_class: TrainingClass, now: datetime) -> None:
    """Apply the class's current days to everybody's hours; the caller holds the class's lock (`locked_class`)."""
    training_class.following_after = 0
    go_on(session, training_class, now)


def go_on(session: Session, training_class: TrainingClass, now: datetime) -> None:
    """Give the next hundred people of a class its window and decide their hours again; the caller holds the class's lock.

    Accounts are locked in the order of their ids, as in all crediting.
    """
    session.flush()
    extend_history(session, training_class.id)
    ids = _behind(session, training_class)
    if batch := ids[:AT_ONCE]:
        _fit(session, batch, window_of(training_class, programme_version_of(session, training_class)), now)
    training_class.following_after = batch[-1] if len(ids) > AT_ONCE else None


def go_on_somewhere(session: Session, now: datetime) -> bool:
    """Continue with a class that waits for recomputing and that no worker holds; return whether there was one."""
    waiting = select(TrainingClass).where(TrainingClass.following_after.is_not(None)).order_by(TrainingClass.id).limit(1)
    training_class = session.scalar(waiting.with_for_update(key_share=True, skip_locked=True))
    if training_class is not None:
        go_on(session, training_class, now)
    return training_class is not None


def _fit(session: Session, ids: Sequence[int], window: Window, now: datetime) -> None:
    """Give people the new window and decide their hours again, all at once or else one by one; if it fails, both stay unchanged."""
    try:
        with session.begin_nested():
            ledger.lock(session, ids)
            own = (Enrolment.id.in_(ids), ~is_frozen())
            session.execute(update(Enrolment).where(*own).values(window_to=window[1]))
            # a transferred person keeps the beginning of the earlier class, where they have earned already
            session.execute(update(Enrolment).where(*own, Enrolment.transferred.is_(False)).values(window_from=window[0]))
            recredit(session, ids, now)
    except OperationalError:
        raise  # a database error is not the evidence's fault: all of it is tried again
    except Exception:  # an error of any kind must not block the others
        log.exception("windows.failed", enrolments=len(ids), first=ids[0])
        if len(ids) == 1:
            _leave_undecided(session, ids[0], now)
            return
        for one in ids:
            _fit(session, [one], window, now)


def _leave_undecided(session: Session, enrolment_id: int, now: datetime) -> None:
    """Record the inputs under which a person's account was left unchanged."""
    with session.begin_nested():
        record(session, [enrolment_id], now, of_class=True)


def extend_history(session: Session, class_id: int) -> None:
    """Add new rows of a class's history to its running hash; the class's row is locked."""
    wanted = select(TrainingClass.changes_sha256, TrainingClass.changes_count).where(TrainingClass.id == class_id)
    known = RunningHash(*session.execute(wanted.with_for_update(key_share=True)).one())
    after = known.add(inputs.history_of(session, class_id)[known.rows :])
    values = {"changes_sha256": after.sha256, "changes_count": after.rows}
    session.execute(update(TrainingClass).where(TrainingClass.id == class_id).values(values).execution_options(synchronize_session=False))
