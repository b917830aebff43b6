"""How are the staff and the sessions of a class stored?"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.db import Base, UtcDateTime


class ClassStaff(Base):
    """One person in one staff role of one class; `role` is a key of the programme's staff roles, or `tutor`."""

    __tablename__ = "class_staff"
    __table_args__ = (UniqueConstraint("class_id", "person_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # nobody: a command

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])


class ClassSession(Base):
    """One session of a class: a half-day face to face, or a live online session (toward a requirement of hours, no half-days).

    `key` names it in the class for ever, in statements and ledger entries too; a cancelled session keeps its row.
    """

    __tablename__ = "class_session"
    __table_args__ = (UniqueConstraint("class_id", "key"), Index("ix_class_session_class_id", "class_id", "starts_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    key: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(200))
    requirement: Mapped[str] = mapped_column(String(64))  # key of a requirement of days or hours in the programme document
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    half_days: Mapped[int]  # two to a day; 0 where it is live online
    place: Mapped[str] = mapped_column(String(100), default="", server_default="")
    link: Mapped[str] = mapped_column(String(500), default="", server_default="")
    teacher: Mapped[str] = mapped_column(String(100), default="", server_default="")
    practical: Mapped[bool] = mapped_column(default=False, server_default=false())
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
