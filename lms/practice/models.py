"""Tables of tasks, submissions, and decisions about them."""

import uuid
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.classes.models import Enrolment
from lms.db import Base, UtcDateTime

HANDED_IN, RETURNED, ACCEPTED = STATES = ("handed-in", "returned", "accepted")
OF_A_TASK = text("task_id IS NOT NULL")
OF_AN_ACTIVITY = text("activity IS NOT NULL")
TAKEN_BACK = "taken-back"  # a decision: the acceptance was taken back


class PracticeTask(Base):
    """A task for everybody in a class, toward a requirement of tasks."""

    __tablename__ = "practice_task"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    requirement: Mapped[str] = mapped_column(String(64))  # key of a requirement of tasks in the programme document
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # nobody can submit it any more; accepted submissions stay


class PracticeWork(Base):
    """A submission of one teacher: for a task, for a reflection in a course, or as the log of a day of practice (without either)."""

    __tablename__ = "practice_work"
    __table_args__ = (
        Index("uq_practice_work_task", "task_id", "enrolment_id", unique=True, postgresql_where=OF_A_TASK, sqlite_where=OF_A_TASK),
        Index(
            "uq_practice_work_activity",
            "registration_id",
            "activity",
            unique=True,
            postgresql_where=OF_AN_ACTIVITY,
            sqlite_where=OF_AN_ACTIVITY,
        ),
        Index("ix_practice_work_enrolment_id", "enrolment_id"),
        Index("ix_practice_work_state", "state", "handed_in_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("practice_task.id"))
    requirement: Mapped[str] = mapped_column(String(64))  # of tasks, or of months for a log
    on: Mapped[date] = mapped_column(Date)  # the day of a log; for a task the day of the first submission
    text: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10))  # one of STATES
    handed_in_at: Mapped[datetime] = mapped_column(UtcDateTime)
    statement_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # the statement that it was accepted, in the record store
    # Of the answer to a reflection in a course: the activity, with its title, and the launch in which it was submitted last.
    registration_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("registration.id"))
    activity: Mapped[str | None] = mapped_column(String(64))
    title: Mapped[str | None] = mapped_column(String(200))
    launch_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("launch.id"))

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    task: Mapped[PracticeTask | None] = relationship(lazy="raise")
    files: Mapped[list["PracticeFile"]] = relationship(lazy="raise", order_by="PracticeFile.id")
    decisions: Mapped[list["PracticeDecision"]] = relationship(lazy="raise", order_by="PracticeDecision.id")


class PracticeFile(Base):
    """A photo or document of a submission; `object_name` is its name in the file store."""

    __tablename__ = "practice_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("practice_work.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    mimetype: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    object_name: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PracticeDecision(Base):
    """One decision about a submission, with its comment and author. Append-only."""

    __tablename__ = "practice_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("practice_work.id"), index=True)
    what: Mapped[str] = mapped_column(String(10))  # accepted, returned or taken-back
    comment: Mapped[str] = mapped_column(String(1000), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
