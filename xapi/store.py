"""How do statements enter the store and leave it by id? In the caller's transaction; nothing here commits.

A batch is atomic: all of it is stored, with one outbox row for each new statement, or none of it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, exists, insert, or_, select
from sqlalchemy.orm import Session

from xapi.admission import Admitted, admit, complete
from xapi.auth import Credential
from xapi.consistency import announce
from xapi.directly import ask
from xapi.errors import Conflicting, Erased
from xapi.files import keep
from xapi.indexing import Usage, keys
from xapi.known import learn
from xapi.models import ERASED, IdRow, KeyRow, OutboxRow, ReferenceRow, StatementRow, at_its_place
from xapi.reading import received
from xapi.references import is_awaited, link, unless_there

IDS: Table = IdRow.__table__  # type: ignore[assignment]
INSERT_IDS = unless_there(IDS)["sqlite"].returning(IdRow.id, IdRow.sid)
INSERT_STATEMENTS, INSERT_KEYS, INSERT_REFERENCES, INSERT_OUTBOX = (
    insert(row.__table__)  # type: ignore[arg-type]
    for row in (StatementRow, KeyRow, ReferenceRow, OutboxRow)
)
# PostgreSQL takes everything in one round trip, however much there is; ids that are there drop out at the second step.
INSERT_ALL = """
WITH given AS (
  SELECT * FROM unnest(%(ids)s::uuid[], %(digests)s::text[], %(refers)s::uuid[], %(voidings)s::boolean[], %(texts)s::text[])
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
SELECT id, sid, EXISTS (SELECT FROM xapi_statement_reference WHERE xapi_statement_reference.refers = fresh.id) FROM fresh
"""


class _New(NamedTuple):
    """A statement that was not there: its place, and whether another is about it already."""

    id: uuid.UUID
    sid: int
    awaited: bool


def store_statements(
    session: Session, raw: Sequence[Mapping[str, Any]], credential: Credential, *, version: str, now: datetime
) -> list[uuid.UUID]:
    """Check and store statements that the host's own code built; return their ids in order.

    An identical re-send is a success and changes nothing. Read `now` inside the transaction: what lies between reading
    it and this call is what Consistent-Through may miss.

    Raises:
        XapiError: with the path of what was wrong; the caller rolls back.
    """
    admitted = admit([received(statement) for statement in raw], credential, version)
    announce(session, now, referring=any(one.refers for one in admitted))
    insert_admitted(session, admitted, credential, now)
    return [one.id for one in admitted]


def insert_admitted(session: Session, admitted: Sequence[Admitted], credential: Credential, now: datetime) -> int:
    """Insert what is new, with keys and outbox rows, in the caller's announced transaction; return how many were new.

    Raises:
        Conflicting: an id is stored with another body; the caller rolls back.
    """
    if not admitted:
        return 0
    connection = session.connection()
    once = list({one.id: one for one in admitted}.values())
    owned = [[*keys(one.statement), (credential.owner, Usage.OWNER)] for one in once]
    insert_new = _insert_at_once if connection.dialect.name == "postgresql" else _insert_one_by_one
    new = insert_new(connection, once, owned, now)
    sids = {one.id: one.sid for one in new}
    if len(new) < len(once):
        _refuse_other_bodies(connection, [one for one in once if one.id not in sids])
    fresh = [one for one in once if one.id in sids]
    if any(one.awaited for one in new) or any(one.refers for one in fresh):
        link(connection, fresh, sids, now)
    keep(connection, fresh)
    if credential.allows("define"):
        learn(connection, (one.statement for one in fresh), now)
    return len(new)


Owned = Sequence[Sequence[tuple[uuid.UUID, int]]]


def _insert_at_once(connection: Connection, admitted: Sequence[Admitted], owned: Owned, now: datetime) -> list[_New]:
    flat = [(key, int(usage), place) for place, own in enumerate(owned, start=1) for key, usage in own]
    found = ask(
        connection,
        INSERT_ALL,
        {
            "stored": now,
            "ids": _array([one.id.hex for one in admitted]),
            "digests": _array([one.digest for one in admitted]),
            "refers": _array([one.refers.hex if one.refers else "NULL" for one in admitted]),
            "voidings": _array([str(one.voiding) for one in admitted]),
            "texts": _array([_quoted(complete(one, now)) for one in admitted]),
            "keys": _array([key.hex for key, _, _ in flat]),
            "usages": _array([str(usage) for _, usage, _ in flat]),
            "places": _array([str(place) for _, _, place in flat]),
        },
    )
    return [_New(*row) for row in found]


def _array(items: Iterable[str]) -> str:
    """Write a PostgreSQL array: the driver takes five times as long for a list."""
    return "{" + ",".join(items) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _insert_one_by_one(connection: Connection, admitted: Sequence[Admitted], owned: Owned, now: datetime) -> list[_New]:
    found = connection.execute(INSERT_IDS, [{"id": one.id, "stored": now, "digest": one.digest} for one in admitted])
    sids = {row.id: row.sid for row in found}
    places = [(sids[one.id], one, own) for one, own in zip(admitted, owned, strict=True) if one.id in sids]
    if not places:
        return []
    rows = [
        {"sid": sid, "id": one.id, "stored": now, "refers": one.refers, "voiding": one.voiding, "voided": False, "text": complete(one, now)}
        for sid, one, _ in places
    ]
    connection.execute(INSERT_STATEMENTS, rows)
    keyed = [{"key": key, "usage": int(usage), "stored": now, "sid": sid, "origin": sid} for sid, _, own in places for key, usage in own]
    connection.execute(INSERT_KEYS, keyed)
    pointing = [{name: row[name] for name in ("refers", "sid", "stored", "id", "voiding")} for row in rows if row["refers"] is not None]
    if pointing:
        connection.execute(INSERT_REFERENCES, pointing)
    connection.execute(INSERT_OUTBOX, [{"statement_id": one.id, "stored": now, "parked": False, "error": ""} for _, one, _ in places])
    awaited = is_awaited(connection, sids)
    return [_New(one.id, sid, one.id in awaited) for sid, one, _ in places]


def _refuse_other_bodies(connection: Connection, again: Sequence[Admitted]) -> None:
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


def voided_among(session: Session, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these statements are voided, whichever came first, they or what voids them.

    One that is not kept any more is void too when somebody says so: what rested on it may have stayed.
    """
    void = exists().where(ReferenceRow.refers == IdRow.id, ReferenceRow.voiding)
    gone = and_(StatementRow.sid.is_(None), void)
    query = select(IdRow.id).outerjoin(StatementRow, at_its_place())
    return set(session.scalars(query.where(IdRow.id.in_(list(ids)), or_(StatementRow.voided.is_(True), gone))))
