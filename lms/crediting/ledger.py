"""How does a recomputed account become ledger entries? Append the difference, never change what stands."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from lms.classes.models import Enrolment
from lms.crediting.chain import GENESIS, Entry, hash_of
from lms.crediting.models import LedgerEntry
from lms.db import PreparedSelect
from lms.hours import changes

CREDIT, CORRECTION = "credit", "correction"


@dataclass(frozen=True, slots=True)
class Head:
    """Where one enrolment's chain ends: the lock on the enrolment's row is held while it is extended."""

    enrolment_id: int
    length: int
    hash: str | None
    closed: bool = False  # its evidence was erased: what stands on it stays


@dataclass(frozen=True, slots=True)
class EntryBasis:
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


_SUMS = PreparedSelect(
    select(LedgerEntry.enrolment_id, LedgerEntry.activity, func.sum(LedgerEntry.seconds))
    .where(LedgerEntry.enrolment_id.in_(bindparam("enrolments", expanding=True)))
    .group_by(LedgerEntry.enrolment_id, LedgerEntry.activity)
)


def sums(session: Session, enrolment_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return credited seconds by enrolment and activity; an enrolment without entries has an empty account."""
    accounts: dict[int, dict[str, int]] = {enrolment_id: {} for enrolment_id in enrolment_ids}
    for enrolment_id, activity, seconds in _SUMS.ask(session, enrolments=list(accounts)):
        accounts[enrolment_id][activity] = int(seconds)
    return accounts


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided for one enrolment: credited seconds by activity, beside what stands on its account, and on what that rests."""

    head: Head
    account: Mapping[str, int]
    target: Mapping[str, int]
    ground: EntryBasis


_EXTEND = (
    update(Enrolment)
    .where(Enrolment.id == bindparam("enrolment"))
    .values(ledger_length=bindparam("length"), ledger_head=bindparam("head"), credited_seconds=bindparam("credited"))
)


def append(session: Session, decided: Iterable[Decided]) -> int:
    """Append what takes each account to what was decided; return how many entries that took.

    The caller holds the enrolments' locks.
    """
    extended = [(one, rows) for one in decided if (rows := _entries(one))]
    if not extended:
        return 0
    entries = [row for _, rows in extended for row in rows]
    heads = [
        {
            "enrolment": one.head.enrolment_id,
            "length": one.head.length + len(rows),
            "head": rows[-1]["hash"],
            "credited": sum(one.target.values()),
        }
        for one, rows in extended
    ]
    connection = session.connection()  # as rows: what the session has read of these enrolments stays as it was read
    connection.execute(insert(LedgerEntry), entries)
    connection.execute(_EXTEND, heads)
    return len(entries)


def _entries(decided: Decided) -> list[dict[str, object]]:
    head, ground = decided.head, decided.ground
    rows: list[dict[str, object]] = []
    previous = head.hash or GENESIS
    everything = sorted({str(statement) for statements in ground.moved.values() for statement in statements})
    for activity, difference in changes(decided.account, decided.target).items():
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
