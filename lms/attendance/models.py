"""Table of attendance marks."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime

PRESENT, LATE, LEFT, ABSENT, EXCUSED = STATES = ("present", "late", "left", "absent", "excused")
HERE = frozenset({PRESENT, LATE, LEFT})  # states in which the person was present for some of the time
NOW = text("superseded_at IS NULL")


class AttendanceMark(Base):
    """One person's attendance of one session. Append-only: a correction supersedes the mark before it and gives a reason.

    `statement_id` is the statement in the record store from which half-days or hours follow; absent and excused have none.
    """

    __tablename__ = "attendance_mark"
    __table_args__ = (
        Index("uq_attendance_mark_now", "session_id", "enrolment_id", unique=True, postgresql_where=NOW, sqlite_where=NOW),
        Index("ix_attendance_mark_enrolment_id", "enrolment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    state: Mapped[str] = mapped_column(String(10))  # one of STATES
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(200), default="")
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: a command
    statement_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
