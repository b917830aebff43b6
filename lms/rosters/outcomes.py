"""The outcome of each row of a list: a new account, a known teacher, a member of the class already, or a problem.

Outcomes are computed again on every call, so a preview and the enrolment itself follow the same rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.models import TEACHER, Organisation, Person
from lms.accounts.names import name_key
from lms.accounts.offices import below, is_below
from lms.classes.freezing import FreezeReason, frozen_because
from lms.classes.membership import WITHDRAWN
from lms.classes.models import Enrolment, TrainingClass
from lms.rosters.problems import shown
from lms.rosters.rows import Roster, Row
from lms.row_problem import RowProblem, in_row

Item = TypeVar("Item")
AT_ONCE = 400  # names in one query
NOTHING: Mapping[int, "NameChoice"] = {}


class OutcomeKind(StrEnum):
    """The outcome of a row."""

    NEW = "new"  # an account is created and enrolled
    KNOWN = "known"  # an existing account is enrolled
    AGAIN = "again"  # withdrew from the class before; is readmitted
    THERE = "there"  # is in the class already: nothing to do


class NameChoice(StrEnum):
    """The choice for a known person who has another name in the list."""

    KEEP = "keep"  # it is the same person; keep the current name
    CHANGE = "change"  # it is the same person; the list's name is right


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """A valid row and its outcome. `school`: the organisation that was found; None if none is named or if it is new.

    `renamed_from`: the name that the list's name would replace; '' if the name stays.
    """

    row: Row
    kind: OutcomeKind
    person_id: int | None = None
    enrolment_id: int | None = None
    school: int | None = None
    renamed_from: str = ""


@dataclass(frozen=True, slots=True)
class OtherName:
    """A known teacher who has another name in the list; no choice was made yet."""

    row: Row
    known: str


@dataclass(frozen=True, slots=True)
class SameName:
    """A valid row with the name of another person: perhaps one person with two user names.

    These `lines` of the list have the same name, and so have these `usernames` in the class.
    """

    row: Row
    lines: Sequence[int]
    usernames: Sequence[str]


@dataclass(frozen=True, slots=True)
class RosterForecast:
    """The outcomes of a list."""

    outcomes: Sequence[RowOutcome]
    problems: Sequence[RowProblem]
    new_schools: Sequence[str]
    other_names: Sequence[OtherName] = ()
    same_names: Sequence[SameName] = field(default_factory=tuple)

    def count(self, *kinds: OutcomeKind) -> int:
        """Return how many rows have one of these outcomes."""
        return sum(one.kind in kinds for one in self.outcomes)

    @property
    def to_do(self) -> int:
        """The number of people who would enter the class."""
        return self.count(OutcomeKind.NEW, OutcomeKind.KNOWN, OutcomeKind.AGAIN)

    @property
    def renamed(self) -> int:
        """The number of people who would be renamed."""
        return sum(bool(one.renamed_from) for one in self.outcomes)

    @property
    def left_out(self) -> Sequence[RowProblem]:
        """The problems of all rows that are left out, including those without a choice of name."""
        other = [_problem(one.row, "username", "left-out", known=one.known) for one in self.other_names]
        return sorted([*self.problems, *other], key=lambda one: one.line)


def foresee(
    session: Session, training_class: TrainingClass, roster: Roster, path: str, names: Mapping[int, NameChoice] = NOTHING
) -> RosterForecast:
    """Return the outcome of each row; schools are searched below `path`, the path of the uploading office.

    `names`: by line, the choice for a known teacher's other name. It applies only to teachers below `path`: an office that guesses
    the user name of another office's teacher learns only that it is taken, and changes nothing.
    """
    known = _people(session, [row.username for row in roster.rows])
    there = _enrolments(session, training_class.id, [one.id for one in known.values()])
    schools = _schools(session, path, {row.school for row in roster.rows if row.school})
    problems, outcomes, other_names = list(roster.problems), [], []
    for row in roster.rows:
        person = known.get(row.username)
        found = _result_of(_KnownRow(row, person, there.get(person.id) if person else None), schools, path, names.get(row.line))
        if isinstance(found, RowProblem):
            problems.append(found)
        elif isinstance(found, OtherName):
            other_names.append(found)
        else:
            outcomes.append(found)
    new = [one.row.school for one in outcomes if one.kind is OutcomeKind.NEW and one.row.school and one.school is None]
    same = _same_names(session, training_class.id, outcomes)
    return RosterForecast(outcomes, sorted(problems, key=lambda one: one.line), list(dict.fromkeys(new)), other_names, same)


@dataclass(frozen=True, slots=True)
class _KnownRow:
    """A row and the person who has its user name already."""

    row: Row
    person: Person | None
    enrolment: Enrolment | None


def _result_of(
    known: _KnownRow, schools: Mapping[str, Sequence[int]], path: str, choice: NameChoice | None
) -> RowOutcome | OtherName | RowProblem:
    row, person = known.row, known.person
    before = person.name if person is not None and name_key(person.name) != name_key(row.name) else ""
    found = _problem_of(row, person, known.enrolment, ours=not before or _is_below(person, path))
    found = found or _problem_of_school(row, person, schools)
    if found is not None:
        return found
    if before and choice is None:
        return OtherName(row, before)
    return _outcome(known, schools, before if choice is NameChoice.CHANGE else "")


def _problem(row: Row, field_name: str, code: str, **params: str | int) -> RowProblem:
    values = {"username": row.username, "track": row.track, "school": row.school}
    return in_row(row.line, field_name, code, params, name=shown(row.name), value=shown(values[field_name]))


def _problem_of(row: Row, person: Person | None, enrolment: Enrolment | None, *, ours: bool) -> RowProblem | None:
    """Return the reason why a known person cannot enter the class by this row."""
    if person is None:
        return None
    wrong = ""
    if not ours:
        wrong = "other-name"
    elif not person.active:
        wrong = "closed"
    elif TEACHER not in {role.name for role in person.roles}:
        wrong = "no-teacher"
    elif enrolment is not None and frozen_because(enrolment) is FreezeReason.ERASED:
        wrong = "erased"
    if wrong:
        return _problem(row, "username", wrong)
    if enrolment is not None and enrolment.track != row.track:
        return _problem(row, "track", "other-track")
    return None


def _is_below(person: Person | None, path: str) -> bool:
    """Say whether an office may correct a person's name: it must be a teacher below it with no other role."""
    place = person.organisation if person is not None else None
    return person is not None and place is not None and is_below(path, place.path) and person.role_names == TEACHER


def _same_names(session: Session, class_id: int, outcomes: Sequence[RowOutcome]) -> Sequence[SameName]:
    """Return the rows whose name another person already has: they are not refused, but a user should check them."""
    coming = [one for one in outcomes if one.kind is not OutcomeKind.THERE]
    lines: dict[str, list[int]] = {}
    for one in outcomes:
        lines.setdefault(name_key(one.row.name), []).append(one.row.line)
    members = select(Person.name, Person.username).join(Enrolment, Enrolment.person_id == Person.id)
    inside: dict[str, list[str]] = {}
    for name, username in session.execute(members.where(Enrolment.class_id == class_id)) if coming else ():
        inside.setdefault(name_key(name), []).append(username)
    listed = {one.row.username for one in outcomes}
    found = []
    for one in coming:
        key = name_key(one.row.name)
        own = [line for line in lines[key] if line != one.row.line]
        others = [username for username in inside.get(key, ()) if username.lower() not in listed]
        if own or others:
            found.append(SameName(one.row, own, others))
    return found


def _problem_of_school(row: Row, person: Person | None, schools: Mapping[str, Sequence[int]]) -> RowProblem | None:
    if person is None and len(schools.get(row.school, ())) > 1:
        return _problem(row, "school", "school")
    return None


def _outcome(known: _KnownRow, schools: Mapping[str, Sequence[int]], before: str) -> RowOutcome:
    row, person, enrolment = known.row, known.person, known.enrolment
    if person is None:
        found = schools.get(row.school, ())
        return RowOutcome(row, OutcomeKind.NEW, school=found[0] if found else None)
    if enrolment is None:
        return RowOutcome(row, OutcomeKind.KNOWN, person.id, renamed_from=before)
    kind = OutcomeKind.AGAIN if enrolment.status == WITHDRAWN else OutcomeKind.THERE
    return RowOutcome(row, kind, person.id, enrolment.id, renamed_from=before)


def _people(session: Session, usernames: Sequence[str]) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for names in _batches(usernames):
        wanted = select(Person).where(func.lower(Person.username).in_(names)).options(joinedload(Person.organisation))
        for person in session.scalars(wanted):
            found[person.username.lower()] = person
    return found


def _enrolments(session: Session, class_id: int, people: Sequence[int]) -> dict[int, Enrolment]:
    found: dict[int, Enrolment] = {}
    for ids in _batches(people):
        own = select(Enrolment).where(Enrolment.class_id == class_id, Enrolment.person_id.in_(ids))
        found |= {one.person_id: one for one in session.scalars(own)}
    return found


def _schools(session: Session, path: str, names: set[str]) -> dict[str, Sequence[int]]:
    """Return the organisations below `path` that have these names or codes."""
    found: dict[str, list[int]] = {}
    ours = select(Organisation.id, Organisation.name, Organisation.code).where(below(path))
    for organisation_id, name, code in session.execute(ours.order_by(Organisation.id)) if names else ():
        for said in {name, code} & names:
            found.setdefault(said, []).append(organisation_id)
    return {said: ids for said, ids in found.items()}


def _batches(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
