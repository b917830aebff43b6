"""Tables of forwards to other record stores, and of the statements that those stores refused."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime
from lms.lease import Leased

RUNNING, PAUSED = "running", "paused"


class Forward(Leased, Base):
    """A forward to one other store: its filter, and the place up to which statements were sent (in the order of storing)."""

    __tablename__ = "forward"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    endpoint: Mapped[str] = mapped_column(String(500))
    key: Mapped[str] = mapped_column(String(200))
    secret: Mapped[str] = mapped_column(Text)  # sealed (lms.sealing)
    internal: Mapped[bool] = mapped_column(default=False)  # plain http and private addresses are allowed
    filter: Mapped[dict[str, list[str]]] = mapped_column(JSON)  # filters.Filter
    state: Mapped[str] = mapped_column(String(10), default=RUNNING)
    reason: Mapped[str] = mapped_column(String(20), default="")  # the reason for a pause: a key of words.REASONS
    detail: Mapped[str] = mapped_column(Text, default="")  # the last failure, in the other store's words
    place_stored: Mapped[datetime | None] = mapped_column(UtcDateTime)
    place_sid: Mapped[int | None] = mapped_column(BigInteger)
    sent: Mapped[int] = mapped_column(BigInteger, default=0)  # accepted by the other store; a statement that was sent twice counts twice
    there: Mapped[int] = mapped_column(BigInteger, default=0)  # answered 409: the other store already had a statement with this id
    discarded: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")  # refused by the other store, and given up here
    tries: Mapped[int] = mapped_column(default=0)  # failures in a row
    refused: Mapped[int] = mapped_column(default=0)  # statements refused in a row
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_success: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_failure: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeadLetter(Base):
    """A statement that another store refused, and the reason. It does not block the others; a user may have it tried again."""

    __tablename__ = "forward_dead_letter"
    __table_args__ = (UniqueConstraint("forward_id", "statement_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    forward_id: Mapped[int] = mapped_column(ForeignKey("forward.id", ondelete="CASCADE"))
    statement_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(Text)
    refused_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=1)
    waiting: Mapped[bool] = mapped_column(default=False)  # to be tried again
