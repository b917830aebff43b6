"""Store statements and load them by id. Works in the caller's transaction; nothing here commits.

A batch is atomic: either all of it is stored, with one outbox row for each new statement, or none of it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, exists, or_, select
from sqlalchemy.orm import Session

from xapi.errors import Conflicting, Erased
from xapi.rules.auth import Credential
from xapi.rules.checking import CheckedStatement, check_received, complete
from xapi.rules.indexing import Usage, keys
from xapi.rules.statement_json import received
from xapi.storage.consistency import announce
from xapi.storage.definitions import learn
from xapi.storage.erased import SAID, marked_among
from xapi.storage.files import keep
from xapi.storage.models import ERASED, IdRow, ReferenceRow, StatementRow, at_its_place, microseconds
from xapi.storage.quota import charge, charges
from xapi.storage.raw_sql import array, ask
from xapi.storage.references import is_awaited, link, unless_there

IDS: Table = IdRow.__table__  # type: ignore[assignment]
INSERT_IDS = unless_there(IDS)["sqlite"].returning(IdRow.id, IdRow.sid)
# Raw SQL on SQLite too: SQLAlchemy needs longer to process nine keys than SQLite needs to write them.
INSERT_STATEMENTS = "INSERT INTO xapi_statement (stored, sid, id, refers, voiding, voided, text) VALUES (?, ?, ?, ?, ?, 0, ?)"
INSERT_KEYS = "INSERT INTO xapi_statement_key (key, usage, stored, sid, origin) VALUES (?, ?, ?, ?, ?)"
INSERT_REFERENCES = "INSERT INTO xapi_statement_reference (refers, sid, stored, id, voiding) VALUES (?, ?, ?, ?, ?)"
INSERT_OUTBOX = "INSERT INTO xapi_outbox (statement_id, stored, parked, error) VALUES (?, ?, 0, '')"
USAGES = [str(int(usage)) for usage in Usage]
SEPARATOR = "\x1e"  # never occurs in JSON (RFC 7464)
# PostgreSQL stores everything in one round trip; ids that already exist are dropped at the second step.
INSERT_ALL = """
WITH given AS (
  SELECT * FROM unnest(%(ids)s::uuid[], %(digests)s::text[], %(refers)s::uuid[], %(voidings)s::boolean[],
    string_to_array(%(texts)s, E'\\x1e'))
  WITH ORDINALITY AS given (id, digest, refers, voiding, text, place)
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
)
SELECT id, sid, EXISTS (SELECT FROM xapi_statement_reference WHERE xapi_statement_reference.refers = fresh.id),
  (SELECT key FROM xapi_erased_agent WHERE key = ANY (%(agents)s::uuid[]) LIMIT 1) FROM fresh
"""


class _InsertedStatement(NamedTuple):
    """A newly inserted statement: its place, and whether another one already refers to it."""

    id: uuid.UUID
    sid: int
    awaited: bool


class CheckedRequest(NamedTuple):
    """The input of one request: checked statements and their credential."""

    checked: Sequence[CheckedStatement]
    credential: Credential


def store_statements(
    session: Session, raw: Sequence[Mapping[str, Any]], credential: Credential, *, version: str, now: datetime
) -> list[uuid.UUID]:
    """Check and store statements that the host's own code built; return their ids in order.

    Storing an identical statement again succeeds and changes nothing. Read `now` inside the transaction: Consistent-Through may miss
    statements for as long as the time between reading the clock and this call.

    Raises:
        XapiError: with the path of the error; the caller rolls back.
    """
    checked = check_received([received(statement) for statement in raw], credential, version)
    announce(session, now, referring=any(one.refers for one in checked))
    insert_checked(session, checked, credential, now)
    return [one.id for one in checked]


def insert_checked(session: Session, checked: Sequence[CheckedStatement], credential: Credential, now: datetime) -> int:
    """Insert new statements with keys and outbox rows, in the caller's announced transaction; return how many were new.

    Raises:
        Conflicting: an id is stored with another body; the caller rolls back.
        Erased: a new statement is about a person who was erased; the caller rolls back.
    """
    return insert_requests(session, [CheckedRequest(checked, credential)], now)[0]


def insert_requests(session: Session, requests: Sequence[CheckedRequest], now: datetime) -> list[int]:
    """Insert the statements of several requests, as `insert_checked` does for one; return how many were new of each request.

    Raises:
        Conflicting: an id is stored with another body, or two requests have one id with different bodies.
        TooLarge: an owner's quota is used up.
    """
    by_id = {one.id: (one, credential) for checked, credential in requests for one in checked}
    _refuse_two_bodies(requests, by_id)
    if not by_id:
        return [0] * len(requests)
    connection = session.connection()
    once = [one for one, _ in by_id.values()]
    owners = {id(credential): credential.owner for _, credential in requests}
    statement_keys = [[*keys(one.statement), (owners[id(credential)], Usage.OWNER)] for one, credential in by_id.values()]
    insert_new = _insert_at_once if connection.dialect.name == "postgresql" else _insert_one_by_one
    new = insert_new(connection, once, statement_keys, now)
    sids = {one.id: one.sid for one in new}
    if len(new) < len(once):
        _refuse_other_bodies(connection, [one for one in once if one.id not in sids])
    fresh = [one for one in once if one.id in sids]
    if any(one.awaited for one in new) or any(one.refers for one in fresh):
        link(connection, fresh, sids, now)
    keep(connection, fresh)
    learn(connection, (one.statement for one in fresh if by_id[one.id][1].allows("define")), now)
    charge(connection, charges(by_id[one.id] for one in fresh), now)
    return [len({one.id for one in own.checked} & sids.keys()) for own in requests]


def _refuse_two_bodies(requests: Sequence[CheckedRequest], by_id: Mapping[uuid.UUID, tuple[CheckedStatement, Credential]]) -> None:
    for one in (one for own in requests for one in own.checked):
        if one.digest != by_id[one.id][0].digest:
            raise Conflicting(f"two requests bring the id {one.id} with different bodies", f"{one.path}.id")


StatementKeys = Sequence[Sequence[tuple[uuid.UUID, int]]]


def _insert_at_once(
    connection: Connection, checked: Sequence[CheckedStatement], statement_keys: StatementKeys, now: datetime
) -> list[_InsertedStatement]:
    found = ask(
        connection,
        INSERT_ALL,
        {
            "stored": now,
            "ids": array([one.id.hex for one in checked]),
            "agents": array([key.hex for key in _agents(statement_keys)]),
            "digests": array([one.digest for one in checked]),
            "refers": array([one.refers.hex if one.refers else "NULL" for one in checked]),
            "voidings": array([str(one.voiding) for one in checked]),
            "texts": SEPARATOR.join(complete(checked, now)),
            "keys": array([key.hex for own in statement_keys for key, _ in own]),
            "usages": array([USAGES[usage] for own in statement_keys for _, usage in own]),
            "places": array([place for at, own in enumerate(statement_keys, start=1) for place in [str(at)] * len(own)]),
        },
    )
    if found and found[0][3] is not None:
        _refuse_about(checked, statement_keys, {found[0][3]})
    return [_InsertedStatement(*row[:3]) for row in found]


def _agents(statement_keys: StatementKeys) -> set[uuid.UUID]:
    agent = Usage.AGENT  # a local name, because looking it up takes longer than comparing
    return {key for own in statement_keys for key, usage in own if usage == agent}


def _refuse_about(checked: Sequence[CheckedStatement], statement_keys: StatementKeys, erased: Set[uuid.UUID]) -> None:
    path = next(one.path for one, own in zip(checked, statement_keys, strict=True) if erased & _agents([own]))
    raise Erased(SAID, path)


def _insert_one_by_one(
    connection: Connection, checked: Sequence[CheckedStatement], statement_keys: StatementKeys, now: datetime
) -> list[_InsertedStatement]:
    found = connection.execute(INSERT_IDS, [{"id": one.id, "stored": now, "digest": one.digest} for one in checked])
    sids = {row.id: row.sid for row in found}
    places = [(sids[one.id], one, own) for one, own in zip(checked, statement_keys, strict=True) if one.id in sids]
    if not places:
        return []
    if erased := marked_among(connection, _agents([own for _, _, own in places])):
        _refuse_about(checked, statement_keys, erased)
    at, texts = microseconds(now), complete([one for _, one, _ in places], now)
    rows = [
        (at, sid, one.id.hex, one.refers and one.refers.hex, one.voiding, text) for (sid, one, _), text in zip(places, texts, strict=True)
    ]
    keyed = [(key.hex, usage, at, sid, sid) for sid, _, own in places for key, usage in own]
    pointing = [(refers, sid, at, own, voiding) for _, sid, own, refers, voiding, _ in rows if refers]
    waiting = [(own, at) for _, _, own, *_ in rows]
    for sql, given in ((INSERT_STATEMENTS, rows), (INSERT_KEYS, keyed), (INSERT_REFERENCES, pointing), (INSERT_OUTBOX, waiting)):
        if given:
            connection.exec_driver_sql(sql, given)
    awaited = is_awaited(connection, sids)
    return [_InsertedStatement(one.id, sid, one.id in awaited) for sid, one, _ in places]


def _refuse_other_bodies(connection: Connection, again: Sequence[CheckedStatement]) -> None:
    query = select(IdRow.id, IdRow.digest).where(IdRow.id.in_([one.id for one in again]))
    known = {row.id: row.digest for row in connection.execute(query)}
    for one in again:
        if known.get(one.id) == ERASED:
            raise Erased(f"the statement with the id {one.id} was erased here, for good", f"{one.path}.id")
        if known.get(one.id) != one.digest:
            raise Conflicting(f"a statement with the id {one.id} is stored with another body", f"{one.path}.id")


def load_texts(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return statements' JSON texts by id."""
    query = select(IdRow.id, StatementRow.text).join(StatementRow, at_its_place()).where(IdRow.id.in_(list(ids)))
    return {row.id: row.text for row in session.execute(query)}


def voiders_of(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Return the ids of the statements that void each of these, whether or not these are stored."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    query = select(ReferenceRow.refers, ReferenceRow.id).where(ReferenceRow.refers.in_(list(ids)), ReferenceRow.voiding)
    for refers, by in session.execute(query):
        found.setdefault(refers, set()).add(by)
    return found


def erased_among(session: Session, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these statements were erased together with their person."""
    return set(session.scalars(select(IdRow.id).where(IdRow.id.in_(ids), IdRow.digest == ERASED))) if ids else set()


def voided_among(session: Session, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these statements are voided, in either order of arrival.

    A statement that is no longer stored also counts as voided if another one voids it: hours that rested on it may remain.
    """
    void = exists().where(ReferenceRow.refers == IdRow.id, ReferenceRow.voiding)
    gone = and_(StatementRow.sid.is_(None), void)
    query = select(IdRow.id).outerjoin(StatementRow, at_its_place())
    return set(session.scalars(query.where(IdRow.id.in_(list(ids)), or_(StatementRow.voided.is_(True), gone))))
