"""What was done to a class, by whom, and what stood there before? Kept append-only, beside what holds now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from lms.accounts.models import Person
from lms.classes.models import ClassChange, Enrolment, TrainingClass

FIELDS = ("name", "intake", "starts_on", "ends_on", "tracks", "counts_within")  # of a class, each change of one a line
KINDS = (
    *("opened", "closed", "reopened", "course", "course-version", "course-removed", *FIELDS),  # of the class
    *("enrolled", "again", "withdrawn", "track", "password", "renamed", "signed-out"),  # of one enrolment
    "sheet",  # initial passwords were handed out
    *("staff", "staff-left"),  # somebody runs the class, or no longer
    *("task", "task-withdrawn"),
    *("session", "session-changed", "session-cancelled"),  # of its timetable
)
LONGEST = 500
SHOWN = 200


@dataclass(frozen=True, slots=True)
class By:
    """Who does something, and when; nobody where a command does it."""

    person_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change with the names of who did it and of whom it concerns (none: a command; the class as a whole)."""

    change: ClassChange
    by: str | None
    whom: str | None


def made(what: str, by: By, before: str = "", after: str = "") -> ClassChange:
    """Return a change that still needs its class or enrolment."""
    if what not in KINDS:
        raise ValueError(f"no such change: {what}")
    return ClassChange(what=what, at=by.at, by=by.person_id, before=before[:LONGEST], after=after[:LONGEST])


def note(session: Session, class_id: int, change: ClassChange) -> None:
    """Keep a change of a class. Changes of the class itself come one after the other: its row is locked until the transaction ends."""
    if change.enrolment_id is None:
        session.execute(select(TrainingClass.id).where(TrainingClass.id == class_id).with_for_update(key_share=True))
    change.class_id = class_id
    session.add(change)


def note_of(session: Session, enrolment: Enrolment, change: ClassChange) -> None:
    """Keep a change of one enrolment."""
    change.enrolment_id = enrolment.id
    note(session, enrolment.class_id, change)


def of_class(session: Session, class_id: int, enrolment_id: int | None = None) -> Sequence[ChangeLine]:
    """Return what was done to a class, or to one enrolment of it, newest first."""
    author, concerned = aliased(Person), aliased(Person)
    query = (
        select(ClassChange, author.name, concerned.name)
        .outerjoin(author, author.id == ClassChange.by)
        .outerjoin(Enrolment, Enrolment.id == ClassChange.enrolment_id)
        .outerjoin(concerned, concerned.id == Enrolment.person_id)
        .where(ClassChange.class_id == class_id)
        .order_by(ClassChange.id.desc())
        .limit(SHOWN)
    )
    if enrolment_id is not None:
        query = query.where(ClassChange.enrolment_id == enrolment_id)
    return [ChangeLine(*row) for row in session.execute(query)]
