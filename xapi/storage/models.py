"""The record store's tables: statements, their keys, the outbox, documents, activities, people, and credentials.

A statement is stored as text: the received bytes plus the properties that the store sets. jsonb would refuse \\u0000, rewrite
numbers and drop repeated keys. The values that queries need are extracted into columns. Every response and cursor uses the order
`(stored, sid)`; every key row has both, so that one index range gives a filter, its time limits and its order.
"""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Text,
    Uuid,
    and_,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from xapi.rules.values import EPOCH, MICROSECOND

ERASED = ""  # replaces the digest of an erased statement
BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite only auto-increments INTEGER keys


class Base(DeclarativeBase):
    """The record store's own tables, separate from the host application's."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def microseconds(instant: datetime) -> int:
    """Return an instant in SQLite's form: microseconds since 1970."""
    return (instant - EPOCH) // MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: timestamptz on PostgreSQL, whole microseconds since 1970 on SQLite, which has no such type."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type for each database."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write an instant."""
        if value is None or dialect.name != "sqlite":
            return value
        return microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read an instant as UTC."""
        if value is None:
            return None
        instant: datetime = EPOCH + value * MICROSECOND if dialect.name == "sqlite" else value.astimezone(UTC)
        return instant


class IdRow(Base):
    """The id of a statement, unique among all; it leads to the statement's place, and so to its partition.

    The id of an erased statement remains without a digest, so that the statement cannot be stored again (erasure.py).
    """

    __tablename__ = "xapi_statement_id"

    sid: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    stored: Mapped[datetime] = mapped_column(Instant)
    digest: Mapped[str] = mapped_column(String(64))  # equality.digest of the received statement


class StatementRow(Base):
    """One statement; only `voided` ever changes. On PostgreSQL the table is partitioned by `stored` (partitions.py)."""

    __tablename__ = "xapi_statement"

    stored: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    sid: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[uuid.UUID] = mapped_column(Uuid)  # do not search by this column; use IdRow
    refers: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # the id in its StatementRef, whether it voids or not
    voiding: Mapped[bool] = mapped_column(default=False)
    voided: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text)

    __table_args__ = ({"postgresql_partition_by": "RANGE (stored)"},)


def at_its_place() -> ColumnElement[bool]:
    """Join a statement to its id; because the time is part of the join, only one partition is read."""
    return and_(StatementRow.stored == IdRow.stored, StatementRow.sid == IdRow.sid)


class ReferenceRow(Base):
    """A statement that refers to another, which may not be stored yet."""

    __tablename__ = "xapi_statement_reference"

    refers: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    sid: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    stored: Mapped[datetime] = mapped_column(Instant)
    id: Mapped[uuid.UUID] = mapped_column(Uuid)
    voiding: Mapped[bool] = mapped_column(default=False)

    __table_args__ = ({"sqlite_with_rowid": False},)


class KeyRow(Base):
    """One key under which a statement is found; `origin` is the statement that has the key.

    A statement that refers to another is also found under the other's keys, with the other as origin, so that a query
    with several filters matches the keys of one statement and never a mixture.
    """

    __tablename__ = "xapi_statement_key"

    key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    usage: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    stored: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    sid: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    origin: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)

    __table_args__ = ({"sqlite_with_rowid": False, "postgresql_partition_by": "RANGE (stored)"},)


class OutboxRow(Base):
    """A stored statement that was not processed yet; written in the statement's own transaction."""

    __tablename__ = "xapi_outbox"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    statement_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    stored: Mapped[datetime] = mapped_column(Instant)
    parked: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime | None] = mapped_column(Instant)  # the first failure
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # the number of failures

    __table_args__ = (Index("ix_xapi_outbox_waiting", "parked", "id"),)


class AttachmentRow(Base):
    """An attachment's data, by its hash in lowercase hexadecimal. A row exists only if the data arrived completely."""

    __tablename__ = "xapi_attachment"

    sha2: Mapped[str] = mapped_column(String(128), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)


class AttachmentPiece(Base):
    """A piece of such data, ordered by `number` from 0: no request ever holds the whole."""

    __tablename__ = "xapi_attachment_piece"

    sha2: Mapped[str] = mapped_column(String(128), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class AttachmentLink(Base):
    """A statement that came with this data: a client that may read the statement may read the data."""

    __tablename__ = "xapi_attachment_link"

    statement_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    sha2: Mapped[str] = mapped_column(String(128), primary_key=True)

    __table_args__ = (Index("ix_xapi_attachment_link_sha2", "sha2"),)


class DocumentRow(Base):
    """One document, byte for byte. Its key is `document_key.DocumentKey.key`; its agent and activity are kept beside it."""

    __tablename__ = "xapi_document"

    agent_key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    activity_key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    registration: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    id_key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    agent: Mapped[str] = mapped_column(Text)  # as JSON
    activity: Mapped[str] = mapped_column(Text)
    id: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    type: Mapped[str] = mapped_column(Text)
    etag: Mapped[str] = mapped_column(String(40))
    updated: Mapped[datetime] = mapped_column(Instant)


class StorageRow(Base):
    """The amount stored for one owner with a quota (quota.py); `agent_key` is the person, so that erasing the person removes it."""

    __tablename__ = "xapi_storage"

    owner: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    agent_key: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    statements: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    updated: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)  # rows are updated in place, because no index has the columns that change


class ActivityRow(Base):
    """The merged definition of an activity, from all statements in the order of storing."""

    __tablename__ = "xapi_activity"

    key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    iri: Mapped[str] = mapped_column(Text)
    definition: Mapped[str] = mapped_column(Text)  # as JSON
    updated: Mapped[datetime] = mapped_column(Instant)


class AgentNameRow(Base):
    """A name that a statement gave an agent."""

    __tablename__ = "xapi_agent_name"

    key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    name_key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)  # as JSON
    stored: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = ({"sqlite_with_rowid": False},)


class ErasedAgent(Base):
    """A key (`actor.key_of`: a one-way hash) of an erased person, about whom nothing is stored any more (erased.py)."""

    __tablename__ = "xapi_erased_agent"

    key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    since: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = ({"sqlite_with_rowid": False},)


class ApiKey(Base):
    """A credential for another system. The secret is random (256 bit), so its plain SHA-256 is safe to store."""

    __tablename__ = "xapi_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[str] = mapped_column(String(200))
    trusted: Mapped[bool] = mapped_column(default=False)
    default_version: Mapped[str] = mapped_column(String(10), default="1.0.3")
    created: Mapped[datetime] = mapped_column(Instant)
    revoked: Mapped[datetime | None] = mapped_column(Instant)
    last_used: Mapped[datetime | None] = mapped_column(Instant)  # a little late; see key_usage.py


class TokenRow(Base):
    """A token that a key received for its secret (OAuth 2.0); random like a secret, and stored like one."""

    __tablename__ = "xapi_token"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("xapi_key.id"))
    scopes: Mapped[str] = mapped_column(String(200))
    expires: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_xapi_token_key_id_expires", "key_id", "expires"),)


class RefusalRow(Base):
    """The refusals of a key on a day (UTC) for one reason; an unknown client has an empty key. `said` is the last error text."""

    __tablename__ = "xapi_refusal"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    reason: Mapped[str] = mapped_column(String(20), primary_key=True)
    times: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[datetime] = mapped_column(Instant)
    said: Mapped[str] = mapped_column(String(300))
