"""Append the differences between a recomputed account and the ledger; existing entries never change."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from lms.classes.freezing import is_erased, is_frozen
from lms.classes.models import Enrolment
from lms.crediting.chain import GENESIS, SECONDS, Entry, Inputs, hash_of
from lms.crediting.models import LedgerEntry
from lms.crediting.observe_attestations import WAIVED
from lms.crediting.stored_chains import chains_of, inputs_in
from lms.hours import changes
from xapi.raw_sql import PreparedQuery

CREDIT, CORRECTION, HELD = "credit", "correction", "held"  # held: taken back until somebody has reviewed it
INPUTS, BASELINE = "inputs", "baseline"  # entries with the amount 0: the account's inputs have changed, or are recorded for the first time


class Account(NamedTuple):
    """The account of an entry: an activity, a session or a requirement, in one unit (`chain.UNITS`)."""

    name: str
    unit: str = SECONDS


Sums = Mapping[Account, int]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of one enrolment's chain; the enrolment's row stays locked while the chain is extended."""

    enrolment_id: int
    length: int
    hash: str | None
    closed: bool = False  # the account is frozen (`lms.classes.freezing`) and stays as it is
    erased: bool = False  # and no new evidence is kept
    inputs: Inputs | None = None  # from the latest entry, plus all later evidence; None before the first entry of format 2
    verdict: str = ""  # as last decided; for lists
    held_seconds: int = 0  # likewise


@dataclass(frozen=True, slots=True)
class EntryBasis:
    """The basis of new entries: the rules under which they were computed, and the statements that changed each account."""

    programme_version_id: int
    policy_sha256: str
    moved: Mapping[str, Sequence[uuid.UUID]]
    recorded_at: datetime


def lock(session: Session, enrolment_ids: Iterable[int]) -> dict[int, Head]:
    """Lock the enrolments' accounts, always in the same order, and return their heads."""
    rows = session.execute(
        select(
            *(Enrolment.id, Enrolment.ledger_length, Enrolment.ledger_head, Enrolment.verdict, Enrolment.held_seconds),
            *(is_frozen().label("frozen"), is_erased().label("erased")),
            *(Enrolment.class_sha256, Enrolment.enrolment_sha256, Enrolment.evidence_sha256, Enrolment.evidence_count),
        )
        .where(Enrolment.id.in_(set(enrolment_ids)))
        .order_by(Enrolment.id)
        # no key changes, so opening an activity, which inserts a row that refers to this one, need not wait
        .with_for_update(key_share=True)
    )
    return {row.id: _head_in(row) for row in rows}


def _head_in(row: Any) -> Head:
    return Head(row.id, row.ledger_length, row.ledger_head, row.frozen, row.erased, inputs_in(row), row.verdict, row.held_seconds)


_SUMS = PreparedQuery(
    select(LedgerEntry.enrolment_id, LedgerEntry.account, LedgerEntry.unit, func.sum(LedgerEntry.amount))
    .where(LedgerEntry.enrolment_id.in_(bindparam("enrolments", expanding=True)), LedgerEntry.account != "")
    .group_by(LedgerEntry.enrolment_id, LedgerEntry.account, LedgerEntry.unit)
)


def sums(session: Session, enrolment_ids: Iterable[int]) -> dict[int, dict[Account, int]]:
    """Return the sum of each account, by enrolment; an enrolment without entries has none."""
    accounts: dict[int, dict[Account, int]] = {enrolment_id: {} for enrolment_id in enrolment_ids}
    for enrolment_id, name, unit, amount in _SUMS.ask(session, enrolments=list(accounts)):
        accounts[enrolment_id][Account(name, unit)] = int(amount)
    return accounts


def seconds_of(account: Sums) -> dict[str, int]:
    """Return the seconds credited to activities, by name, without waived hours."""
    return {name: amount for (name, unit), amount in account.items() if unit == SECONDS and not name.startswith(WAIVED)}


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision for one enrolment, the current account, and the basis of the decision.

    Only accounts with one of `units` were decided; all others stay as they are. `inputs` are the current ones.
    """

    head: Head
    account: Sums
    target: Sums
    basis: EntryBasis
    inputs: Inputs
    units: frozenset[str] = frozenset({SECONDS})
    verdict: str | None = None  # whether all requirements are met; None: nobody decided it
    begins: bool = False  # begin an empty chain even if no amount changes
    held: Mapping[str, int] = field(default_factory=dict)  # seconds held for review, by activity


def unmoved(head: Head, account: Sums, basis: EntryBasis, inputs: Inputs, *, begins: bool = False) -> Decided:
    """Return a decision that changes no amount: an entry is appended only if inputs have changed."""
    return Decided(head, account, {}, basis, inputs, frozenset(), begins=begins)


_EXTEND = (
    update(Enrolment)
    .where(Enrolment.id == bindparam("enrolment"))
    .values(
        ledger_length=bindparam("length"),
        ledger_head=bindparam("head"),
        credited_seconds=bindparam("credited"),
        class_sha256=bindparam("class_digest"),
        enrolment_sha256=bindparam("enrolment_digest"),
        evidence_sha256=bindparam("evidence_digest"),
        evidence_count=bindparam("evidence_rows"),
    )
)


_JUDGE = (
    update(Enrolment).where(Enrolment.id == bindparam("enrolment")).values(verdict=bindparam("decided"), held_seconds=bindparam("held"))
)


def append(session: Session, decided: Iterable[Decided]) -> int:
    """Append the difference between each account and the decision; return the number of new entries.

    If no amount changes but the inputs differ from the latest entry's, an entry with the amount 0 records them. The caller holds the
    enrolments' locks.
    """
    extended = [(one, _entries(one)) for one in decided]
    heads = [_head(one, entries) for one, entries in extended if entries or _has_new_evidence(one)]
    rows = [_row(entry, digest) for _, entries in extended for entry, digest in entries]
    connection = session.connection()  # as plain rows: objects that the session has already loaded stay unchanged
    if rows:
        connection.execute(insert(LedgerEntry), rows)
    if heads:
        connection.execute(_EXTEND, heads)
    verdicts = [_verdict(one) for one, _ in extended if one.verdict is not None and _says_other(one)]
    if verdicts:
        connection.execute(_JUDGE, verdicts)
    return len(rows)


def _verdict(decided: Decided) -> dict[str, object]:
    return {"enrolment": decided.head.enrolment_id, "decided": decided.verdict, "held": sum(decided.held.values())}


def _says_other(decided: Decided) -> bool:
    return (decided.verdict, sum(decided.held.values())) != (decided.head.verdict, decided.head.held_seconds)


def _has_new_evidence(decided: Decided) -> bool:
    known = decided.head.inputs
    return known is not None and known.evidence != decided.inputs.evidence


def _head(decided: Decided, entries: Sequence[tuple[Entry, str]]) -> dict[str, object]:
    head, inputs = decided.head, decided.inputs
    standing = {**decided.account, **{account: 0 for account in decided.account if account.unit in decided.units}, **decided.target}
    return {
        "enrolment": head.enrolment_id,
        "length": head.length + len(entries),
        "head": entries[-1][1] if entries else head.hash,
        "credited": sum(seconds_of(standing).values()),
        "class_digest": inputs.class_sha256,
        "enrolment_digest": inputs.enrolment_sha256,
        "evidence_digest": inputs.evidence.sha256,
        "evidence_rows": inputs.evidence.rows,
    }


def _entries(decided: Decided) -> list[tuple[Entry, str]]:
    head, basis = decided.head, decided.basis
    entries: list[tuple[Entry, str]] = []
    everything = tuple(sorted({str(statement) for statements in basis.moved.values() for statement in statements}))
    for account, amount, reason in _differences(decided):
        own = tuple(sorted(map(str, basis.moved.get(account.name, ()))))
        entry = Entry(
            enrolment_id=head.enrolment_id,
            number=head.length + len(entries) + 1,
            account=account.name,
            unit=account.unit,
            amount=amount,
            reason=reason,
            programme_version_id=basis.programme_version_id,
            policy_sha256=basis.policy_sha256,
            evidence=() if amount == 0 else own or everything,
            recorded_at=basis.recorded_at,
            previous_hash=entries[-1][1] if entries else head.hash or GENESIS,
            inputs=decided.inputs,
        )
        entries.append((entry, hash_of(entry)))
    return entries


def _differences(decided: Decided) -> list[tuple[Account, int, str]]:
    """Return the new entries as (account, amount, reason)."""
    head, inputs = decided.head, decided.inputs
    own = {account: amount for account, amount in decided.account.items() if account.unit in decided.units}
    moved = [(account, amount, _reason(decided, account, amount)) for account, amount in changes(own, decided.target).items()]
    if head.inputs is None and head.length:
        return [(Account(""), 0, BASELINE), *moved]
    if head.inputs is None:
        same = not decided.begins
    else:
        same = (head.inputs.class_sha256, head.inputs.enrolment_sha256) == (inputs.class_sha256, inputs.enrolment_sha256)
    return moved if moved or same else [(Account(""), 0, INPUTS)]


def _reason(decided: Decided, account: Account, amount: int) -> str:
    if amount > 0:
        return CREDIT
    return HELD if account.unit == SECONDS and decided.held.get(account.name) else CORRECTION


def _row(entry: Entry, digest: str) -> dict[str, object]:
    inputs = entry.inputs
    return {
        "enrolment_id": entry.enrolment_id,
        "number": entry.number,
        "account": entry.account,
        "unit": entry.unit,
        "amount": entry.amount,
        "reason": entry.reason,
        "programme_version_id": entry.programme_version_id,
        "policy_sha256": entry.policy_sha256,
        "evidence": list(entry.evidence),
        "recorded_at": entry.recorded_at,
        "previous_hash": entry.previous_hash,
        "hash": digest,
        "format": entry.format,
        "class_sha256": inputs and inputs.class_sha256,
        "enrolment_sha256": inputs and inputs.enrolment_sha256,
        "evidence_sha256": inputs.evidence.sha256 if inputs else GENESIS,
        "evidence_count": inputs.evidence.rows if inputs else 0,
    }


def entries_of(session: Session, enrolment_id: int) -> list[tuple[Entry, str]]:
    """Return one enrolment's chain as (entry, stored hash), in order."""
    return chains_of(session, [enrolment_id])[enrolment_id]
