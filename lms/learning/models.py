"""Tables of registrations, launches, attempts, restarts, resume data, judged checks, failures of content, and sessions of cmi5 units."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, UniqueConstraint, Uuid, false, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime

ONE_EACH = text("alias_of IS NULL")
OF_LESSONS = text("lesson_id IS NOT NULL")
RUNNING = text("ended_at IS NULL")


class Registration(Base):
    """One enrolment studying one course, in any version; its id is xAPI's `registration`.

    Stored statements name their registration. Once, each version had its own registration; those ids are kept as aliases.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "course_version_id"),
        Index("uq_registration_course", "enrolment_id", "course_id", unique=True, postgresql_where=ONE_EACH, sqlite_where=ONE_EACH),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True, nullable=True)  # never null; SQLite cannot add NOT NULL
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)  # with which the study began
    alias_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("registration.id"))


class Launch(Base):
    """One opening of one activity in one browser: a session of the hours core. Beats extend this row.

    A launch of the page beside a live session names the session instead of a registration and a course version.

    No index contains a column that every beat changes, so that PostgreSQL updates the row in place (HOT).
    """

    __tablename__ = "launch"
    __table_args__ = (
        # the lease: the database allows at most one live launch for each person
        Index("uq_launch_live", "person_id", unique=True, postgresql_where=text("live"), sqlite_where=text("live")),
        Index(
            "ix_launch_open_stretch",
            "stretch_from",
            postgresql_where=text("stretch_from IS NOT NULL"),
            sqlite_where=text("stretch_from IS NOT NULL"),
        ),
        Index("ix_launch_running", "opened_at", postgresql_where=text("ended_at IS NULL"), sqlite_where=text("ended_at IS NULL")),
        Index("ix_launch_lesson", "lesson_id", postgresql_where=OF_LESSONS, sqlite_where=OF_LESSONS),
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), index=True, nullable=True)  # null: a live session
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), nullable=True)  # null: a live session
    lesson_id: Mapped[int | None] = mapped_column(ForeignKey("class_session.id"))  # of the page beside a live session
    activity: Mapped[str] = mapped_column(String(64))  # key in the course outline, or of the session
    device: Mapped[str] = mapped_column(String(20), default="")  # kind of device and an id of the browser: 'phone-1f0c9a2e'
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    live: Mapped[bool] = mapped_column(default=True)  # holds the person's one lease
    # the number of the page that holds the lease; an older tab of the same launch has a lower one
    lease: Mapped[int] = mapped_column(Integer, default=1)
    nonce: Mapped[str] = mapped_column(String(32), default="")  # the nonce that the next beat must have
    previous_nonce: Mapped[str] = mapped_column(String(32), default="")  # accepted once more, for a beat whose reply was lost
    stretch_from: Mapped[datetime | None] = mapped_column(UtcDateTime)  # whole seconds
    last_beat: Mapped[datetime | None] = mapped_column(UtcDateTime)  # whole seconds
    closed_seconds: Mapped[int] = mapped_column(Integer, default=0)  # present in this launch, in stretches that are already stated
    earlier_seconds: Mapped[int] = mapped_column(Integer, default=0)  # present in this activity, in other launches
    own_media: Mapped[bool] = mapped_column(default=False, server_default=false())  # our own player plays this content
    judged: Mapped[bool] = mapped_column(default=False, server_default=false())  # the site judges its checks (`lms.learning.checks`)
    # the most that the activity can earn, from the (immutable) course outline
    cap_seconds: Mapped[int] = mapped_column(Integer, default=0)


class Attempt(Base):
    """One submission of a quiz graded by the server. The browser makes its id, so that a repeated submission counts once."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("registration_id", "activity", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"))
    activity: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]  # 1, 2, 3 …
    launch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("launch.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    drawn: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # ids of the questions asked; None: all of the answer key
    score: Mapped[int]
    score_max: Mapped[int]
    passed: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Restart(Base):
    """A learner starts an activity over, as their class staff decided. Append-only; earned hours and passed activities stay."""

    __tablename__ = "activity_restart"
    __table_args__ = (Index("ix_activity_restart_registration_id", "registration_id", "activity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"))
    activity: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: erased


class ActivityState(Base):
    """A learner's resume data of an activity, as the content wrote it."""

    __tablename__ = "activity_state"

    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    activity: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CheckProgress(Base):
    """The check questions of a reading or a film that a learner has answered right, as the site judged them."""

    __tablename__ = "check_progress"

    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    activity: Mapped[str] = mapped_column(String(64), primary_key=True)
    right: Mapped[dict[str, str]] = mapped_column(JSON)  # check → digest of its entry in the answer key
    said_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the content said that it is completed
    stated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the site stored its own statement of it


class ContentFailure(Base):
    """The number of times that an activity's content could not be shown in one type of browser, for one reason."""

    __tablename__ = "content_failure"
    __table_args__ = (UniqueConstraint("course_version_id", "activity", "reason", "browser"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    activity: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(16))  # one of lms.learning.failures.REASONS
    browser: Mapped[str] = mapped_column(String(60))  # in the form of lms.accounts.browsers
    detail: Mapped[str] = mapped_column(String(300))  # the latest: a file's name, an error's message
    count: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Cmi5Session(Base):
    """One session of a cmi5 unit: what its launch URL opens, until the unit says `terminated` or the LMS `abandoned`.

    Each load of a launch's page begins a session; only the last one is active.
    """

    __tablename__ = "cmi5_session"
    __table_args__ = (
        Index("ix_cmi5_session_unit", "registration_id", "activity"),
        Index("ix_cmi5_session_running", "launch_id", postgresql_where=RUNNING, sqlite_where=RUNNING),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)  # cmi5's session id
    launch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("launch.id"))
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"))
    activity: Mapped[str] = mapped_column(String(64))
    mode: Mapped[str] = mapped_column(String(8))  # launchMode: Normal, Browse or Review
    move_on: Mapped[str] = mapped_column(String(20))  # of the unit, as it was launched
    launched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the token was handed out, which happens once
    data_read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    preferences_read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    said: Mapped[str] = mapped_column(String(200), default="")  # the cmi5 verbs that the unit stated: the last part of each IRI
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the unit's last statement
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ending: Mapped[str] = mapped_column(String(12), default="")  # terminated or abandoned


class Cmi5Progress(Base):
    """The progress of a registration in one unit, one block or the whole course of a cmi5 package."""

    __tablename__ = "cmi5_progress"

    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(80), primary_key=True)  # an activity's key, 'block/…' or 'course/…'
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    passed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    satisfied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
