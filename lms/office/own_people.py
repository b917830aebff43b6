"""An office's own teachers, wherever they are trained, and their progress."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from lms.accounts.models import TEACHER, Organisation, Person
from lms.accounts.names import as_name
from lms.accounts.offices import below
from lms.classes.models import LEFT, Enrolment, TrainingClass
from lms.crediting.standing import Standing, of_enrolments
from lms.crediting.units import MET

PAGE = 50
LONGEST_WORDS = 100
IN_A_CLASS, IN_NO_CLASS, MISSING, REACHED = PLACES = ("trained", "waiting", "missing", "reached")


@dataclass(frozen=True, slots=True)
class OwnPeople:
    """A search for teachers: below `path`, with `words` in the name, user name or school; `placed` is one of PLACES or ''."""

    path: str
    words: str = ""
    placed: str = ""

    def where(self) -> list[ColumnElement[bool]]:
        """Return the conditions on a person joined with their organisation."""
        roles = [Person.role_names == TEACHER, *(Person.role_names.contains(part) for part in (f"{TEACHER},", f",{TEACHER}"))]
        found = [below(self.path), or_(*roles)]
        if self.words:
            name = Person.name.icontains(as_name(self.words), autoescape=True)
            others = (column.icontains(self.words, autoescape=True) for column in (Person.username, Organisation.name))
            found.append(or_(name, *others))
        placed = exists().where(Enrolment.person_id == Person.id)
        open_ = placed.where(Enrolment.status.not_in(LEFT), Enrolment.verdict != MET)
        wanted: dict[str, list[ColumnElement[bool]]] = {
            IN_A_CLASS: [placed],
            IN_NO_CLASS: [~placed],
            MISSING: [open_],
            REACHED: [placed, ~open_],
        }
        return [*found, *wanted.get(self.placed, [])]


@dataclass(frozen=True, slots=True)
class TeacherLine:
    """A teacher with their school and their standing in each of their classes, the newest first."""

    person: Person
    school: str
    standings: Sequence[Standing]


@dataclass(frozen=True, slots=True)
class TeacherPage:
    """One page of teachers, ordered by name; `next` is the id from which to continue."""

    lines: Sequence[TeacherLine]
    total: int
    next: int | None


def asked(path: str, query: Mapping[str, str]) -> OwnPeople:
    """Read a search from an address; unknown values do not filter."""
    placed = query.get("placed", "")
    return OwnPeople(path, query.get("q", "").strip()[:LONGEST_WORDS], placed if placed in PLACES else "")


def page_of(session: Session, whom: OwnPeople, after: int | None) -> TeacherPage:
    """Return one page of an office's teachers."""
    wanted = select(Person, Organisation.name).join(Organisation, Organisation.id == Person.organisation_id).where(*whom.where())
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    if after is not None:
        last = select(Person.name).where(Person.id == after).scalar_subquery()
        wanted = wanted.where(tuple_(Person.name, Person.id) > tuple_(last, after))
    rows = session.execute(wanted.order_by(Person.name, Person.id).limit(PAGE + 1)).all()
    lines = _lines(session, [(row[0], row[1]) for row in rows[:PAGE]])
    return TeacherPage(lines, total, lines[-1].person.id if len(rows) > PAGE else None)


def one_of(session: Session, path: str, person_id: int) -> TeacherLine | None:
    """Return one teacher of an office; None if there is none, or if they belong to another office."""
    wanted = select(Person, Organisation.name).join(Organisation, Organisation.id == Person.organisation_id)
    row = session.execute(wanted.where(and_(*OwnPeople(path).where()), Person.id == person_id)).first()
    return _lines(session, [(row[0], row[1])])[0] if row else None


def ids_of(session: Session, whom: OwnPeople) -> Sequence[int]:
    """Return the ids of all teachers that match a search, ordered by name."""
    wanted = select(Person.id).join(Organisation, Organisation.id == Person.organisation_id).where(*whom.where())
    return session.scalars(wanted.order_by(Person.name, Person.id)).all()


def some_of(session: Session, path: str, ids: Sequence[int]) -> Sequence[TeacherLine]:
    """Return teachers by their ids, in that order, without those who no longer belong to the office."""
    wanted = select(Person, Organisation.name).join(Organisation, Organisation.id == Person.organisation_id)
    rows = {row[0].id: (row[0], row[1]) for row in session.execute(wanted.where(and_(*OwnPeople(path).where()), Person.id.in_(ids)))}
    return _lines(session, [rows[number] for number in ids if number in rows])


def _lines(session: Session, people: Sequence[tuple[Person, str]]) -> list[TeacherLine]:
    """Return people's standings; the number of queries does not depend on their number."""
    ids = [person.id for person, _school in people]
    enrolments = session.scalars(select(Enrolment.id).where(Enrolment.person_id.in_(ids)).order_by(Enrolment.id.desc())).all()
    found: dict[int, list[Standing]] = defaultdict(list)
    for one in of_enrolments(session, enrolments):
        found[one.enrolment.person_id].append(one)
    return [TeacherLine(person, school, found[person.id]) for person, school in people]


def providers_of(session: Session, lines: Sequence[TeacherLine]) -> Mapping[int, str]:
    """Return the name of each class's provider."""
    classes = {one.enrolment.class_id for line in lines for one in line.standings}
    query = select(TrainingClass.id, Organisation.name).join(Organisation, Organisation.id == TrainingClass.provider_id)
    return {row[0]: row[1] for row in session.execute(query.where(TrainingClass.id.in_(classes)))}
