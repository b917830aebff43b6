"""Link statements that refer to other statements, and void statements.

A statement that refers to another is also found under the other's keys (1.0.3 Communication 2.1.3: a StatementRef to a
match matches), in either order of arrival and over several hops. A target that arrives late is voided when it arrives.
"""

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, bindparam, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from xapi.rules.checking import CheckedStatement
from xapi.rules.indexing import keys
from xapi.storage.models import IdRow, KeyRow, ReferenceRow, StatementRow, at_its_place

MOST_HOPS = 20
KEYS: Table = KeyRow.__table__  # type: ignore[assignment]
STATEMENTS: Table = StatementRow.__table__  # type: ignore[assignment]


def unless_there(table: Table) -> dict[str, Any]:
    """Return, by dialect, an INSERT that skips existing rows; it waits for a transaction that is inserting them."""
    return {
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
    }


INHERIT = unless_there(KEYS)
_ROW = (ReferenceRow.sid, ReferenceRow.id, ReferenceRow.stored, ReferenceRow.refers, ReferenceRow.voiding)
REFERRING = select(*_ROW).where(ReferenceRow.refers.in_(bindparam("ids", expanding=True)))
AWAITED = select(ReferenceRow.refers).where(ReferenceRow.refers.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Referring:
    """A statement that refers to another."""

    sid: int
    id: uuid.UUID
    stored: datetime
    refers: uuid.UUID | None
    voiding: bool


class _Target(NamedTuple):
    """The statement to which another refers."""

    sid: int
    refers: uuid.UUID | None
    text: str


def link(connection: Connection, fresh: Sequence[CheckedStatement], sids: dict[uuid.UUID, int], stored: datetime) -> None:
    """Link new statements with their targets and with statements that waited for them; void the targets of voiding statements."""
    referring = [Referring(sids[one.id], one.id, stored, one.refers, one.voiding) for one in fresh if one.refers is not None]
    waiting = _referring_to(connection, [one.id for one in fresh])
    void = {one.refers for one in [*referring, *waiting] if one.voiding}
    if void:
        not_voiding = StatementRow.voiding.is_(False)  # a voiding statement cannot be voided (XAPI-00016)
        connection.execute(update(STATEMENTS).where(at_its_place(), IdRow.id.in_(void), not_voiding).values(voided=True))
    above = with_all_above(connection, {one.sid: one for one in [*referring, *waiting]})
    _inherit(connection, _still_there(connection, above) if waiting else above)


def is_awaited(connection: Connection, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these statements another one refers to."""
    return set(connection.execute(AWAITED, {"ids": list(ids)}).scalars())


def _referring_to(connection: Connection, ids: Collection[uuid.UUID]) -> list[Referring]:
    if not ids:
        return []
    return [Referring(*row) for row in connection.execute(REFERRING, {"ids": list(ids)})]


def with_all_above(connection: Connection, below: dict[int, Referring]) -> list[Referring]:
    """Return these and the statements that refer to them, by sid, over several hops."""
    found, level = dict(below), list(below.values())
    for _ in range(MOST_HOPS):
        level = [one for one in _referring_to(connection, [one.id for one in level]) if one.sid not in found]
        found.update((one.sid, one) for one in level)
    return list(found.values())


def _still_there(connection: Connection, everyone: Sequence[Referring]) -> list[Referring]:
    """Leave out removed statements of which only the reference is kept (removal.py)."""
    places = tuple_(StatementRow.stored, StatementRow.sid).in_([(one.stored, one.sid) for one in everyone])
    there = set(connection.execute(select(StatementRow.sid).where(places)).scalars())
    return [one for one in everyone if one.sid in there]


def _inherit(connection: Connection, everyone: Sequence[Referring]) -> None:
    targets: dict[uuid.UUID, _Target | None] = {}
    rows = [row for one in everyone for row in inherited(connection, one, targets)]
    if rows:
        connection.execute(INHERIT[connection.dialect.name], rows)


def inherited(connection: Connection, one: Referring, targets: dict[uuid.UUID, _Target | None]) -> list[dict[str, Any]]:
    """Return the key rows of all targets below `one`; each row's origin is the target that has the key."""
    rows: list[dict[str, Any]] = []
    seen: set[int] = {one.sid}
    target: uuid.UUID | None = one.refers
    for _ in range(MOST_HOPS):
        found = None if target is None else _load(connection, target, targets)
        if found is None or found.sid in seen:
            break
        seen.add(found.sid)
        own = keys(json.loads(found.text))
        rows += [{"key": key, "usage": int(usage), "stored": one.stored, "sid": one.sid, "origin": found.sid} for key, usage in own]
        target = found.refers
    return rows


def _load(connection: Connection, target: uuid.UUID, targets: dict[uuid.UUID, _Target | None]) -> _Target | None:
    if target not in targets:
        columns = (StatementRow.sid, StatementRow.refers, StatementRow.text)
        query = select(*columns).join_from(IdRow, StatementRow, at_its_place()).where(IdRow.id == target)
        targets[target] = _Target(*found) if (found := connection.execute(query).one_or_none()) else None
    return targets[target]
