"""Was somebody marked as present in two classes at the same instant?

It is a flag and cuts nothing, because this site cannot know in which room the person was: staff correct the mark that is wrong.
Hours of all years count such time once.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from lms.attendance.marking import NotedAttendance, interval_of
from lms.attendance.models import HERE, AttendanceMark
from lms.classes.models import ClassSession, Enrolment, TrainingClass

Own, There = aliased(AttendanceMark), aliased(AttendanceMark)
OwnSession, OtherSession = aliased(ClassSession), aliased(ClassSession)
OwnEnrolment, OtherEnrolment = aliased(Enrolment), aliased(Enrolment)


@dataclass(frozen=True, slots=True)
class AtOnce:
    """`[since, until)` that somebody attended in a session of their class and, by another mark, in `title` of `other_class`."""

    session_id: int
    title: str
    other_class: str
    since: datetime
    until: datetime


def at_once(session: Session, enrolment_ids: Collection[int]) -> Mapping[int, Sequence[AtOnce]]:
    """Return by enrolment when its person also attended a session of another class, in order of time; only those who did."""
    found: dict[int, list[AtOnce]] = defaultdict(list)
    for own, here, there, elsewhere, name in session.execute(_meeting(enrolment_ids)):
        first, second = _interval(here, own), _interval(elsewhere, there)
        since, until = max(first[0], second[0]), min(first[1], second[1])
        if since < until:
            found[own.enrolment_id].append(AtOnce(here.id, elsewhere.title, name, since, until))
    return found


def _meeting(enrolment_ids: Collection[int]) -> Any:
    """Select the pairs of current marks of one person in two classes whose sessions overlap."""
    current = (Own.superseded_at.is_(None), There.superseded_at.is_(None), Own.state.in_(HERE), There.state.in_(HERE))
    planned = (OwnSession.cancelled_at.is_(None), OtherSession.cancelled_at.is_(None), OtherSession.class_id != OwnSession.class_id)
    overlap = (OtherSession.starts_at < OwnSession.ends_at, OwnSession.starts_at < OtherSession.ends_at)
    return (
        select(Own, OwnSession, There, OtherSession, TrainingClass.name)
        .join(OwnSession, OwnSession.id == Own.session_id)
        .join(OwnEnrolment, OwnEnrolment.id == Own.enrolment_id)
        .join(OtherEnrolment, (OtherEnrolment.person_id == OwnEnrolment.person_id) & (OtherEnrolment.id != OwnEnrolment.id))
        .join(There, There.enrolment_id == OtherEnrolment.id)
        .join(OtherSession, OtherSession.id == There.session_id)
        .join(TrainingClass, TrainingClass.id == OtherSession.class_id)
        .where(OwnEnrolment.id.in_(enrolment_ids), *current, *planned, *overlap)
        .order_by(OwnSession.starts_at, OtherSession.starts_at, There.id)
    )


def _interval(lesson: ClassSession, mark: AttendanceMark) -> tuple[datetime, datetime]:
    """Return what a mark of presence says, cut to its session."""
    noted = NotedAttendance(mark.enrolment_id, mark.state, mark.arrived_at, mark.left_at)
    since, until = interval_of(lesson, noted) or (lesson.ends_at, lesson.ends_at)
    return max(since, lesson.starts_at), min(until, lesson.ends_at)
