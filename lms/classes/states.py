"""The history of an enrolment's state: since when, who decided it, and why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.classes.membership import BAR
from lms.classes.models import ClassChange

DECIDING = ("enrolled", "again", "withdrawn", "state")  # kinds of changes after which an enrolment has a state


@dataclass(frozen=True, slots=True)
class StateChange:
    """The latest change of an enrolment's state; `by` is None if a command made it."""

    at: datetime
    by: str | None
    reason: str


def latest_changes(session: Session, enrolment_ids: Collection[int]) -> Mapping[int, StateChange]:
    """Return the latest change of state of each enrolment that has one."""
    query = (
        select(ClassChange.enrolment_id, ClassChange.at, Person.name, ClassChange.after)
        .outerjoin(Person, Person.id == ClassChange.by)
        .where(ClassChange.enrolment_id.in_(enrolment_ids), ClassChange.what.in_(DECIDING))
        .order_by(ClassChange.id)
    )
    return {number: StateChange(at, name, after.partition(BAR)[2]) for number, at, name, after in session.execute(query) if number}


def forget_reasons(session: Session, enrolment_ids: Collection[int]) -> None:
    """Delete the reasons for states from the history of people who are erased; the states stay."""
    wanted = (ClassChange.enrolment_id.in_(enrolment_ids), ClassChange.after.contains(BAR))
    for change in session.scalars(select(ClassChange).where(*wanted)):
        change.after = change.after.partition(BAR)[0]
