"""Was somebody marked as present in two classes at the same instant?

It is a flag and cuts nothing, because this site cannot know in which room the person was: staff correct the mark that is wrong.
Hours of all years count such time once.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from lms.attendance import checking_in
from lms.attendance.meeting_report import Interval, joined_up
from lms.attendance.models import HERE, AttendanceMark
from lms.classes.models import ClassSession, Enrolment, TrainingClass

Own, There = aliased(AttendanceMark), aliased(AttendanceMark)
OwnSession, OtherSession = aliased(ClassSession), aliased(ClassSession)
OwnEnrolment, OtherEnrolment = aliased(Enrolment), aliased(Enrolment)
OwnClass, OtherClass = aliased(TrainingClass), aliased(TrainingClass)


@dataclass(frozen=True, slots=True)
class AtOnce:
    """`[since, until)` that somebody attended in a session of their class and, by another mark, in `title` of `other_class`.

    Both names are empty where the other class is of another provider, and not the viewer's to see.
    """

    session_id: int
    title: str
    other_class: str
    since: datetime
    until: datetime


def at_once(
    session: Session, enrolment_ids: Collection[int], is_open: Callable[[int], bool] = lambda _enrolment_id: False
) -> Mapping[int, Sequence[AtOnce]]:
    """Return by enrolment when its person also attended a session of another class, in order of time; only those who did.

    `is_open` says whether the viewer may see the other enrolment; classes of the same provider are named without asking.
    """
    pairs = session.execute(_meeting(enrolment_ids)).all()
    lessons = {lesson.id for _own, here, _there, elsewhere, *_ in pairs for lesson in (here, elsewhere)}
    scans = checking_in.scans_of(session, lessons) if pairs else {}
    found: dict[int, list[AtOnce]] = defaultdict(list)
    for own, here, there, elsewhere, name, is_same_provider in pairs:
        both = _common(_attended(here, own, scans), _attended(elsewhere, there, scans))
        title, other = (elsewhere.title, name) if both and (is_same_provider or is_open(there.enrolment_id)) else ("", "")
        found[own.enrolment_id] += [AtOnce(here.id, title, other, since, until) for since, until in both]
    return {enrolment_id: times for enrolment_id, times in found.items() if times}


def _meeting(enrolment_ids: Collection[int]) -> Any:
    """Select the pairs of current marks of one person in two classes whose sessions overlap."""
    current = (Own.superseded_at.is_(None), There.superseded_at.is_(None), Own.state.in_(HERE), There.state.in_(HERE))
    planned = (OwnSession.cancelled_at.is_(None), OtherSession.cancelled_at.is_(None), OtherSession.class_id != OwnSession.class_id)
    overlap = (OtherSession.starts_at < OwnSession.ends_at, OwnSession.starts_at < OtherSession.ends_at)
    return (
        select(Own, OwnSession, There, OtherSession, OtherClass.name, OtherClass.provider_id == OwnClass.provider_id)
        .join(OwnSession, OwnSession.id == Own.session_id)
        .join(OwnClass, OwnClass.id == OwnSession.class_id)
        .join(OwnEnrolment, OwnEnrolment.id == Own.enrolment_id)
        .join(OtherEnrolment, (OtherEnrolment.person_id == OwnEnrolment.person_id) & (OtherEnrolment.id != OwnEnrolment.id))
        .join(There, There.enrolment_id == OtherEnrolment.id)
        .join(OtherSession, OtherSession.id == There.session_id)
        .join(OtherClass, OtherClass.id == OtherSession.class_id)
        .where(OwnEnrolment.id.in_(enrolment_ids), *current, *planned, *overlap)
        .order_by(OwnSession.starts_at, OtherSession.starts_at, There.id)
    )


def _attended(lesson: ClassSession, mark: AttendanceMark, scans: checking_in.Scans) -> Sequence[Interval]:
    """Return the times of a mark of presence, cut to its session: each stay if the site set it from check-ins and check-outs."""
    since, until = mark.arrived_at or lesson.starts_at, mark.left_at or lesson.ends_at
    stays: Sequence[Interval] = [(since, until)]
    if mark.arrived_at and mark.left_at:  # staff note only the one time that a late or an early person needs
        own = scans.get((lesson.id, mark.enrolment_id), ())
        stays = joined_up((came.at, left.at) for came, left in checking_in.stays_of(own)[0]) or stays
    return [(max(since, lesson.starts_at), min(until, lesson.ends_at)) for since, until in stays]


def _common(some: Sequence[Interval], others: Sequence[Interval]) -> Sequence[Interval]:
    """Return the parts that an interval of each side has in common."""
    return [
        (max(one[0], other[0]), min(one[1], other[1])) for one in some for other in others if max(one[0], other[0]) < min(one[1], other[1])
    ]
