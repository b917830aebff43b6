"""Tables of attendance marks and of scanned check-in codes."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, Uuid, text
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


COUNTED, CLAIMED, CONFIRMED, DECLINED, MEASURED = SCAN_STATES = ("counted", "claimed", "confirmed", "declined", "measured")
# a scan of the room's code, the report of an online meeting, or our own page beside the meeting
CODE, REPORT, PAGE = SOURCES = ("code", "report", "page")
MEASURED_ONLY = text("state = 'measured'")
HOLDS = (COUNTED, CONFIRMED)  # states of a scan that prove presence


class CheckIn(Base):
    """One scan of a session's code by one person. It never changes; a claim is decided once, by staff.

    Times from a meeting's report and from our own page are pairs of such rows; those of the page are `measured` until they are settled.

    `statement_id`: for a check-out, the statement of the time since `came_at`; None if there was none or it was taken back.
    """

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("session_id", "enrolment_id", "source", "way", "code_at"),
        Index("ix_check_in_enrolment_id", "enrolment_id"),
        Index("ix_check_in_device", "session_id", "device"),
        Index("ix_check_in_measured", "session_id", postgresql_where=MEASURED_ONLY, sqlite_where=MEASURED_ONLY),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    source: Mapped[str] = mapped_column(String(6), default=CODE, server_default=CODE)  # one of SOURCES
    way: Mapped[str] = mapped_column(String(3))  # in or out
    code_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the time at which the code was shown
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the time at which the server received it
    device: Mapped[str] = mapped_column(String(32))  # a browser's random id: two people with the same one are reported
    state: Mapped[str] = mapped_column(String(10))  # one of SCAN_STATES
    reason: Mapped[str] = mapped_column(String(200), default="")  # given by the person who decided
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    came_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    statement_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)

    @property
    def at(self) -> datetime:
        """Return the time of the scan: its receipt, or for a claim the time at which the code was shown."""
        return self.received_at if self.state == COUNTED else self.code_at


class MeetingName(Base):
    """A name that somebody uses in a class's online meetings, as its staff matched it once."""

    __tablename__ = "meeting_name"
    __table_args__ = (UniqueConstraint("class_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    name: Mapped[str] = mapped_column(String(100))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    matched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    matched_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # nobody: a command
