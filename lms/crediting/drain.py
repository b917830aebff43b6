"""Turn stored evidence into credited hours: one batch of the outbox in one transaction.

Read waiting statements, keep the evidence in them, decide every affected enrolment again from all of its evidence, append the
differences to its ledger, and remove the batch from the outbox. If the worker dies at any point, nothing has changed,
and processing a batch twice changes nothing the second time.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeVar

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import xapi.outbox
from lms.crediting import inputs, ledger
from lms.crediting.chain import Inputs
from lms.crediting.evidence import cases_of
from lms.crediting.evidence_intake import EnrolmentEvidence, keep, sort_by_enrolment
from lms.crediting.held_sessions import held_sessions, list_holds
from lms.crediting.policy import EnrolmentPolicy, policies_of
from lms.crediting.units import ALL_UNITS, held_of, target_of, verdict_of
from lms.db import Database
from lms.hours import recompute

log = structlog.get_logger(__name__)
MOST_AT_ONCE = 500

Moved = Mapping[str, Sequence[uuid.UUID]]
Made = TypeVar("Made")


@dataclass(slots=True)
class _Batch:
    """The state of one batch while it is processed."""

    session: Session
    public_url: str
    now: datetime
    failed: dict[uuid.UUID, str] = field(default_factory=dict)  # statement → reason


@dataclass(frozen=True, slots=True)
class _FailedAttempt:
    """The reason why a piece of work was rolled back."""

    words: str


def drain(database: Database, public_url: str, now: datetime, limit: int = MOST_AT_ONCE) -> int:
    """Process the oldest `limit` waiting statements; return how many there were.

    A statement that cannot be processed does not block the others: it is set aside with its error, of any kind.
    """
    with database.writer() as session, session.begin():
        waiting = xapi.outbox.take(session, limit)
        _work_through(_Batch(session, public_url, now), waiting)
        return len(waiting)


class Retried(NamedTuple):
    """The number of statements that had been set aside and were now processed, and of those that failed again."""

    done: int
    failed: int


def retry(database: Database, public_url: str, now: datetime, ids: Sequence[int]) -> Retried:
    """Process statements that were set aside (rows of the outbox), some hundred at most; rows locked by another retry are skipped.

    A row leaves the outbox in the transaction that credits it, so it counts once even if it is retried twice or by two users.
    """
    with database.writer() as session, session.begin():
        aside = xapi.outbox.take_parked(session, ids)
        failed = len(_work_through(_Batch(session, public_url, now), aside))
        return Retried(len(aside) - failed, failed)


def _work_through(batch: _Batch, waiting: Sequence[xapi.outbox.Waiting]) -> Mapping[uuid.UUID, str]:
    """Credit waiting statements, remove them from the outbox, and set aside those that fail; return the failures with their reasons."""
    if waiting:
        _credit_all(batch, _sorted(batch, [one.statement_id for one in waiting]))
        for one in waiting:
            if one.statement_id in batch.failed:
                xapi.outbox.park(batch.session, [one.id], batch.failed[one.statement_id], batch.now)
        xapi.outbox.done(batch.session, [one.id for one in waiting if one.statement_id not in batch.failed])
    return batch.failed


def _sorted(batch: _Batch, ids: Sequence[uuid.UUID]) -> dict[int, EnrolmentEvidence]:
    """Return the evidence of the batch by enrolment; if that fails, read each statement alone to find the cause."""
    whole = _attempt(batch, partial(sort_by_enrolment, batch.session, ids))
    if not isinstance(whole, _FailedAttempt):
        return whole
    found: dict[int, EnrolmentEvidence] = {}
    for statement_id in ids:
        alone = _attempt(batch, partial(sort_by_enrolment, batch.session, [statement_id]))
        if isinstance(alone, _FailedAttempt):
            batch.failed[statement_id] = alone.words
            continue
        for enrolment_id, what in alone.items():
            found.setdefault(enrolment_id, EnrolmentEvidence()).add(what)
    return found


def _credit_all(batch: _Batch, found: Mapping[int, EnrolmentEvidence]) -> None:
    """Credit all enrolments of the batch at once; if that fails, one by one; if that fails, statement by statement."""
    heads = ledger.lock(batch.session, found)
    if not isinstance(_attempt(batch, partial(_credit, batch, heads, found)), _FailedAttempt):
        return
    for enrolment_id in sorted(heads):
        own = {enrolment_id: found[enrolment_id]}
        if isinstance(_attempt(batch, partial(_credit, batch, heads, own)), _FailedAttempt):
            _credit_each(batch, enrolment_id, found[enrolment_id])


def _credit_each(batch: _Batch, enrolment_id: int, found: EnrolmentEvidence) -> None:
    for statement_id, alone in found.one_by_one():
        heads = ledger.lock(batch.session, [enrolment_id])  # the statement before may have extended the chain
        done = _attempt(batch, partial(_credit, batch, heads, {enrolment_id: alone}))
        if isinstance(done, _FailedAttempt):
            log.warning("credit.set-aside", enrolment=enrolment_id, statement=str(statement_id))
            batch.failed[statement_id] = done.words


def _attempt(batch: _Batch, work: Callable[[], Made]) -> Made | _FailedAttempt:
    """Run a piece of work; if it fails, roll it back and return the reason."""
    try:
        with batch.session.begin_nested():
            return work()
    except OperationalError:
        raise  # a database error is not the evidence's fault: the whole batch is tried again
    except Exception as error:  # an error of any kind must not block the rest
        log.exception("credit.failed")
        return _FailedAttempt(f"{type(error).__name__}: {error}")


def _credit(batch: _Batch, heads: Mapping[int, ledger.Head], found: Mapping[int, EnrolmentEvidence]) -> None:
    found = {number: what for number, what in found.items() if not heads[number].erased}  # erased while this was read
    policies = policies_of(batch.session, found)
    kept = keep(batch.session, found, policies, batch.public_url)
    touched = {number: heads[number] for number, what in kept.items() if what.moved}
    held = inputs.carried(batch.session, touched, {number: kept[number].added for number in touched})
    credit_anew(batch.session, touched, policies, {number: kept[number].moved for number in touched}, held, batch.now)


def credit_anew(
    session: Session,
    heads: Mapping[int, ledger.Head],
    policies: Mapping[int, EnrolmentPolicy],
    moved: Mapping[int, Moved],
    held: Mapping[int, Inputs],
    now: datetime,
) -> int:
    """Decide enrolments from all their evidence and append the differences; return the number of new entries.

    `held` are the current inputs. The caller holds the enrolments' locks (`ledger.lock`). A frozen account
    stays as it is; only a change of its inputs is appended.
    """
    cases = cases_of(session, {number: policies[number] for number, head in heads.items() if not head.closed}, now)
    accounts = ledger.sums(session, heads)
    decided = []
    results = {}
    for number in sorted(heads):
        class_policy = policies[number].class_policy
        basis = ledger.EntryBasis(class_policy.programme_version_id, class_policy.sha256, moved[number], now)
        if heads[number].closed:
            decided.append(ledger.unmoved(heads[number], accounts[number], basis, held[number]))
            continue
        results[number] = result = recompute(cases[number])
        own = (heads[number], accounts[number], target_of(result), basis, held[number], ALL_UNITS)
        decided.append(ledger.Decided(*own, verdict=verdict_of(result), held=held_of(result)))
    list_holds(session, {number: held_sessions(cases[number], result) for number, result in results.items()}, now)
    return ledger.append(session, decided)


def recredit(session: Session, enrolment_ids: Iterable[int], now: datetime) -> int:
    """Decide enrolments again without new evidence, because their rules or windows changed; return the number of new entries."""
    heads = ledger.lock(session, enrolment_ids)
    moved: Mapping[int, Moved] = {number: {} for number in heads}
    return credit_anew(session, heads, policies_of(session, heads), moved, inputs.current(session, heads), now)


def record(session: Session, enrolment_ids: Iterable[int], now: datetime, *, of_class: bool = False) -> int:
    """Append an entry to each chain whose inputs have changed; return the number of new entries.

    No hours are decided again. The inputs of the class are included if the class changed (`of_class`). A chain
    without entries begins only if there is attendance.
    """
    heads = ledger.lock(session, enrolment_ids)
    held = inputs.current(session, heads) if of_class else inputs.changed(session, heads)
    contents = inputs.enrolment_contents(session, heads)
    policies, accounts = policies_of(session, heads), ledger.sums(session, heads)
    decided = []
    for number, head in heads.items():
        class_policy = policies[number].class_policy
        basis = ledger.EntryBasis(class_policy.programme_version_id, class_policy.sha256, {}, now)
        decided.append(ledger.unmoved(head, accounts[number], basis, held[number], begins=bool(contents[number]["attendance"])))
    return ledger.append(session, decided)
