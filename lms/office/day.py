"""What do class staff need on a day: who has not come yet, who falls behind, and what waits for them?"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.attendance import checking_in, marking
from lms.attendance.models import ABSENT, CLAIMED, EXCUSED, HERE, AttendanceMark
from lms.classes.models import LEARNING, ClassSession, Enrolment, TrainingClass
from lms.crediting.units import MET
from lms.learning.live import present_now
from lms.practice import work

MISSED_LEAST = 2  # sessions that somebody missed before the page names them
LAGGING_MOST = 10


@dataclass(frozen=True, slots=True)
class SessionPresence:
    """The people of a session: how many came, who has not (by name), and how many late scans wait."""

    people: int
    came: int
    missing: Sequence[tuple[int, str]]  # enrolment and name
    claims: int


@dataclass(frozen=True, slots=True)
class Lagging:
    """Somebody who lacks something and has missed several sessions."""

    enrolment_id: int
    name: str
    class_name: str
    missed: int


def presences(session: Session, lessons: Sequence[ClassSession]) -> Mapping[int, SessionPresence]:
    """Return how each session stands, by its id."""
    ids = [one.id for one in lessons]
    people = _people(session, {one.class_id for one in lessons})
    marks, scans = marking.marks_of(session, ids), checking_in.scans_of(session, ids)
    counting = present_now(session, ids)
    here = {
        one: counting.get(one, frozenset()) | {who for (of, who), own in scans.items() if of == one and any(checking_in.stays_of(own))}
        for one in ids
    }
    return {one.id: _presence(people[one.class_id], marks[one.id], here[one.id], _claims(scans, one.id)) for one in lessons}


def _claims(scans: checking_in.Scans, lesson_id: int) -> int:
    return sum(one.state == CLAIMED for (of, _person), own in scans.items() if of == lesson_id for one in own)


def _people(session: Session, class_ids: set[int]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {class_id: [] for class_id in class_ids}
    query = select(Enrolment.class_id, Enrolment.id, Person.name).join(Person, Person.id == Enrolment.person_id)
    for class_id, enrolment_id, name in session.execute(
        query.where(Enrolment.class_id.in_(class_ids), Enrolment.status.in_(LEARNING)).order_by(Enrolment.id)
    ):
        found[class_id].append((enrolment_id, name))
    return found


def _presence(people: Sequence[tuple[int, str]], marks: Mapping[int, AttendanceMark], here: Set[int], claims: int) -> SessionPresence:
    """`here`: those who scanned or are on the page beside the meeting; marks go before them."""
    came = {person for person, mark in marks.items() if mark.state in HERE} | {one for one in here if one not in marks}
    known = came | set(marks)
    return SessionPresence(len(people), len(came & {one for one, _ in people}), [one for one in people if one[0] not in known], claims)


def lagging(session: Session, class_ids: Iterable[int]) -> list[Lagging]:
    """Return those who lack something and missed most sessions, excused or not; the most missed first."""
    missed = func.count(AttendanceMark.id)
    query = (
        select(Enrolment.id, Person.name, TrainingClass.name, missed)
        .join(AttendanceMark, AttendanceMark.enrolment_id == Enrolment.id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .where(Enrolment.class_id.in_(list(class_ids)), Enrolment.status.in_(LEARNING), Enrolment.verdict != MET)
        .where(TrainingClass.closed_at.is_(None))
        .where(AttendanceMark.superseded_at.is_(None), AttendanceMark.state.in_((ABSENT, EXCUSED)))
        .group_by(Enrolment.id, Person.name, TrainingClass.name)
        .having(missed >= MISSED_LEAST)
        .order_by(missed.desc(), Enrolment.id)
        .limit(LAGGING_MOST)
    )
    return [Lagging(*row) for row in session.execute(query)]


def to_accept(session: Session, class_ids: Iterable[int]) -> dict[int, int]:
    """Return how many tasks and logs wait for a decision, by class, where some do."""
    return {class_id: count for class_id, count in work.waiting(session, class_ids).items() if count}
