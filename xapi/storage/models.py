"""How are statements, their keys, the outbox, documents, what is known of activities and people, and credentials stored?

A statement is kept as text, byte for byte what was received plus what the store sets: jsonb refuses \\u0000, rewrites
numbers and drops repeated keys. What queries need is extracted beside it. `(stored, sid)` is the order of every answer
and the cursor; every key row carries it, so that one index range answers a filter, its time limits and its order.
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

ERASED = ""  # in place of an erased statement's digest
BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only in INTEGER keys


class Base(DeclarativeBase):
    """The record store's own tables, beside whatever the host application has."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def microseconds(instant: datetime) -> int:
    """Return an instant as SQLite has it: microseconds since 1970."""
    return (instant - EPOCH) // MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: timestamptz on PostgreSQL, whole microseconds since 1970 on SQLite, which has no such type."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Say what the column is on each database."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write an instant."""
        if value is None or dialect.name != "sqlite":
            return value
        return microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read it back as UTC."""
        if value is None:
            return None
        instant: datetime = EPOCH + value * MICROSECOND if dialect.name == "sqlite" else value.astimezone(UTC)
        return instant


class IdRow(Base):
    """The id of a statement, which is there once among all; it leads to the statement's place, and so to its partition.

    Of an erased statement it stays, without a digest, so that nobody brings the statement back (erasure.py).
    """

    __tablename__ = "xapi_statement_id"

    sid: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    stored: Mapped[datetime] = mapped_column(Instant)
    digest: Mapped[str] = mapped_column(String(64))  # equality.digest of what was received


class StatementRow(Base):
    """One statement, never changed but for `voided`. On PostgreSQL the table is partitioned by `stored` (partitions.py)."""

    __tablename__ = "xapi_statement"

    stored: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    sid: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[uuid.UUID] = mapped_column(Uuid)  # not to be searched by: that is what IdRow is for
    refers: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # its StatementRef, voiding included
    voiding: Mapped[bool] = mapped_column(default=False)
    voided: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text)

    __table_args__ = ({"postgresql_partition_by": "RANGE (stored)"},)


def at_its_place() -> ColumnElement[bool]:
    """Join a statement to its id; naming its time too, only one partition is looked into."""
    return and_(StatementRow.stored == IdRow.stored, StatementRow.sid == IdRow.sid)


class ReferenceRow(Base):
    """A statement that is about another, which may not be there yet."""

    __tablename__ = "xapi_statement_reference"

    refers: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    sid: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    stored: Mapped[datetime] = mapped_column(Instant)
    id: Mapped[uuid.UUID] = mapped_column(Uuid)
    voiding: Mapped[bool] = mapped_column(default=False)

    __table_args__ = ({"sqlite_with_rowid": False},)


class KeyRow(Base):
    """One key under which a statement is found; `origin` is the statement the key was read from.

    A statement that refers to another is found under the other's keys too, with the other as origin, so that a query
    with several filters matches one statement's keys and never a mixture.
    """

    __tablename__ = "xapi_statement_key"

    key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    usage: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    stored: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    sid: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    origin: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)

    __table_args__ = ({"sqlite_with_rowid": False, "postgresql_partition_by": "RANGE (stored)"},)


class OutboxRow(Base):
    """A stored statement that nobody has worked through yet; written in the statement's own transaction."""

    __tablename__ = "xapi_outbox"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    statement_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    stored: Mapped[datetime] = mapped_column(Instant)
    parked: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime | None] = mapped_column(Instant)  # when it first failed
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # how often it failed

    __table_args__ = (Index("ix_xapi_outbox_waiting", "parked", "id"),)


class AttachmentRow(Base):
    """Data of an attachment, by its hash in small hexadecimal; it came whole, or the row would not be there."""

    __tablename__ = "xapi_attachment"

    sha2: Mapped[str] = mapped_column(String(128), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)


class AttachmentPiece(Base):
    """A part of such data, in order of `number` from 0: no request ever holds the whole."""

    __tablename__ = "xapi_attachment_piece"

    sha2: Mapped[str] = mapped_column(String(128), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class AttachmentLink(Base):
    """A statement that came with data: who may read the statement may read it."""

    __tablename__ = "xapi_attachment_link"

    statement_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    sha2: Mapped[str] = mapped_column(String(128), primary_key=True)

    __table_args__ = (Index("ix_xapi_attachment_link_sha2", "sha2"),)


class DocumentRow(Base):
    """One document, byte for byte; its key is `place.Place.key`, an agent's documents and an activity's below it together."""

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
    """How much is kept for one owner that has a quota (quota.py); `agent_key` is whose it is, so that it goes with them."""

    __tablename__ = "xapi_storage"

    owner: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    agent_key: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    statements: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    updated: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)  # counted in place, as no index holds what changes


class ActivityRow(Base):
    """What is known of an activity: the definitions of all statements, merged in the order of storing."""

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
    """One of a person's keys (`actor.key_of`: a hash, which leads back to nobody) about whom nothing is stored any more (erased.py)."""

    __tablename__ = "xapi_erased_agent"

    key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    since: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = ({"sqlite_with_rowid": False},)


class ApiKey(Base):
    """A credential for another system. The secret is random (256 bit), so its plain SHA-256 is safe to keep."""

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
    last_used: Mapped[datetime | None] = mapped_column(Instant)  # a little late: tally.py says how much


class TokenRow(Base):
    """A token that a key was given for its secret (OAuth 2.0); random like a secret, and kept like one."""

    __tablename__ = "xapi_token"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("xapi_key.id"))
    scopes: Mapped[str] = mapped_column(String(200))
    expires: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_xapi_token_key_id_expires", "key_id", "expires"),)


class RefusalRow(Base):
    """What a key was refused on a day (UTC) for one reason, strangers under an empty key; `said` is the last of them."""

    __tablename__ = "xapi_refusal"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    reason: Mapped[str] = mapped_column(String(20), primary_key=True)
    times: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[datetime] = mapped_column(Instant)
    said: Mapped[str] = mapped_column(String(300))
