"""Tables of classes, their staff and sessions, and enrolments."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, Date, Dialect, ForeignKey, Index, Integer, String, UniqueConstraint, Uuid, false
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from lms.accounts.models import Organisation, Person
from lms.catalogue.models import CourseVersion
from lms.db import Base, UtcDateTime
from lms.programmes.models import ProgrammeVersion

NOTHING = "0" * 64  # a running hash without rows

# The states of an enrolment, in their usual order (DOMAIN: enrolment 参训)
STATUSES = ("nominated", "confirmed", "reported-in", "in-training", "completed", "not-completed", "withdrawn", "dismissed", "absent")
LEARNING = ("confirmed", "reported-in", "in-training", "completed")  # may study
LEFT = ("not-completed", "withdrawn", "dismissed", "absent")  # may not study any more


class Hundredths(TypeDecorator[Decimal]):
    """A decimal with two places, stored as a whole number, because SQLite has no exact decimals and sums must be exact."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Write hundredths; a value with more decimal places is refused, not rounded."""
        if value is None:
            return None
        hundredths = value * 100
        if hundredths != int(hundredths):
            raise ValueError(f"{value} has more than two decimal places")
        return int(hundredths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Return the decimal."""
        return None if value is None else Decimal(int(value)) / 100


class TrainingClass(Base):
    """A run of a programme by a provider for about 50 people."""

    __tablename__ = "training_class"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    intake: Mapped[str] = mapped_column(String(64), default="")
    programme_version_id: Mapped[int] = mapped_column(ForeignKey("programme_version.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    tracks: Mapped[str] = mapped_column(String(500), default="", server_default="")  # comma-separated; empty means all of the programme's
    counts_within: Mapped[bool] = mapped_column(default=False, server_default=false())  # time counts only from the first day to the last
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # from then on nobody is added and no time counts
    following_after: Mapped[int | None]  # the last enrolment whose window and hours follow the current days; None if all do
    # running hash over all changes of the class itself
    changes_sha256: Mapped[str] = mapped_column(String(64), default=NOTHING, server_default=NOTHING)
    changes_count: Mapped[int] = mapped_column(default=0, server_default="0")

    programme_version: Mapped[ProgrammeVersion] = relationship(lazy="raise")
    provider: Mapped[Organisation] = relationship(lazy="raise")
    courses: Mapped[list["ClassCourse"]] = relationship(lazy="raise", order_by="ClassCourse.position")


class ClassChange(Base):
    """A change of a class or of one enrolment: its author and the previous value. Append-only."""

    __tablename__ = "class_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: a command
    what: Mapped[str] = mapped_column(String(20))  # one of lms.classes.changes.KINDS
    before: Mapped[str] = mapped_column(String(500), default="")
    after: Mapped[str] = mapped_column(String(500), default="")


class ClassCourse(Base):
    """A course that a class studies, and the requirement toward which its hours count, if any."""

    __tablename__ = "class_course"

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), primary_key=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True, index=True)
    requirement: Mapped[str] = mapped_column(String(64))  # key of an hours requirement in the programme document; '' means none
    compulsory: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int]

    course_version: Mapped[CourseVersion] = relationship(lazy="raise")


class Enrolment(Base):
    """One teacher in one class; also the head of the ledger of their hours."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("class_id", "person_id"),
        Index("ix_enrolment_board", "class_id", "status", "verdict"),  # the board counts in the index alone
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    track: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20), default="confirmed")
    window_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    window_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ledger_length: Mapped[int] = mapped_column(default=0)  # number of ledger entries, so that entries cut off at the end are noticed
    ledger_head: Mapped[str | None] = mapped_column(String(64))  # hash of the latest one
    credited_seconds: Mapped[int] = mapped_column(default=0)  # sum of the ledger, for lists; verified against it
    class_sha256: Mapped[str | None] = mapped_column(String(64))  # the class's digest when the latest ledger entry was written
    enrolment_sha256: Mapped[str | None] = mapped_column(String(64))  # the enrolment's digest at that time
    evidence_sha256: Mapped[str] = mapped_column(String(64), default=NOTHING, server_default=NOTHING)  # over all observations kept so far
    evidence_count: Mapped[int] = mapped_column(default=0, server_default="0")
    transferred: Mapped[bool] = mapped_column(default=False, server_default=false())  # has `enrolment_transfer` rows
    verdict: Mapped[str] = mapped_column(String(8), default="", server_default="")  # met or short, as last decided; empty: never
    held_seconds: Mapped[int] = mapped_column(default=0, server_default="0")  # held for review, as last decided; for lists
    evidence_erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the account stays as it is and is never decided again
    certified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # set as long as a certificate is valid; later evidence is only kept
    certificate_sha256: Mapped[str | None] = mapped_column(String(64))  # the hash of the latest register entry about this enrolment

    training_class: Mapped[TrainingClass] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")


class AttendanceRecord(Base):
    """Days, months or tasks noted by class staff. Append-only: a correction is a negative record with a reason."""

    __tablename__ = "attendance_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    requirement: Mapped[str] = mapped_column(String(64))
    quantity: Mapped[Decimal] = mapped_column(Hundredths)
    noted_on: Mapped[date] = mapped_column(Date)  # the day to which it belongs
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClassStaff(Base):
    """One person in one staff role of one class; `role` is a key of the programme's staff roles, or `tutor`."""

    __tablename__ = "class_staff"
    __table_args__ = (UniqueConstraint("class_id", "person_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: a command

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])


class ClassSession(Base):
    """One session of a class: a half-day face to face, or a live online session (toward a requirement of hours, no half-days).

    `key` is its permanent name in the class, in statements and ledger entries too; a cancelled session keeps its row.
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
    half_days: Mapped[int]  # two for a day; 0 for a live online session
    place: Mapped[str] = mapped_column(String(100), default="", server_default="")
    link: Mapped[str] = mapped_column(String(500), default="", server_default="")
    teacher: Mapped[str] = mapped_column(String(100), default="", server_default="")
    practical: Mapped[bool] = mapped_column(default=False, server_default=false())
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EnrolmentTransfer(Base):
    """A person's move to another class of their programme. Append-only: to undo it, transfer the person back.

    Sessions of the old class count up to `day`, those of the new class from it on, in the programme's time zone.
    """

    __tablename__ = "enrolment_transfer"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    from_class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    to_class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    day: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: a command


class Waiver(Base):
    """An amount of a requirement that a person need not earn: proposed by staff, approved or declined by the office.

    An approved waiver names the statement from which the account follows.
    """

    __tablename__ = "waiver"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    requirement: Mapped[str] = mapped_column(String(64))
    amount: Mapped[Decimal] = mapped_column(Hundredths)  # in the requirement's own unit
    reason: Mapped[str] = mapped_column(String(200))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: erased
    state: Mapped[str] = mapped_column(String(10))  # one of lms.classes.waivers.STATES
    answer: Mapped[str] = mapped_column(String(200), default="", server_default="")  # the reason for declining it or taking it back
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    statement_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")


class SessionReplacement(Base):
    """Sessions of a class moved online: a learner who finishes a course, or is at a live session, has earned them too."""

    __tablename__ = "session_replacement"
    __table_args__ = (UniqueConstraint("class_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    key: Mapped[str] = mapped_column(String(32))
    sessions: Mapped[list[str]] = mapped_column(JSON)  # keys of sessions
    course_version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"), index=True)
    live: Mapped[str] = mapped_column(String(32), default="", server_default="")  # key of a live session; exactly one of the two is set
    people: Mapped[list[int] | None] = mapped_column(JSON)  # enrolments to which it applies; None: everybody
    reason: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
