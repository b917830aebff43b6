"""What do the teacher's pages need to know? Queries, and what follows from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.outline import Activity, Course
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.crediting.evidence import case_of
from lms.crediting.policy import activity_name
from lms.crediting.standing import Standing
from lms.hours import ActivityResult, recompute
from lms.learning.models import Launch
from lms.programmes.models import LEARNING, Enrolment


@dataclass(frozen=True, slots=True)
class Step:
    """An activity to go on with; `resumed` where the person was in it before."""

    enrolment_id: int
    course_version_id: int
    course: Course
    activity: Activity
    resumed: bool


@dataclass(frozen=True, slots=True)
class Studied:
    """How one activity stands: what was measured, what is credited, what its gate still asks."""

    activity: Activity
    result: ActivityResult

    @property
    def state(self) -> str:
        """Return 'open' (not begun), 'running', or 'done' (nothing more can be earned)."""
        earned, gate = self.result.credited_seconds, self.result.gate
        if gate.open and earned >= self.activity.worth_seconds:
            return "done"
        return "running" if self.result.measured_seconds or gate.covered_ms else "open"


def next_step(session: Session, standings: Sequence[Standing]) -> Step | None:
    """Return where the person was last, if something is left there; else the first activity that has earned nothing."""
    studying = [one for one in standings if one.enrolment.status in LEARNING]
    newest = (
        select(Launch).where(Launch.enrolment_id.in_([one.enrolment.id for one in studying])).order_by(Launch.opened_at.desc()).limit(1)
    )
    last = session.scalar(newest) if studying else None
    if last is not None:
        standing = next(one for one in studying if one.enrolment.id == last.enrolment_id)
        found = _resume(session, standing, last)
        if found is not None:
            return found
        studying.sort(key=lambda one: one is not standing)
    return next((step for one in studying for step in _unearned(session, one)), None)


def _resume(session: Session, standing: Standing, last: Launch) -> Step | None:
    version = session.get(CourseVersion, last.course_version_id)
    if version is None or version.id not in {course.course_version_id for course in standing.courses}:
        return None
    course = outline_of(version)
    activity = next((one for one in course.activities if one.key == last.activity), None)
    if activity is None or standing.credited_for(course.code, activity.key) >= activity.worth_seconds:
        return None
    return Step(last.enrolment_id, version.id, course, activity, resumed=True)


def _unearned(session: Session, standing: Standing) -> Sequence[Step]:
    for studied in standing.courses:
        if standing.is_finished(studied):
            continue
        course = outline_of(session.get_one(CourseVersion, studied.course_version_id))
        left = [one for one in course.activities if not standing.credited_for(course.code, one.key)]
        if left:
            return [Step(standing.enrolment.id, studied.course_version_id, course, left[0], resumed=False)]
    return []


def studied_in(session: Session, enrolment_id: int, course: Course) -> dict[str, Studied]:
    """Return how each activity of a course stands, decided anew from all the evidence that is in."""
    results: Mapping[str, ActivityResult] = recompute(case_of(session, enrolment_id)).activities
    named = {activity.key: results.get(activity_name(course.code, activity.key)) for activity in course.activities}
    return {activity.key: Studied(activity, found) for activity in course.activities if (found := named[activity.key]) is not None}


def seen(session: Session, person_id: int) -> str:
    """Return what changes whenever a person's hours do: cheap to ask every few seconds."""
    length, seconds = session.execute(
        select(func.coalesce(func.sum(Enrolment.ledger_length), 0), func.coalesce(func.sum(Enrolment.credited_seconds), 0)).where(
            Enrolment.person_id == person_id
        )
    ).one()
    return f"{length}-{seconds}"
