"""What is known of activities and people, from what statements said of them? In the caller's transaction; nothing here commits.

Only a credential that may `define` teaches the store (1.0.3 Communication 4.2). An activity has one definition, into which
each new statement's is merged in the order of storing; a person has every name that was ever given. Nothing is written, and
soon nothing is asked, where a statement says what is known: so the people of one course do not wait for each other.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Table, bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from xapi.actor import key_of
from xapi.definition import definitions_in, fingerprint, merged, names_in, written
from xapi.indexing import iri_key
from xapi.models import ActivityRow, AgentNameRow
from xapi.references import unless_there

Json = Mapping[str, Any]
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


class Settled:
    """What said nothing new a moment ago: it is not asked for again, for ten seconds."""

    LASTING = timedelta(seconds=10)
    MOST = 10_000

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, UUID], datetime] = {}

    def has(self, of: UUID, said: UUID, now: datetime) -> bool:
        """Say whether this was known of it."""
        since = self._known.get((of, said))
        return since is not None and abs(now - since) < self.LASTING

    def keep(self, of: UUID, said: UUID, written_at: datetime, now: datetime) -> None:
        """Remember that this is known of it, but for what was written so lately that it may yet be undone."""
        if now - written_at < self.LASTING:
            return
        if len(self._known) >= self.MOST:
            self._known.clear()
        self._known[of, said] = now


_settled: WeakKeyDictionary[Engine, Settled] = WeakKeyDictionary()


def learn(connection: Connection, statements: Iterable[Json], now: datetime) -> None:
    """Take over what new statements say of activities and people, in order. Rows are locked in the order of their keys."""
    settled = _settled.setdefault(connection.engine, Settled())
    activities: dict[UUID, tuple[str, list[Json]]] = {}
    names: dict[tuple[UUID, UUID], str] = {}
    for statement in statements:
        for iri, definition in definitions_in(statement):
            key = iri_key(iri)
            if key in activities or not settled.has(key, fingerprint(definition), now):
                activities.setdefault(key, (iri, []))[1].append(definition)
        for key, name in names_in(statement):
            said = fingerprint(name)
            if not settled.has(key, said, now):
                names[key, said] = name
    if activities:
        _define(connection, activities, settled, now)
    if names:
        _name(connection, names, settled, now)


def _define(connection: Connection, given: Mapping[UUID, tuple[str, list[Json]]], settled: Settled, now: datetime) -> None:
    known = {row.key: row for row in connection.execute(LOAD, {"keys": list(given)})}
    new = [
        {"key": key, "iri": iri, "definition": written(_together({}, said)), "updated": now}
        for key, (iri, said) in sorted(given.items())
        if key not in known
    ]
    inserted = set(connection.execute(INSERT[connection.dialect.name], new).scalars()) if new else set()
    others = [key for key in given if key not in inserted]
    for key in [key for key in others if key in known]:
        definition = json.loads(known[key].definition)
        if all(merged(definition, one) == definition for one in given[key][1]):
            others.remove(key)
            for one in given[key][1]:
                settled.keep(key, fingerprint(one), known[key].updated, now)
    if others:
        _redefine(connection, {key: given[key][1] for key in others}, now)


def _redefine(connection: Connection, given: Mapping[UUID, list[Json]], now: datetime) -> None:
    locked = connection.execute(LOCK, {"keys": list(given)}).all()
    rows = [{"at": row.key, "definition": written(_together(json.loads(row.definition), given[row.key])), "updated": now} for row in locked]
    if rows:
        connection.execute(UPDATE, rows)


def _together(known: Json, given: Sequence[Json]) -> Json:
    for one in given:
        known = merged(known, one)
    return known


def _name(connection: Connection, given: Mapping[tuple[UUID, UUID], str], settled: Settled, now: datetime) -> None:
    known = {(row.key, row.name_key): row.stored for row in connection.execute(NAMED, {"names": list(given)})}
    for place, stored in known.items():
        settled.keep(*place, stored, now)
    new = [
        {"key": key, "name_key": said, "name": written(given[key, said]), "stored": now}
        for key, said in sorted(given.keys() - known.keys())
    ]
    if new:
        connection.execute(INSERT_NAMES[connection.dialect.name], new)


def definitions_of(session: Session, iris: Collection[str]) -> dict[str, Json]:
    """Return the definitions of those of these activities that have one, by id."""
    by_key = {iri_key(iri): iri for iri in iris}
    if not by_key:
        return {}
    return {by_key[row.key]: json.loads(row.definition) for row in session.connection().execute(LOAD, {"keys": list(by_key)})}


def names_of(session: Session, agent: Json) -> list[str]:
    """Return the names that statements gave an agent, the first one first; no more than MOST_NAMES of the latest."""
    latest = select(N.name).where(N.key == key_of(agent)).order_by(N.stored.desc(), N.name_key).limit(MOST_NAMES)
    return [json.loads(name) for name in session.connection().execute(latest).scalars()][::-1]
