"""How are documents kept? In the caller's transaction; nothing here commits.

Whoever changes a document locks its row first, so that of two changes at once the second sees what the first has made;
where there is no row yet, the second to insert one is told so and starts again. On SQLite the writer's BEGIN IMMEDIATE
does the same for the whole database.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, exists, func, select, tuple_, update
from sqlalchemy.orm import Session

from xapi.errors import Erased
from xapi.rules.document_key import DocumentKey
from xapi.rules.etag import etag_of
from xapi.storage.erased import SAID, marked_among
from xapi.storage.models import DocumentRow, ErasedAgent
from xapi.storage.raw_sql import PreparedQuery
from xapi.storage.references import unless_there

DOCUMENTS: Table = DocumentRow.__table__  # type: ignore[assignment]
C = DOCUMENTS.c


class Document(NamedTuple):
    """What lies at one place."""

    content: bytes
    type: str
    etag: str
    updated: datetime


# Built once: a statement built anew for each request costs more than what it asks for.
HERE = [C[name] == bindparam(f"at_{name}") for name in ("agent_key", "activity_key", "registration", "id_key")]
LOAD = PreparedQuery(select(C.content, C.type, C.etag, C.updated).where(*HERE))
LOCK = LOAD.query.with_for_update()
ROW = select(*(bindparam(one.name, type_=one.type) for one in C)).where(~exists().where(ErasedAgent.key == bindparam("agent_key")))
INSERT = {name: one.from_select(list(C), ROW).returning(C.id_key) for name, one in unless_there(DOCUMENTS).items()}
UPDATE = update(DOCUMENTS).where(*HERE)
DELETE = delete(DOCUMENTS).where(*HERE)


def load(session: Session, place: DocumentKey) -> Document | None:
    """Return the document at a place."""
    rows = LOAD.rows(session, _at(place))
    return Document(*rows[0]) if rows else None


def lock(session: Session, place: DocumentKey) -> Document | None:
    """Return the document at a place and keep it from others until the transaction ends."""
    row = session.connection().execute(LOCK, _at(place)).one_or_none()
    return None if row is None else Document(*row)


def put(session: Session, place: DocumentKey, content: bytes, media_type: str, now: datetime, *, known: Document | None) -> bool:
    """Write a document over the locked one, or the first one where none is known; say whether it was written.

    It is not where another transaction has meanwhile written the first one.

    Raises:
        Erased: the document is about somebody who was erased; the caller rolls back.
    """
    values = {"content": content, "type": media_type, "etag": etag_of(content), "updated": now}
    connection = session.connection()
    if known is not None:
        return connection.execute(UPDATE, {**_at(place), **values}).rowcount == 1
    row = {**place.key, "agent": place.whose, "activity": place.activity, "id": place.id, **values}
    written = connection.execute(INSERT[connection.dialect.name], row).first() is not None
    if not written and marked_among(connection, [place.key["agent_key"]]):
        raise Erased(SAID, "the document")
    return written


def remove(session: Session, place: DocumentKey) -> None:
    """Delete the document at a place."""
    session.connection().execute(DELETE, _at(place))


def listed(session: Session, place: DocumentKey) -> dict[str, datetime]:
    """Return the ids of what lies at a place, with the instant of the last change, in that order."""
    found = select(C.id, C.updated).where(*_within(place)).order_by(C.updated, C.id)
    if place.since is not None:
        found = found.where(C.updated > place.since)
    return {row.id: row.updated for row in session.connection().execute(found)}


def remove_all(session: Session, place: DocumentKey) -> int:
    """Delete what lies at a place; return how many bytes that was.

    Rows are locked in one order, so that two of these cannot wait for each other. In one statement: a second one would see,
    and reach for out of that order, what was written while the first one waited.
    """
    keys = list(DOCUMENTS.primary_key)
    locked = select(*keys).where(*_within(place)).order_by(*keys).with_for_update().cte("locked")
    gone = delete(DOCUMENTS).where(tuple_(*keys).in_(select(locked))).returning(func.length(C.content))
    return sum(session.connection().execute(gone).scalars())


def _within(place: DocumentKey) -> list[Any]:
    """Return the conditions of a list: without a registration, any (1.0.3 Communication 2.3)."""
    names = ("agent_key", "activity_key", *(("registration",) if place.registration is not None else ()))
    return [C[name] == place.key[name] for name in names]


def _at(place: DocumentKey) -> Mapping[str, UUID]:
    return {f"at_{name}": value for name, value in place.key.items()}
