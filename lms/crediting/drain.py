"""How does stored evidence become credited hours? One batch of the outbox, one transaction.

Read what waits, keep what it proves, decide every touched enrolment anew from all of its evidence, append the
difference to its ledger, take the batch out of the outbox. A worker that dies anywhere in between has changed nothing,
and a batch done twice changes nothing the second time.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import xapi.outbox
from lms.crediting import ledger
from lms.crediting.evidence import cases_of
from lms.crediting.policy import Terms, terms_of
from lms.crediting.reading import Found, keep, sort_by_enrolment
from lms.db import Database
from lms.hours import recompute

log = structlog.get_logger(__name__)
MOST_AT_ONCE = 500

Moved = Mapping[str, Sequence[uuid.UUID]]


@dataclass(slots=True)
class _Batch:
    """What is known while one batch is worked through."""

    session: Session
    public_url: str
    now: datetime
    terms: Mapping[int, Terms]
    failed: dict[int, str] = field(default_factory=dict)  # enrolment → why


def drain(database: Database, public_url: str, now: datetime, limit: int = MOST_AT_ONCE) -> int:
    """Work through the oldest `limit` statements that wait; return how many there were.

    An enrolment that cannot be credited does not hold up the others: its statements are set aside with the error.
    """
    with database.writer() as session, session.begin():
        waiting = xapi.outbox.take(session, limit)
        if not waiting:
            return 0
        found = sort_by_enrolment(session, [one.statement_id for one in waiting])
        failed = _credit_all(session, found, public_url, now)
        aside = {statement_id: error for enrolment_id, error in failed.items() for statement_id, _, _ in found[enrolment_id].statements}
        for one in waiting:
            if one.statement_id in aside:
                xapi.outbox.park(session, [one.id], aside[one.statement_id])
        xapi.outbox.done(session, [one.id for one in waiting if one.statement_id not in aside])
        return len(waiting)


def _credit_all(session: Session, found: Mapping[int, Found], public_url: str, now: datetime) -> dict[int, str]:
    """Credit everybody whom the batch speaks of; return who could not be credited, and why."""
    heads = ledger.lock(session, found)
    batch = _Batch(session, public_url, now, terms_of(session, found))
    try:
        with session.begin_nested():
            _credit(batch, heads, found)
    except OperationalError:
        raise  # the database, not somebody's evidence: the whole batch comes again
    except Exception as error:  # whatever it is: find out whose it is
        log.warning("credit.batch-failed", error=type(error).__name__)
        for enrolment_id in sorted(heads):
            _credit_one(batch, heads[enrolment_id], found[enrolment_id])
    return batch.failed


def _credit_one(batch: _Batch, head: ledger.Head, found: Found) -> None:
    try:
        with batch.session.begin_nested():
            _credit(batch, {head.enrolment_id: head}, {head.enrolment_id: found})
    except OperationalError:
        raise
    except Exception as error:
        log.exception("credit.failed", enrolment=head.enrolment_id)
        batch.failed[head.enrolment_id] = f"{type(error).__name__}: {error}"


def _credit(batch: _Batch, heads: Mapping[int, ledger.Head], found: Mapping[int, Found]) -> None:
    moved = {number: keep(batch.session, number, found[number], batch.terms[number], batch.public_url) for number in heads}
    touched = {number: what for number, what in moved.items() if what}
    credit_anew(batch.session, {number: heads[number] for number in touched}, batch.terms, touched, batch.now)


def credit_anew(
    session: Session, heads: Mapping[int, ledger.Head], terms: Mapping[int, Terms], moved: Mapping[int, Moved], now: datetime
) -> int:
    """Decide enrolments from all their evidence and append what differs; return how many entries that took.

    The caller holds the enrolments' locks (`ledger.lock`).
    """
    cases = cases_of(session, {number: terms[number] for number in heads})
    accounts = ledger.sums(session, heads)
    appended = 0
    for number in sorted(heads):
        target = {name: one.credited_seconds for name, one in recompute(cases[number]).activities.items()}
        law = terms[number].law
        ground = ledger.Ground(law.programme_version_id, law.sha256, moved[number], now)
        appended += ledger.append(session, heads[number], accounts[number], target, ground)
    return appended


def recredit(session: Session, enrolment_ids: Iterable[int], now: datetime) -> int:
    """Decide enrolments anew without new evidence (their rules or windows changed); return how many entries that took."""
    heads = ledger.lock(session, enrolment_ids)
    return credit_anew(session, heads, terms_of(session, heads), {number: {} for number in heads}, now)
