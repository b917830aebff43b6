"""Insert statements in PostgreSQL, with everything that belongs to them, in one round trip."""

import uuid
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from xapi.errors import Erased
from xapi.rules.checking import CheckedStatement, complete
from xapi.rules.indexing import Usage
from xapi.storage.erased import SAID
from xapi.storage.quota import Payer, size_of
from xapi.storage.raw_sql import array, ask

USAGES = [str(int(usage)) for usage in Usage]
SEPARATOR = "\x1e"  # never occurs in JSON (RFC 7464)
# Ids that already exist are dropped at the second step. The last SELECT has a row for each new statement, and one for each count that
# grew: its owner, the bytes that are now kept (of a key or an import: in all its months), and its statements. Every row ends with the
# number of the API keys that still work.
INSERT_ALL = """
WITH given AS (
  SELECT * FROM unnest(%(ids)s::uuid[], %(digests)s::text[], %(refers)s::uuid[], %(voidings)s::boolean[], %(payers)s::smallint[],
    %(sizes)s::integer[], string_to_array(%(texts)s, E'\\x1e'))
  WITH ORDINALITY AS given (id, digest, refers, voiding, payer, size, text, place)
), named AS (
  INSERT INTO xapi_statement_id (id, stored, digest) SELECT id, %(stored)s::timestamptz, digest FROM given ORDER BY place
  ON CONFLICT (id) DO NOTHING RETURNING id, sid
), fresh AS (
  SELECT named.sid, given.* FROM named JOIN given USING (id)
), statements AS (
  INSERT INTO xapi_statement (stored, sid, id, refers, voiding, voided, text)
  SELECT %(stored)s::timestamptz, sid, id, refers, voiding, false, text FROM fresh
), keys AS (
  INSERT INTO xapi_statement_key (key, usage, stored, sid, origin)
  SELECT key, usage, %(stored)s::timestamptz, sid, sid
  FROM unnest(%(keys)s::uuid[], %(usages)s::smallint[], %(places)s::integer[]) AS keyed (key, usage, place) JOIN fresh USING (place)
), pointing AS (
  INSERT INTO xapi_statement_reference (refers, sid, stored, id, voiding)
  SELECT refers, sid, %(stored)s::timestamptz, id, voiding FROM fresh WHERE refers IS NOT NULL
), waiting AS (
  INSERT INTO xapi_outbox (statement_id, stored, parked, error)
  SELECT id, %(stored)s::timestamptz, false, '' FROM fresh ORDER BY place
), counted AS (
  INSERT INTO xapi_storage AS kept (owner, agent_key, statements, bytes, updated)
  SELECT owner, agent, count(*), sum(size), %(stored)s::timestamptz
  FROM fresh JOIN unnest(%(owners)s::uuid[], %(agents_of)s::uuid[]) WITH ORDINALITY AS paying (owner, agent, payer) USING (payer)
  GROUP BY owner, agent ORDER BY owner
  ON CONFLICT (owner) DO UPDATE
  SET statements = kept.statements + excluded.statements, bytes = kept.bytes + excluded.bytes, updated = excluded.updated
  RETURNING owner, agent_key, statements, bytes
)
SELECT id, sid, EXISTS (SELECT FROM xapi_statement_reference WHERE xapi_statement_reference.refers = fresh.id),
  (SELECT key FROM xapi_erased_agent WHERE key = ANY (%(agents)s::uuid[]) LIMIT 1), NULL,
  (SELECT count(*) FROM xapi_key WHERE key = ANY (%(api_keys)s::text[]) AND revoked IS NULL) FROM fresh
UNION ALL
SELECT owner, bytes + CASE WHEN owner = ANY (%(added_up)s::uuid[]) THEN coalesce((
    SELECT sum(other.bytes) FROM xapi_storage AS other WHERE other.agent_key = counted.agent_key AND other.owner <> counted.owner
  ), 0)::bigint ELSE 0 END, NULL, NULL, statements, NULL FROM counted
"""

StatementKeys = Sequence[Sequence[tuple[uuid.UUID, int]]]


class InsertedStatement(NamedTuple):
    """A newly inserted statement: its place, and whether another one already refers to it."""

    id: uuid.UUID
    sid: int
    awaited: bool


class CountedOwner(NamedTuple):
    """The amount that is now kept for an owner, including these statements."""

    owner: uuid.UUID
    bytes: int
    statements: int


class ToInsert(NamedTuple):
    """Statements to insert, each with its keys; `payers`: the owners with a quota, by statement id; `api_keys` must still work."""

    checked: Sequence[CheckedStatement]
    keys: StatementKeys
    payers: Mapping[uuid.UUID, Payer]
    api_keys: Set[str]


class Inserted(NamedTuple):
    """The result: new statements, the counts of owners with a quota, and the number of API keys that still work (None: nothing is new)."""

    new: Sequence[InsertedStatement]
    counted: Sequence[CountedOwner]
    working_keys: int | None


def insert_at_once(connection: Connection, batch: ToInsert, now: datetime) -> Inserted:
    """Insert what is new with its keys and outbox rows, and count it for its owners; the caller compares the counts with the quotas.

    Raises:
        Erased: a new statement is about a person who was erased; the caller rolls back.
    """
    checked = batch.checked
    found = ask(
        connection,
        INSERT_ALL,
        {
            "stored": now,
            "ids": array([one.id.hex for one in checked]),
            "agents": array([key.hex for key in agents_among(batch.keys)]),
            "digests": array([one.digest for one in checked]),
            "refers": array([one.refers.hex if one.refers else "NULL" for one in checked]),
            "voidings": array([str(one.voiding) for one in checked]),
            "texts": SEPARATOR.join(complete(checked, now)),
            "keys": array([key.hex for own in batch.keys for key, _ in own]),
            "usages": array([USAGES[usage] for own in batch.keys for _, usage in own]),
            "places": array([place for at, own in enumerate(batch.keys, start=1) for place in [str(at)] * len(own)]),
            "api_keys": array(batch.api_keys),
            **_counting(batch),
        },
    )
    fresh = [row for row in found if row[4] is None]
    if fresh and fresh[0][3] is not None:
        refuse_about(checked, batch.keys, {fresh[0][3]})
    counted = [CountedOwner(row[0], row[1], row[4]) for row in found if row[4] is not None]
    return Inserted([InsertedStatement(*row[:3]) for row in fresh], counted, fresh[0][5] if fresh else None)


def _counting(batch: ToInsert) -> Mapping[str, str]:
    """Return the parameters for the counts: each owner with a quota has a number, from 1; 0 is nobody."""
    paying = {one.owner: one for one in batch.payers.values()}
    numbers = {owner: str(number) for number, owner in enumerate(paying, start=1)}
    return {
        "payers": array([numbers[batch.payers[one.id].owner] if one.id in batch.payers else "0" for one in batch.checked]),
        "sizes": array([str(size_of(one)) for one in batch.checked]),
        "owners": array([owner.hex for owner in paying]),
        "agents_of": array([one.agent.hex if one.agent else "NULL" for one in paying.values()]),
        "added_up": array([owner.hex for owner, one in paying.items() if one.added_up]),
    }


def agents_among(statement_keys: StatementKeys) -> set[uuid.UUID]:
    """Return the agents that statements mention."""
    agent = Usage.AGENT  # a local name, because looking it up takes longer than comparing
    return {key for own in statement_keys for key, usage in own if usage == agent}


def refuse_about(checked: Sequence[CheckedStatement], statement_keys: StatementKeys, erased: Set[uuid.UUID]) -> None:
    """Refuse the first statement about one of these people.

    Raises:
        Erased: always.
    """
    path = next(one.path for one, own in zip(checked, statement_keys, strict=True) if erased & agents_among([own]))
    raise Erased(SAID, path)
