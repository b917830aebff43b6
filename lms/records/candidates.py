"""Find the people below an office that a name, a part of a name, a user name or an id may mean."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation, Person
from lms.accounts.names import LONGEST, as_name
from lms.accounts.offices import below
from lms.accounts.people import find_person
from lms.classes.models import Enrolment, TrainingClass
from lms.records.people import OfficeScope, known_among

PAGE = 20
MOST_CLASSES = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who may be meant; `where` distinguishes people with the same name: their latest classes, otherwise their organisation."""

    id: int
    name: str
    username: str
    where: list[str]


@dataclass(frozen=True, slots=True)
class Candidates:
    """One page of candidates, ordered by name; `next` is the id of the last one if there are more.

    `only` is the person meant, if nobody else can be.
    """

    people: Sequence[Candidate]
    next: int | None
    only: Candidate | None


def candidates(session: Session, text: str, scope: OfficeScope, after: int | None = None) -> Candidates:
    """Return the person with exactly this user name or id, otherwise everybody whose name or user name contains the text."""
    exact = find_person(session, text)
    if exact is not None and known_among(session, [exact.account], scope)[exact.account].below:
        return Candidates([], None, _described(session, [exact])[0])
    wanted = select(Person).outerjoin(Person.organisation).where(_has(text), _below(scope)).order_by(Person.name, Person.id)
    if after is not None:
        last = select(Person.name).outerjoin(Person.organisation).where(Person.id == after, _below(scope)).scalar_subquery()
        wanted = wanted.where(tuple_(Person.name, Person.id) > tuple_(last, after))
    found = session.scalars(wanted.limit(PAGE + 1)).all()
    people = _described(session, found[:PAGE])
    if after is None and len(found) == 1:
        return Candidates([], None, people[0])
    return Candidates(people, people[-1].id if len(found) > PAGE else None, None)


def _has(text: str) -> ColumnElement[bool]:
    return or_(Person.name.icontains(as_name(text[:LONGEST]), autoescape=True), Person.username.icontains(text, autoescape=True))


def _below(scope: OfficeScope) -> ColumnElement[bool]:
    own = below(scope.path)
    return or_(own, Organisation.path.is_(None)) if scope.root else own


def _described(session: Session, people: Sequence[Person]) -> list[Candidate]:
    """Return people as candidates, each with their classes, or with their organisation if they are in no class."""
    ids = [one.id for one in people]
    classes = select(Enrolment.person_id, TrainingClass.name).join(TrainingClass, TrainingClass.id == Enrolment.class_id)
    where: dict[int, list[str]] = defaultdict(list)
    for person_id, name in session.execute(classes.where(Enrolment.person_id.in_(ids)).order_by(Enrolment.id.desc())):
        where[person_id].append(name)
    names = select(Person.id, Organisation.name).join(Person.organisation).where(Person.id.in_(ids))
    organisations = {person_id: [name] for person_id, name in session.execute(names)}
    return [Candidate(one.id, one.name, one.username, where[one.id][:MOST_CLASSES] or organisations.get(one.id, [])) for one in people]
