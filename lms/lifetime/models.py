"""Tables of the versions of multi-year rules, and of hours earned elsewhere with the decisions about them."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.classes.models import Hundredths
from lms.db import Base, UtcDateTime

PROPOSED, APPROVED, RETURNED, WITHDRAWN = STATES = ("proposed", "approved", "returned", "withdrawn")


class LifetimeRuleVersion(Base):
    """One version of a multi-year rule. It never changes: a changed rule is a new version."""

    __tablename__ = "lifetime_rule"
    __table_args__ = (UniqueConstraint("code", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ElsewhereHours(Base):
    """Hours or days that a person earned elsewhere or before, entered by an office with a document. Kept apart from measured hours."""

    __tablename__ = "elsewhere_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(64))  # key of a kind of a multi-year rule
    title: Mapped[str] = mapped_column(String(200))
    provider: Mapped[str] = mapped_column(String(200))
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    unit: Mapped[str] = mapped_column(String(5))  # hours or days
    amount: Mapped[Decimal] = mapped_column(Hundredths)
    document_name: Mapped[str] = mapped_column(String(200))
    document_mimetype: Mapped[str] = mapped_column(String(100))
    document_sha256: Mapped[str] = mapped_column(String(64), index=True)  # also a part of its name in the file store
    state: Mapped[str] = mapped_column(String(10), index=True)  # one of STATES
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    statement_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # of the approval, in the record store
    statement_sha256: Mapped[str | None] = mapped_column(String(64))

    decisions: Mapped[list["ElsewhereDecision"]] = relationship(lazy="selectin", order_by="ElsewhereDecision.id")


class ElsewhereDecision(Base):
    """One decision about hours earned elsewhere: approved, returned or withdrawn, with its reason and author. Append-only."""

    __tablename__ = "elsewhere_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("elsewhere_hours.id"), index=True)
    what: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
