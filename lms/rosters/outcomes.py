"""What would come of each row of a list: a new account, a known teacher, somebody who is in the class already, or a problem?

Read anew whenever it is asked, so what a page foresees and what is done follow from the same rules.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import TEACHER, Organisation, Person
from lms.classes.membership import WITHDRAWN
from lms.classes.models import Enrolment, TrainingClass
from lms.rosters.rows import Problem, Roster, Row

Item = TypeVar("Item")
AT_ONCE = 400  # names asked for in one query


class OutcomeKind(StrEnum):
    """What would come of a row."""

    NEW = "new"  # an account is made, and enrolled
    KNOWN = "known"  # has an account already; is enrolled
    AGAIN = "again"  # had withdrawn from the class; is let in again
    THERE = "there"  # is in the class already: nothing to do


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """A sound row and what would come of it. `school`: the organisation found; None where none is named or it is new."""

    row: Row
    kind: OutcomeKind
    person_id: int | None = None
    enrolment_id: int | None = None
    school: int | None = None


@dataclass(frozen=True, slots=True)
class RosterForecast:
    """What would come of a list."""

    outcomes: Sequence[RowOutcome]
    problems: Sequence[Problem]
    new_schools: Sequence[str]

    def count(self, *kinds: OutcomeKind) -> int:
        """Return how many rows have one of these outcomes."""
        return sum(one.kind in kinds for one in self.outcomes)

    @property
    def to_do(self) -> int:
        """How many people would come into the class."""
        return self.count(OutcomeKind.NEW, OutcomeKind.KNOWN, OutcomeKind.AGAIN)


def foresee(session: Session, training_class: TrainingClass, roster: Roster, path: str) -> RosterForecast:
    """Say what would come of each row; schools are looked for below `path`, the path prefix of whoever uploads."""
    known = _people(session, [row.username for row in roster.rows])
    there = _enrolments(session, training_class.id, [one.id for one in known.values()])
    schools = _schools(session, path, {row.school for row in roster.rows if row.school})
    problems = list(roster.problems)
    outcomes = []
    for row in roster.rows:
        person = known.get(row.username)
        enrolment = there.get(person.id) if person else None
        found = problem_of(row, person, enrolment) or _problem_of_school(row, person, schools)
        if found is None:
            outcomes.append(_outcome(row, person, enrolment, schools))
        else:
            problems.append(found)
    new = [one.row.school for one in outcomes if one.kind is OutcomeKind.NEW and one.row.school and one.school is None]
    return RosterForecast(outcomes, sorted(problems, key=lambda one: one.line), list(dict.fromkeys(new)))


def problem_of(row: Row, person: Person | None, enrolment: Enrolment | None) -> Problem | None:
    """Return why a known person cannot come into the class by this row.

    Who only guesses a user name is told nothing but that it is taken.
    """
    if person is None:
        return None
    wrong = ""
    if plain(person.name) != plain(row.name):
        wrong = _("belongs to somebody with another name")
    elif not person.active:
        wrong = _("belongs to an account that is closed")
    elif TEACHER not in {role.name for role in person.roles}:
        wrong = _("belongs to somebody who is no teacher here")
    elif enrolment is not None and enrolment.evidence_erased_at is not None:
        wrong = _("belongs to somebody whose data were erased")
    if wrong:
        return Problem(row.line, "username", wrong)
    if enrolment is not None and enrolment.track != row.track:
        return Problem(row.line, "track", _("is in this class in another track; change it on the teacher's page"))
    return None


def plain(name: str) -> str:
    """Return a name in which only the words matter."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _problem_of_school(row: Row, person: Person | None, schools: Mapping[str, Sequence[int]]) -> Problem | None:
    if person is None and len(schools.get(row.school, ())) > 1:
        return Problem(row.line, "school", _("several schools have this name; write the code instead"))
    return None


def _outcome(row: Row, person: Person | None, enrolment: Enrolment | None, schools: Mapping[str, Sequence[int]]) -> RowOutcome:
    if person is None:
        found = schools.get(row.school, ())
        return RowOutcome(row, OutcomeKind.NEW, school=found[0] if found else None)
    if enrolment is None:
        return RowOutcome(row, OutcomeKind.KNOWN, person.id)
    return RowOutcome(row, OutcomeKind.AGAIN if enrolment.status == WITHDRAWN else OutcomeKind.THERE, person.id, enrolment.id)


def _people(session: Session, usernames: Sequence[str]) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for names in _batches(usernames):
        for person in session.scalars(select(Person).where(func.lower(Person.username).in_(names))):
            found[person.username.lower()] = person
    return found


def _enrolments(session: Session, class_id: int, people: Sequence[int]) -> dict[int, Enrolment]:
    found: dict[int, Enrolment] = {}
    for ids in _batches(people):
        own = select(Enrolment).where(Enrolment.class_id == class_id, Enrolment.person_id.in_(ids))
        found |= {one.person_id: one for one in session.scalars(own)}
    return found


def _schools(session: Session, path: str, names: set[str]) -> dict[str, Sequence[int]]:
    """Return the organisations below `path` by the names and codes that are asked for."""
    found: dict[str, list[int]] = {}
    below = select(Organisation.id, Organisation.name, Organisation.code).where(Organisation.path.startswith(path, autoescape=True))
    for organisation_id, name, code in session.execute(below.order_by(Organisation.id)) if names else ():
        for said in {name, code} & names:
            found.setdefault(said, []).append(organisation_id)
    return {said: ids for said, ids in found.items()}


def _batches(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
