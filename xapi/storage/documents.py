"""Store documents. Works in the caller's transaction; nothing here commits.

A writer first locks the document's row, so that of two simultaneous changes the second sees the result of the first. If there is no
row yet, the second insert is reported to its caller, which starts again. On SQLite the writer's BEGIN IMMEDIATE
locks the whole database instead.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, exists, func, select, tuple_, update
from sqlalchemy.orm import Session

from xapi.errors import Erased
from xapi.rules.document_key import NOWHERE, DocumentKey
from xapi.rules.etag import etag_of
from xapi.storage.erased import SAID, marked_among
from xapi.storage.models import DocumentRow, ErasedAgent
from xapi.storage.raw_sql import PreparedQuery
from xapi.storage.references import unless_there

DOCUMENTS: Table = DocumentRow.__table__  # type: ignore[assignment]
C = DOCUMENTS.c


class Document(NamedTuple):
    """The stored document."""

    content: bytes
    type: str
    etag: str
    updated: datetime


# Built once: building a statement for each request would cost more than running it.
HERE = [C[name] == bindparam(f"at_{name}") for name in ("agent_key", "activity_key", "registration", "id_key")]
LOAD = PreparedQuery(select(C.content, C.type, C.etag, C.updated).where(*HERE))
LOCK = LOAD.query.with_for_update()
ROW = select(*(bindparam(one.name, type_=one.type) for one in C)).where(~exists().where(ErasedAgent.key == bindparam("agent_key")))
INSERT = {name: one.from_select(list(C), ROW).returning(C.id_key) for name, one in unless_there(DOCUMENTS).items()}
UPDATE = update(DOCUMENTS).where(*HERE)
DELETE = delete(DOCUMENTS).where(*HERE)


def load(session: Session, place: DocumentKey) -> Document | None:
    """Return the document with this key."""
    rows = LOAD.rows(session, _at(place))
    return Document(*rows[0]) if rows else None


def lock(session: Session, place: DocumentKey) -> Document | None:
    """Return the document with this key and lock it until the transaction ends."""
    row = session.connection().execute(LOCK, _at(place)).one_or_none()
    return None if row is None else Document(*row)


def put(session: Session, place: DocumentKey, content: bytes, media_type: str, now: datetime, *, known: Document | None) -> bool:
    """Replace the locked document, or insert the first one if none is known; say whether it was written.

    It is not written if another transaction has inserted the first one in the meantime.

    Raises:
        Erased: the document is about a person who was erased; the caller rolls back.
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


class OwnedDocument(NamedTuple):
    """A stored document of an agent, with the activity it is about ('' for a profile), and the registration if it has one."""

    id: str
    activity: str
    registration: UUID | None
    content: bytes
    type: str
    updated: datetime


def of_agents(session: Session, agents: Collection[UUID]) -> Iterator[OwnedDocument]:
    """Yield every document of these agents (`key_of`): states and agent profiles, in the order of their keys."""
    query = select(C.id, C.activity, C.registration, C.content, C.type, C.updated).where(C.agent_key.in_(agents))
    for row in session.connection().execute(query.order_by(*DOCUMENTS.primary_key)):
        yield OwnedDocument(*row)._replace(registration=None if row.registration == NOWHERE else row.registration)


def remove(session: Session, place: DocumentKey) -> None:
    """Delete the document with this key."""
    session.connection().execute(DELETE, _at(place))


def listed(session: Session, place: DocumentKey) -> dict[str, datetime]:
    """Return the ids of the documents with this key and the time of the last change, ordered by that time."""
    found = select(C.id, C.updated).where(*_within(place)).order_by(C.updated, C.id)
    if place.since is not None:
        found = found.where(C.updated > place.since)
    return {row.id: row.updated for row in session.connection().execute(found)}


def remove_all(session: Session, place: DocumentKey) -> int:
    """Delete all documents with this key; return how many bytes they had.

    Rows are locked in one fixed order, so that two such calls cannot deadlock. It is a single SQL statement. A second statement
    would see rows that were written while the first one waited, and would lock them outside that order.
    """
    keys = list(DOCUMENTS.primary_key)
    locked = select(*keys).where(*_within(place)).order_by(*keys).with_for_update().cte("locked")
    gone = delete(DOCUMENTS).where(tuple_(*keys).in_(select(locked))).returning(func.length(C.content))
    return sum(session.connection().execute(gone).scalars())


def _within(place: DocumentKey) -> list[Any]:
    """Return the conditions of a list: without a registration, any registration matches (1.0.3 Communication 2.3)."""
    names = ("agent_key", "activity_key", *(("registration",) if place.registration is not None else ()))
    return [C[name] == place.key[name] for name in names]


def _at(place: DocumentKey) -> Mapping[str, UUID]:
    return {f"at_{name}": value for name, value in place.key.items()}
