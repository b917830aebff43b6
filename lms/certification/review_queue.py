"""Lists of what waits for a reviewer, held sessions and questions: whose classes they are of, and one page at a time, the oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager

from lms.accounts.models import Organisation, Person
from lms.classes.models import Enrolment, TrainingClass
from lms.row_ids import row_id

PAGE = 25


class OfEnrolment(Protocol):
    """A row about an enrolment."""

    id: Any
    enrolment_id: Any
    enrolment: Any


ReviewRow = TypeVar("ReviewRow", bound=OfEnrolment)


@dataclass(frozen=True, slots=True)
class ReviewPage(Generic[ReviewRow]):
    """One page, the oldest first; `next` is the cursor of the next page."""

    rows: Sequence[ReviewRow]
    total: int
    next: str | None


def joined(query: Any, table: type[ReviewRow]) -> Any:
    """Join a query about a table's rows to their enrolments, people, classes and providers."""
    query = query.select_from(table).join(Enrolment, Enrolment.id == table.enrolment_id)
    query = query.join(Person, Person.id == Enrolment.person_id).join(TrainingClass, TrainingClass.id == Enrolment.class_id)
    return query.join(Organisation, Organisation.id == TrainingClass.provider_id)


def page_of(
    session: Session, table: type[ReviewRow], since: InstrumentedAttribute[Any], conditions: Sequence[ColumnElement[bool]], after: str
) -> ReviewPage[ReviewRow]:
    """Return a page of the rows for which all conditions hold, ordered by `since`; `after` is `next` of the page before."""
    query = joined(select(table), table).where(*conditions)
    total = session.scalar(joined(select(func.count(table.id)), table).where(*conditions)) or 0
    number = row_id(after)
    if (last := session.get(table, number) if number else None) is not None:
        at = getattr(last, since.key)
        query = query.where(or_(since > at, and_(since == at, table.id > last.id)))
    rows = session.scalars(_whole(query, table).order_by(since, table.id).limit(PAGE + 1)).all()
    return ReviewPage(rows[:PAGE], total, str(rows[PAGE - 1].id) if len(rows) > PAGE else None)


def one(session: Session, table: type[ReviewRow], *conditions: ColumnElement[bool]) -> ReviewRow | None:
    """Return the row for which all conditions hold, with its enrolment, person and class."""
    found: ReviewRow | None = session.scalar(_whole(joined(select(table), table).where(*conditions), table))
    return found


def classes_of(session: Session, table: type[ReviewRow], within: ColumnElement[bool]) -> Sequence[tuple[int, str]]:
    """Return the classes for which `within` holds and that have rows, by name."""
    query = joined(select(TrainingClass.id, TrainingClass.name), table).where(within).distinct()
    return [(row.id, row.name) for row in session.execute(query.order_by(TrainingClass.name, TrainingClass.id))]


def _whole(query: Any, table: type[ReviewRow]) -> Any:
    whole = contains_eager(table.enrolment)
    training_class = whole.contains_eager(Enrolment.training_class).contains_eager(TrainingClass.provider)
    return query.options(training_class, whole.contains_eager(Enrolment.person))
