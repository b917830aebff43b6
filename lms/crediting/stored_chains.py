"""Read the ledger's entries, for many enrolments with one query."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from lms.crediting.chain import Entry, Inputs, RunningHash
from lms.crediting.models import LedgerEntry

_HERE = LedgerEntry.enrolment_id.in_(bindparam("enrolments", expanding=True))
_CHAINS = (
    select(*LedgerEntry.__table__.columns)  # rows, because entities of the session cost twice as much
    .where(_HERE)
    .order_by(LedgerEntry.enrolment_id, LedgerEntry.number)
)
_LAST = select(LedgerEntry.enrolment_id, func.max(LedgerEntry.number)).where(_HERE).group_by(LedgerEntry.enrolment_id)
_ENDS = _CHAINS.where(tuple_(LedgerEntry.enrolment_id, LedgerEntry.number).in_(_LAST))

StoredChains = dict[int, list[tuple[Entry, str]]]


def chains_of(session: Session, enrolment_ids: Collection[int]) -> StoredChains:
    """Return the chain of each enrolment as (entry, stored hash), in order."""
    return _read(session, _CHAINS, enrolment_ids)


def ends_of(session: Session, enrolment_ids: Collection[int]) -> StoredChains:
    """Return the last entry of each chain in the form of `chains_of`; an enrolment without entries has none."""
    return _read(session, _ENDS, enrolment_ids)


def _read(session: Session, query: Select[Any], enrolment_ids: Collection[int]) -> StoredChains:
    found: StoredChains = {number: [] for number in enrolment_ids}
    for row in session.execute(query, {"enrolments": list(found)}):
        found[row.enrolment_id].append((_entry(row), row.hash))
    return found


def _entry(row: Any) -> Entry:
    return Entry(
        enrolment_id=row.enrolment_id,
        number=row.number,
        account=row.account,
        unit=row.unit,
        amount=row.amount,
        reason=row.reason,
        programme_version_id=row.programme_version_id,
        policy_sha256=row.policy_sha256,
        evidence=tuple(row.evidence),
        recorded_at=row.recorded_at,
        previous_hash=row.previous_hash,
        format=row.format,
        inputs=inputs_in(row),
    )


def inputs_in(row: Any) -> Inputs | None:
    """Return the inputs stored in a row (of an entry or an enrolment); None if it has none."""
    if row.class_sha256 is None or row.enrolment_sha256 is None:
        return None
    return Inputs(row.class_sha256, row.enrolment_sha256, RunningHash(row.evidence_sha256, row.evidence_count))
