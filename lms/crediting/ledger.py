"""How does a recomputed account become ledger entries? Append the difference, never change what stands."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from lms.crediting.chain import GENESIS, Entry, hash_of
from lms.crediting.models import LedgerEntry
from lms.hours import changes
from lms.programmes.models import Enrolment

CREDIT, CORRECTION = "credit", "correction"


@dataclass(frozen=True, slots=True)
class Head:
    """Where one enrolment's chain ends: the lock on the enrolment's row is held while it is extended."""

    enrolment_id: int
    length: int
    hash: str | None
    closed: bool = False  # its evidence was erased: what stands on it stays


@dataclass(frozen=True, slots=True)
class Ground:
    """On what an append rests: the rules it was computed under and the statements that moved it, per activity."""

    programme_version_id: int
    policy_sha256: str
    moved: Mapping[str, Sequence[uuid.UUID]]
    recorded_at: datetime


def lock(session: Session, enrolment_ids: Iterable[int]) -> dict[int, Head]:
    """Lock the enrolments' accounts, always in the same order, and return their heads."""
    rows = session.execute(
        select(Enrolment.id, Enrolment.ledger_length, Enrolment.ledger_head, Enrolment.evidence_erased_at)
        .where(Enrolment.id.in_(set(enrolment_ids)))
        .order_by(Enrolment.id)
        .with_for_update(key_share=True)  # no key changes: who opens an activity, a row that refers to this one, need not wait
    )
    return {row.id: Head(row.id, row.ledger_length, row.ledger_head, row.evidence_erased_at is not None) for row in rows}


def sums(session: Session, enrolment_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return credited seconds by enrolment and activity; an enrolment without entries has an empty account."""
    wanted = list(set(enrolment_ids))
    accounts: dict[int, dict[str, int]] = {number: {} for number in wanted}
    rows = session.execute(
        select(LedgerEntry.enrolment_id, LedgerEntry.activity, func.sum(LedgerEntry.seconds))
        .where(LedgerEntry.enrolment_id.in_(wanted))
        .group_by(LedgerEntry.enrolment_id, LedgerEntry.activity)
    )
    for enrolment_id, activity, seconds in rows:
        accounts[enrolment_id][activity] = int(seconds)
    return accounts


def append(session: Session, head: Head, account: Mapping[str, int], target: Mapping[str, int], ground: Ground) -> int:
    """Append what takes `account` to `target` (credited seconds by activity); return how many entries that took.

    The caller holds the enrolment's lock.
    """
    rows = _entries(head, account, target, ground)
    if not rows:
        return 0
    session.execute(insert(LedgerEntry), rows)
    session.execute(
        update(Enrolment)
        .where(Enrolment.id == head.enrolment_id)
        .values(ledger_length=head.length + len(rows), ledger_head=rows[-1]["hash"], credited_seconds=sum(target.values()))
    )
    return len(rows)


def _entries(head: Head, account: Mapping[str, int], target: Mapping[str, int], ground: Ground) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    previous = head.hash or GENESIS
    everything = sorted({str(statement) for statements in ground.moved.values() for statement in statements})
    for activity, difference in changes(account, target).items():
        own = tuple(sorted(map(str, ground.moved.get(activity, ()))))
        entry = Entry(
            enrolment_id=head.enrolment_id,
            number=head.length + len(rows) + 1,
            activity=activity,
            seconds=difference,
            reason=CREDIT if difference > 0 else CORRECTION,
            programme_version_id=ground.programme_version_id,
            policy_sha256=ground.policy_sha256,
            evidence=own or tuple(everything),
            recorded_at=ground.recorded_at,
            previous_hash=previous,
        )
        previous = hash_of(entry)
        rows.append(_row(entry, previous))
    return rows


def _row(entry: Entry, digest: str) -> dict[str, object]:
    return {
        "enrolment_id": entry.enrolment_id,
        "number": entry.number,
        "activity": entry.activity,
        "seconds": entry.seconds,
        "reason": entry.reason,
        "programme_version_id": entry.programme_version_id,
        "policy_sha256": entry.policy_sha256,
        "evidence": list(entry.evidence),
        "recorded_at": entry.recorded_at,
        "previous_hash": entry.previous_hash,
        "hash": digest,
    }


def entries_of(session: Session, enrolment_id: int) -> list[tuple[Entry, str]]:
    """Return one enrolment's chain as (entry, stored hash), in order."""
    rows = session.scalars(select(LedgerEntry).where(LedgerEntry.enrolment_id == enrolment_id).order_by(LedgerEntry.number))
    return [(_entry(row), row.hash) for row in rows]


def _entry(row: LedgerEntry) -> Entry:
    return Entry(
        enrolment_id=row.enrolment_id,
        number=row.number,
        activity=row.activity,
        seconds=row.seconds,
        reason=row.reason,
        programme_version_id=row.programme_version_id,
        policy_sha256=row.policy_sha256,
        evidence=tuple(row.evidence),
        recorded_at=row.recorded_at,
        previous_hash=row.previous_hash,
    )
