"""History of a class: each change with its author and the previous value, append-only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.classes.models import ClassChange, Enrolment, TrainingClass

FIELDS = ("name", "intake", "starts_on", "ends_on", "tracks", "counts_within")  # fields of a class; each changed field is one line
KINDS = (
    *("opened", "closed", "reopened", "course", "course-version", "course-removed", *FIELDS),  # of the class
    *("enrolled", "again", "withdrawn", "state", "track", "password", "renamed", "signed-out"),  # of one enrolment
    *("moved-out", "moved-in"),  # to another class of the programme
    *("waiver", "waiver-approved", "waiver-declined", "waiver-back"),
    *("hold-released", "hold-refused", "hold-partly"),  # decisions about held hours
    *("appeal", "appeal-back", "appeal-accepted", "appeal-declined"),
    *("online", "online-back"),  # sessions moved online
    "restart",  # an activity started over
    *("unit-waived", "unit-waiver-back"),  # of a cmi5 package
    "sheet",  # initial passwords were handed out
    *("staff", "staff-left"),  # a person became staff of the class, or left
    *("task", "task-withdrawn"),
    *("session", "session-changed", "session-cancelled"),  # of its timetable
)
LONGEST = 500
SHOWN = 200


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change with the names of its author (None: a command) and of the person concerned (None: the class as a whole)."""

    change: ClassChange
    by: str | None
    whom: str | None


def made(what: str, by: By, before: str = "", after: str = "") -> ClassChange:
    """Return a change that still needs its class or enrolment."""
    if what not in KINDS:
        raise ValueError(f"no such change: {what}")
    return ClassChange(what=what, at=by.at, by=by.person_id, before=before[:LONGEST], after=after[:LONGEST])


def note(session: Session, class_id: int, change: ClassChange) -> None:
    """Record a change of a class. Its row is locked until the transaction ends, so that changes of a class have an order."""
    if change.enrolment_id is None:
        session.execute(select(TrainingClass.id).where(TrainingClass.id == class_id).with_for_update(key_share=True))
    change.class_id = class_id
    session.add(change)


def note_of(session: Session, enrolment: Enrolment, change: ClassChange) -> None:
    """Record a change of one enrolment."""
    change.enrolment_id = enrolment.id
    note(session, enrolment.class_id, change)


def of_class(session: Session, class_id: int, enrolment_id: int | None = None) -> Sequence[ChangeLine]:
    """Return the changes of a class and of its enrolments, newest first."""
    author, concerned = aliased(Person), aliased(Person)
    query = (
        select(ClassChange, author.name, concerned.name)
        .outerjoin(author, author.id == ClassChange.by)
        .outerjoin(Enrolment, Enrolment.id == ClassChange.enrolment_id)
        .outerjoin(concerned, concerned.id == Enrolment.person_id)
        .order_by(ClassChange.id.desc())
        .limit(SHOWN)
    )  # of one person, also what was done in a class before
    query = query.where(ClassChange.class_id == class_id if enrolment_id is None else ClassChange.enrolment_id == enrolment_id)
    return [ChangeLine(*row) for row in session.execute(query)]
