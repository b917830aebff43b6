"""How are registrations, launches and a learner's open stretch stored?"""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime


class Registration(Base):
    """One enrolment studying one course version; its id is xAPI's `registration`."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("enrolment_id", "course_version_id"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)


class Launch(Base):
    """One opening of one activity on one device: the session of the hours core, and the row that a beat extends."""

    __tablename__ = "launch"
    __table_args__ = (
        Index("ix_launch_live", "person_id", "live"),
        Index("ix_launch_open_stretch", "last_beat"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    activity: Mapped[str] = mapped_column(String(64))  # key in the course document
    device: Mapped[str] = mapped_column(String(20), default="")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    live: Mapped[bool] = mapped_column(default=True)  # holds the person's one lease
    nonce: Mapped[str] = mapped_column(String(32), default="")  # what the next beat must carry
    stretch_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_beat: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_seconds: Mapped[int] = mapped_column(Integer, default=0)  # present in this launch, in stretches already stated
    earlier_seconds: Mapped[int] = mapped_column(Integer, default=0)  # present in this activity before this launch


class ActivityState(Base):
    """Where a learner was in an activity, as the content wrote it."""

    __tablename__ = "activity_state"

    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    activity: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
