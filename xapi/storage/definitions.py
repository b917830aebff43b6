"""Keep what statements say about activities and people. Works in the caller's transaction; nothing here commits.

Only a credential with the scope `define` changes this knowledge (1.0.3 Communication 4.2). An activity has one definition; the
definitions of new statements are merged into it in the order of storing. A person keeps every name that was ever given.
A statement that says nothing new writes nothing, and for a short time does not even query, so learners of one course do not
wait for each other.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Table, bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from xapi.rules.actor import key_of
from xapi.rules.definition import definitions_in, fingerprint, merged, name_key, names_in, written
from xapi.rules.indexing import iri_key
from xapi.storage.erased import marked_among
from xapi.storage.models import ActivityRow, AgentNameRow
from xapi.storage.raw_sql import array, ask
from xapi.storage.references import unless_there

Json = Mapping[str, Any]
Said = UUID | bytes  # the key of a name, or the fingerprint of a definition
ACTIVITIES: Table = ActivityRow.__table__  # type: ignore[assignment]
NAMES: Table = AgentNameRow.__table__  # type: ignore[assignment]
MOST_NAMES = 100
A, N = ACTIVITIES.c, NAMES.c
LOAD = select(A.key, A.definition, A.updated).where(A.key.in_(bindparam("keys", expanding=True)))
LOCK = LOAD.order_by(A.key).with_for_update()
INSERT = {name: one.returning(A.key) for name, one in unless_there(ACTIVITIES).items()}
UPDATE = update(ACTIVITIES).where(A.key == bindparam("at"))
NAMED = select(N.key, N.name_key, N.stored).where(tuple_(N.key, N.name_key).in_(bindparam("names", expanding=True)))
INSERT_NAMES = unless_there(NAMES)
# One query for both on PostgreSQL: the round trip is most of the cost.
KNOWN = """
SELECT key, NULL::uuid, definition, updated FROM xapi_activity WHERE key = ANY(%(activities)s::uuid[])
UNION ALL
SELECT key, name_key, NULL, stored FROM xapi_agent_name
JOIN unnest(%(people)s::uuid[], %(names)s::uuid[]) AS given (key, name_key) USING (key, name_key)
"""


class RecentlySeenCache:
    """Facts that were known a moment ago: they are not looked up again for ten seconds."""

    LASTING = timedelta(seconds=10)
    MOST = 10_000

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, Said], datetime] = {}

    def has(self, of: UUID, said: Said, now: datetime) -> bool:
        """Say whether this fact about the key is in the cache."""
        since = self._known.get((of, said))
        return since is not None and abs(now - since) < self.LASTING

    def keep(self, of: UUID, said: Said, written_at: datetime, now: datetime) -> None:
        """Remember that this fact is known; facts written so recently that they may still be rolled back are not cached."""
        if now - written_at < self.LASTING:
            return
        if len(self._known) >= self.MOST:
            self._known.clear()
        self._known[of, said] = now


_recent: WeakKeyDictionary[Engine, RecentlySeenCache] = WeakKeyDictionary()


class _NewWords(NamedTuple):
    """The definitions of one activity in the statements being stored, in order, by fingerprint; equal neighbours are kept once."""

    iri: str
    said: list[tuple[bytes, Json]]

    def add(self, fingerprint: bytes, definition: Json) -> None:
        if not self.said or self.said[-1][0] != fingerprint:
            self.said.append((fingerprint, definition))

    def merged_into(self, known: Json) -> Json:
        for _, one in self.said:
            known = merged(known, one)
        return known


def learn(connection: Connection, statements: Iterable[Json], now: datetime) -> None:
    """Store what new statements say about activities and people, in order. Rows are locked in the order of their keys."""
    recent = _recent.setdefault(connection.engine, RecentlySeenCache())
    activities: dict[UUID, _NewWords] = {}
    names: dict[tuple[UUID, UUID], str] = {}
    for statement in statements:
        for iri, definition in definitions_in(statement):
            key, said = iri_key(iri), fingerprint(definition)
            if key in activities or not recent.has(key, said, now):
                activities.setdefault(key, _NewWords(iri, [])).add(said, definition)
        for key, name in names_in(statement):
            called = name_key(name)
            if not recent.has(key, called, now):
                names[key, called] = name
    if activities or names:
        known = _ask(connection, activities, names)
        _define(connection, activities, known.definitions, recent, now)
        _name(connection, names, known.names, recent, now)


class _KnownBefore(NamedTuple):
    """The stored definitions as JSON, and the times at which definitions and names were stored."""

    definitions: Mapping[UUID, tuple[str, datetime]]
    names: Mapping[tuple[UUID, UUID], datetime]


def _ask(connection: Connection, activities: Collection[UUID], names: Collection[tuple[UUID, UUID]]) -> _KnownBefore:
    if connection.dialect.name == "postgresql":
        people, called = (array(one[place].hex for one in names) for place in (0, 1))
        rows = ask(connection, KNOWN, {"activities": array(key.hex for key in activities), "people": people, "names": called})
        return _KnownBefore({row[0]: row[2:] for row in rows if row[1] is None}, {row[:2]: row[3] for row in rows if row[1] is not None})
    defined = connection.execute(LOAD, {"keys": list(activities)}) if activities else ()
    named = connection.execute(NAMED, {"names": list(names)}) if names else ()
    return _KnownBefore({key: (definition, at) for key, definition, at in defined}, {(key, name): at for key, name, at in named})


def _define(
    connection: Connection,
    given: Mapping[UUID, _NewWords],
    known: Mapping[UUID, tuple[str, datetime]],
    recent: RecentlySeenCache,
    now: datetime,
) -> None:
    new = [
        {"key": key, "iri": told.iri, "definition": written(told.merged_into({})), "updated": now}
        for key, told in sorted(given.items())
        if key not in known
    ]
    inserted = set(connection.execute(INSERT[connection.dialect.name], new).scalars()) if new else set()
    others = [key for key in given if key not in inserted]
    for key in [key for key in others if key in known]:
        text, written_at = known[key]
        definition = json.loads(text)
        if all(merged(definition, one) == definition for _, one in given[key].said):
            others.remove(key)
            for said, _ in given[key].said:
                recent.keep(key, said, written_at, now)
    if others:
        _redefine(connection, {key: given[key] for key in others}, now)


def _redefine(connection: Connection, given: Mapping[UUID, _NewWords], now: datetime) -> None:
    locked = connection.execute(LOCK, {"keys": list(given)}).all()
    rows = [
        {"at": row.key, "definition": written(given[row.key].merged_into(json.loads(row.definition))), "updated": now} for row in locked
    ]
    if rows:
        connection.execute(UPDATE, rows)


def _name(
    connection: Connection,
    given: Mapping[tuple[UUID, UUID], str],
    known: Mapping[tuple[UUID, UUID], datetime],
    recent: RecentlySeenCache,
    now: datetime,
) -> None:
    for place, stored in known.items():
        recent.keep(*place, stored, now)
    fresh = given.keys() - known.keys()
    erased = marked_among(connection, {key for key, _ in fresh})  # another person's statement may name somebody who was erased
    new = [
        {"key": key, "name_key": said, "name": written(given[key, said]), "stored": now} for key, said in sorted(fresh) if key not in erased
    ]
    if new:
        connection.execute(INSERT_NAMES[connection.dialect.name], new)


def definitions_of(session: Session, iris: Collection[str]) -> dict[str, Json]:
    """Return the stored definitions of these activities, by id; activities without one are left out."""
    by_key = {iri_key(iri): iri for iri in iris}
    if not by_key:
        return {}
    return {by_key[row.key]: json.loads(row.definition) for row in session.connection().execute(LOAD, {"keys": list(by_key)})}


def names_of(session: Session, agent: Json) -> list[str]:
    """Return the names that statements gave an agent, the oldest first; at most the latest MOST_NAMES."""
    latest = select(N.name).where(N.key == key_of(agent)).order_by(N.stored.desc(), N.name_key).limit(MOST_NAMES)
    return [json.loads(name) for name in session.connection().execute(latest).scalars()][::-1]
