"""How do statements enter the store and leave it by id? In the caller's transaction; nothing here commits.

A batch is atomic: all of it is stored, with one outbox row for each new statement, or none of it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from xapi.auth import Credential, pin
from xapi.equality import digest
from xapi.errors import BadRequest, Conflicting
from xapi.indexing import keys
from xapi.models import KeyRow, OutboxRow, StatementRow
from xapi.reading import Received, compose, received
from xapi.statement import check, is_voiding

MOST_HOPS = 20


@dataclass(frozen=True, slots=True)
class _New:
    """A checked statement on its way in."""

    id: uuid.UUID
    digest: str
    statement: dict[str, Any]
    text: str


def store_statements(
    session: Session, raw: Sequence[Mapping[str, Any]], credential: Credential, *, version: str, now: datetime
) -> list[uuid.UUID]:
    """Check and store statements that our own code built; return their ids in order.

    Raises:
        XapiError: with the path of what was wrong; the caller rolls back.
    """
    return store_received(session, [received(statement) for statement in raw], credential, version=version, now=now)


def store_received(session: Session, taken: Sequence[Received], credential: Credential, *, version: str, now: datetime) -> list[uuid.UUID]:
    """Check and store statements as they came in a request; an identical re-send is a success and changes nothing."""
    prepared = [
        _prepare(one, credential, version, now, f"statements[{i}]" if len(taken) > 1 else "statement") for i, one in enumerate(taken)
    ]
    fresh = _without_repeats(session, prepared)
    if fresh:
        _insert(session, fresh, now)
    return [one.id for one in prepared]


def _prepare(taken: Received, credential: Credential, version: str, now: datetime, path: str) -> _New:
    own = pin(taken.parsed, credential)
    statement = {**taken.parsed, **own}
    check(statement, version=version, path=path)
    for index, attachment in enumerate(statement.get("attachments", ())):
        if "fileUrl" not in attachment:
            raise BadRequest("needs a fileUrl, because no data came with the statement", f"{path}.attachments[{index}]")
    stored = write_instant(now)
    given = statement.get("id")
    own = {
        **own,
        "id": (given or str(uuid.uuid4())).lower(),
        "stored": stored,
        "timestamp": statement.get("timestamp", stored),
        "version": statement.get("version", "1.0.0" if version.startswith("1.") else "2.0.0"),
    }
    complete = {**statement, **own}
    return _New(uuid.UUID(own["id"]), digest(taken.parsed), complete, compose(taken, own))


def write_instant(at: datetime) -> str:
    """Write an instant as the store does: UTC, microseconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _without_repeats(session: Session, prepared: Sequence[_New]) -> list[_New]:
    """Return the statements that are new; one that repeats a stored or an earlier one must be the same statement."""
    known = dict(
        session.execute(select(StatementRow.id, StatementRow.digest).where(StatementRow.id.in_([one.id for one in prepared]))).all()
    )
    fresh: list[_New] = []
    for one in prepared:
        if one.id not in known:
            known[one.id] = one.digest
            fresh.append(one)
        elif known[one.id] != one.digest:
            raise Conflicting(f"a statement with the id {one.id} is stored with another body")
    return fresh


def _insert(session: Session, fresh: Sequence[_New], now: datetime) -> None:
    targets = {one.id: _target(one.statement) for one in fresh}
    voided_before = _voided_already(session, [one.id for one in fresh])
    rows = [
        {
            "id": one.id,
            "stored": now,
            "digest": one.digest,
            "refers": targets[one.id],
            "voiding": is_voiding(one.statement),
            "voided": one.id in voided_before and not is_voiding(one.statement),
            "text": one.text,
        }
        for one in fresh
    ]
    sids = dict(session.execute(insert(StatementRow).returning(StatementRow.id, StatementRow.sid), rows).all())
    key_rows = [
        {"key": key, "usage": int(usage), "sid": sids[one.id], "origin": sids[one.id]}
        for one in fresh
        for key, usage in keys(one.statement)
    ]
    session.execute(insert(KeyRow), sorted(key_rows, key=lambda row: (row["key"].int, row["usage"], row["sid"])))  # type: ignore[attr-defined]
    session.execute(insert(OutboxRow), [{"statement_id": one.id, "stored": now, "parked": False, "error": ""} for one in fresh])
    _link_references(session, fresh, targets, sids)
    void = [targets[one.id] for one in fresh if is_voiding(one.statement)]
    if void:
        session.execute(update(StatementRow).where(StatementRow.id.in_(void), StatementRow.voiding.is_(False)).values(voided=True))


def _target(statement: Mapping[str, Any]) -> uuid.UUID | None:
    target = statement["object"]
    return uuid.UUID(target["id"]) if target.get("objectType") == "StatementRef" else None


def _voided_already(session: Session, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these were voided before they arrived."""
    found = session.scalars(select(StatementRow.refers).where(StatementRow.refers.in_(ids), StatementRow.voiding.is_(True)))
    return {target for target in found if target is not None}


def _link_references(
    session: Session, fresh: Sequence[_New], targets: Mapping[uuid.UUID, uuid.UUID | None], sids: Mapping[uuid.UUID, int]
) -> None:
    """Let a statement be found under the keys of what it refers to, whichever of the two came first."""
    referring = [(sids[one], target) for one, target in targets.items() if target is not None]
    waiting = (
        session.execute(select(StatementRow.sid, StatementRow.refers).where(StatementRow.refers.in_([one.id for one in fresh])))
        .tuples()
        .all()
    )
    pairs = {(sid, target) for sid, target in [*referring, *waiting] if target is not None}
    for _ in range(MOST_HOPS):
        pairs = _inherit(session, pairs)
        if not pairs:
            return


def _inherit(session: Session, pairs: set[tuple[int, uuid.UUID]]) -> set[tuple[int, uuid.UUID]]:
    """Copy each target's keys to the statement that refers to it; return who refers to those statements in turn."""
    target_sids = dict(
        session.execute(select(StatementRow.id, StatementRow.sid).where(StatementRow.id.in_({target for _, target in pairs}))).all()
    )
    changed: set[int] = set()
    for sid, target in sorted(pairs):
        if target in target_sids:
            have = set(session.execute(_keys_of(sid)).tuples())
            wanted = set(session.execute(_keys_of(target_sids[target])).tuples())
            missing = [{"key": k, "usage": u, "sid": sid, "origin": o} for k, u, o in sorted(wanted - have, key=str)]
            if missing:
                session.execute(insert(KeyRow), missing)
                changed.add(sid)
    ids = select(StatementRow.id).where(StatementRow.sid.in_(changed))
    further = session.execute(select(StatementRow.sid, StatementRow.refers).where(StatementRow.refers.in_(ids))).tuples() if changed else ()
    return {(sid, target) for sid, target in further if target is not None}


def _keys_of(sid: int) -> Any:
    return select(KeyRow.key, KeyRow.usage, KeyRow.origin).where(KeyRow.sid == sid)


def load_texts(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return statements' JSON texts by id."""
    return dict(session.execute(select(StatementRow.id, StatementRow.text).where(StatementRow.id.in_(list(ids)))).all())


def voided_among(session: Session, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these statements are voided, whichever came first, they or what voids them."""
    return set(session.scalars(select(StatementRow.id).where(StatementRow.id.in_(list(ids)), StatementRow.voided.is_(True))))
