"""Check all chains in the background, batch by batch, and anchor their heads.

A check of the night verifies every hash and recomputes the accounts of one in 28 enrolments, others each night, so that each account is
recomputed at least every four weeks. It compares hours earned elsewhere with their decisions and statements, and reads one document in 28.
A check that an administrator starts recomputes and reads all. A check whose worker died is continued.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import anchor_files
from lms.audit.elsewhere_check import differences
from lms.audit.recorded import RECORDED
from lms.certification import register_check
from lms.classes.models import Enrolment
from lms.clock import now
from lms.config import Settings
from lms.crediting.models import LedgerCheck
from lms.crediting.verify import AT_ONCE, CheckedBatch, check
from lms.db import database, transaction
from lms.lease import Lease, give_back, touch
from lms.storage import storage

LEASE = Lease(LedgerCheck, timedelta(minutes=15))
TOUCH_AFTER = timedelta(minutes=1)
NIGHTS = 28
SHOWN = 200  # findings that are kept in words


def begin(session: Session, by: str, at: datetime, *, asked_by: int | None = None, night: date | None = None) -> LedgerCheck:
    """Record that all chains are to be checked, and who requested it."""
    run = LedgerCheck(by=by, asked_by=asked_by, night=night, asked_at=at, touched_at=at, whole=night is None, findings=[])
    session.add(run)
    session.flush()
    return run


def under_way(session: Session) -> LedgerCheck | None:
    """Return the check that is not finished, if there is one."""
    return session.scalars(select(LedgerCheck).where(LedgerCheck.finished_at.is_(None)).order_by(LedgerCheck.id).limit(1)).first()


def claim(session: Session, at: datetime) -> tuple[int, str] | None:
    """Take a turn of a check that no worker holds; None while another one is running."""
    unfinished = LedgerCheck.finished_at.is_(None)
    if LEASE.is_held(session, at, unfinished):
        return None
    run = LEASE.claim(session, at, unfinished, first=LedgerCheck.id)
    return None if run is None else (run.id, str(run.turn))


def carry(check_id: int, turn: str, settings: Settings) -> None:
    """Check the remaining enrolments, the register, the earlier anchors and hours earned elsewhere, then make an anchor.

    Raises:
        TurnLost: another worker has taken the check.
    """
    with transaction() as session:
        run = LEASE.held(session, check_id, turn)
        after, night = run.after, run.night
    while numbers := _next(after):
        with snapshot() as reading:
            checked = check(reading, numbers, None, RECORDED, recomputed=share_of(numbers, night))
        after = numbers[-1]
        _note_batch(check_id, turn, after, checked)
    _finish(check_id, turn, night, settings)


def share_of(numbers: Sequence[int], night: date | None) -> frozenset[int]:
    """Return which of these enrolments are recomputed in a night; all of them in a check that somebody started."""
    return frozenset(numbers if night is None else (one for one in numbers if one % NIGHTS == night.toordinal() % NIGHTS))


@contextmanager
def snapshot() -> Iterator[Session]:
    """Read one state of the database: crediting continues in parallel, and half of its writes would look like an edit."""
    with database().reader() as reading:
        if reading.get_bind().dialect.name == "postgresql":
            reading.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield reading


def _next(after: int) -> Sequence[int]:
    with snapshot() as reading:
        return reading.scalars(select(Enrolment.id).where(Enrolment.id > after).order_by(Enrolment.id).limit(AT_ONCE)).all()


def _note_batch(check_id: int, turn: str, after: int, checked: CheckedBatch) -> None:
    with transaction() as session:
        run = LEASE.held(session, check_id, turn)
        run.after = after
        run.enrolments, run.entries = run.enrolments + checked.enrolments, run.entries + checked.entries
        run.recomputed += checked.recomputed
        _note(run, [str(one) for one in checked.findings])
        touch(run, now())


def _note(run: LedgerCheck, findings: Sequence[str]) -> None:
    new = [one for one in findings if one not in run.findings]
    run.found += len(new)
    run.findings = [*run.findings, *new][:SHOWN]


def keeping_turn(check_id: int, turn: str) -> Callable[[], None]:
    """Return a function that records, at most once a minute, that the worker of this turn is still working.

    Raises:
        TurnLost: by the returned function, if another worker has taken the check.
    """
    touched = now()

    def keep() -> None:
        nonlocal touched
        if now() - touched < TOUCH_AFTER:
            return
        with transaction() as session:
            touch(LEASE.held(session, check_id, turn), now())
        touched = now()

    return keep


def _finish(check_id: int, turn: str, night: date | None, settings: Settings) -> None:
    keep = keeping_turn(check_id, turn)
    with snapshot() as reading:
        register = register_check.check(reading, None, RECORDED, keep)
        keep()
        older = anchor_files.rewritten_since(reading, settings)
        keep()
        elsewhere = list(differences(reading, storage(), settings.public_url, lambda number: number in share_of([number], night), keep))
    line, problem = anchor_files.keep_new(settings)
    with transaction() as session:
        run = LEASE.held(session, check_id, turn)
        run.certificates = register.certificates
        _note(run, [*older, *map(str, register.findings), *elsewhere])
        run.anchor, run.problem, run.finished_at = line, problem, now()
        give_back(run)


def latest(session: Session, count: int) -> Sequence[LedgerCheck]:
    """Return the latest checks, the newest first."""
    return session.scalars(select(LedgerCheck).order_by(LedgerCheck.id.desc()).limit(count)).all()
