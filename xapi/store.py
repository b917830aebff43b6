"""How do statements enter the store and leave it by id? In the caller's transaction; nothing here commits.

A batch is atomic: all of it is stored, with one outbox row for each new statement, or none of it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text
from sqlalchemy.orm import Session

from xapi.admission import Admitted, admit, complete
from xapi.auth import Credential
from xapi.consistency import announce
from xapi.errors import Conflicting
from xapi.files import keep
from xapi.indexing import Usage, keys
from xapi.models import OutboxRow, StatementRow
from xapi.reading import received
from xapi.references import KEYS, STATEMENTS, link, unless_there

OUTBOX: Table = OutboxRow.__table__  # type: ignore[assignment]
INSERT_STATEMENTS = {name: one.returning(StatementRow.id, StatementRow.sid) for name, one in unless_there(STATEMENTS).items()}
INSERT_KEYS, INSERT_OUTBOX = insert(KEYS), insert(OUTBOX)
INSERT_ARRAYS = text(
    "WITH keys AS (INSERT INTO xapi_statement_key (key, usage, stored, sid, origin)"
    " SELECT key, usage, :stored, sid, sid"
    " FROM unnest(CAST(:keys AS uuid[]), CAST(:usages AS smallint[]), CAST(:sids AS bigint[])) AS given (key, usage, sid))"
    " INSERT INTO xapi_outbox (statement_id, stored, parked, error)"
    " SELECT id, :stored, false, '' FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS given (id, place) ORDER BY place"
)


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
    once = {one.id: one for one in admitted}.values()
    sids = _insert_statements(connection, once, now)
    fresh = [one for one in once if one.id in sids]
    if len(fresh) < len(once):
        _refuse_other_bodies(connection, [one for one in once if one.id not in sids])
    if fresh:
        _insert_keys(connection, fresh, sids, credential, now)
        link(connection, fresh, sids, now)
        keep(connection, fresh)
    return len(fresh)


def _insert_statements(connection: Connection, admitted: Iterable[Admitted], now: datetime) -> dict[uuid.UUID, int]:
    """Insert the statements whose ids are not there; return their sids."""
    rows = [
        {
            "id": one.id,
            "stored": now,
            "digest": one.digest,
            "refers": one.refers,
            "voiding": one.voiding,
            "voided": False,
            "text": complete(one, now),
        }
        for one in admitted
    ]
    found = connection.execute(INSERT_STATEMENTS[connection.dialect.name], rows)
    return {row.id: row.sid for row in found}


def _refuse_other_bodies(connection: Connection, again: Sequence[Admitted]) -> None:
    query = select(StatementRow.id, StatementRow.digest).where(StatementRow.id.in_([one.id for one in again]))
    known = {row.id: row.digest for row in connection.execute(query)}
    for one in again:
        if known.get(one.id) != one.digest:
            raise Conflicting(f"a statement with the id {one.id} is stored with another body", f"{one.path}.id")


def _insert_keys(
    connection: Connection, fresh: Sequence[Admitted], sids: Mapping[uuid.UUID, int], credential: Credential, now: datetime
) -> None:
    """Insert keys and outbox rows; on PostgreSQL as arrays, in one round trip however many there are."""
    own = (credential.owner, Usage.OWNER)
    found = [(key, int(usage), sids[one.id]) for one in fresh for key, usage in (*keys(one.statement), own)]
    if connection.dialect.name == "postgresql":
        columns = zip(*found, strict=True)
        arrays = {name: list(column) for name, column in zip(("keys", "usages", "sids"), columns, strict=True)}
        connection.execute(INSERT_ARRAYS, {**arrays, "ids": [one.id for one in fresh], "stored": now})
        return
    connection.execute(INSERT_KEYS, [{"key": key, "usage": usage, "stored": now, "sid": sid, "origin": sid} for key, usage, sid in found])
    connection.execute(INSERT_OUTBOX, [{"statement_id": one.id, "stored": now, "parked": False, "error": ""} for one in fresh])


def load_texts(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return statements' JSON texts by id."""
    return {row.id: row.text for row in session.execute(select(StatementRow.id, StatementRow.text).where(StatementRow.id.in_(list(ids))))}


def voided_among(session: Session, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these statements are voided, whichever came first, they or what voids them."""
    return set(session.scalars(select(StatementRow.id).where(StatementRow.id.in_(list(ids)), StatementRow.voided.is_(True))))
