"""What do the teacher's pages show of one enrolment? Figures that follow from its account, its evidence and its documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.outline import Activity, Course
from lms.classes.models import Enrolment
from lms.crediting.evidence import case_of
from lms.crediting.models import Observation
from lms.crediting.policy import activity_name
from lms.crediting.standing import Standing
from lms.hours import ActivityResult, hours_of, recompute
from lms.programmes.progress import RequirementProgress, StudiedCourse
from lms.programmes.values import ATTENDED

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Studied:
    """How one activity stands: what was measured, what is credited, what its gate still asks."""

    activity: Activity
    result: ActivityResult

    @property
    def state(self) -> str:
        """Return 'open' (not begun), 'running', or 'done': all it is worth is credited, or all it asks for was done and counts."""
        earned, gate = self.result.credited_seconds, self.result.gate
        if gate.open and (earned >= self.activity.worth_seconds or (earned and any(self.activity.requires.values()))):
            return "done"
        return "running" if self.result.measured_seconds or gate.covered_ms else "open"

    @property
    def covered_percent(self) -> int | None:
        """How much of the media was played, rounded down; None without media."""
        runs = self.activity.media_seconds
        return None if runs is None else int(self.result.gate.covered_ms / 10 / runs)


@dataclass(frozen=True, slots=True)
class CourseFigures:
    """How one course stands: every activity, what counts as finished, and where to go on."""

    studied: dict[str, Studied]
    credited_seconds: int
    finished: bool
    finished_minutes: int  # so many must be credited
    following: Studied | None


def seen(standings: Sequence[Standing]) -> str:
    """Return what changes whenever somebody's hours do, from rows that are read already; `seen_by` asks for it alone."""
    enrolments = [standing.enrolment for standing in standings]
    return f"{sum(one.ledger_length for one in enrolments)}-{sum(one.credited_seconds for one in enrolments)}"


def seen_by(session: Session, person_id: int) -> str:
    """Return the same as `seen`, in one small query: pages ask every few seconds."""
    length, seconds = session.execute(
        select(func.coalesce(func.sum(Enrolment.ledger_length), 0), func.coalesce(func.sum(Enrolment.credited_seconds), 0)).where(
            Enrolment.person_id == person_id
        )
    ).one()
    return f"{length}-{seconds}"


def evidence_mark(session: Session, enrolment: Enrolment) -> str:
    """Return what changes whenever the evidence or the account of an enrolment does; far cheaper than deciding anew."""
    last, voided = session.execute(
        select(func.coalesce(func.max(Observation.id), 0), func.count().filter(Observation.voided)).where(
            Observation.enrolment_id == enrolment.id
        )
    ).one()
    return f"{last}-{voided}-{enrolment.ledger_length}"


def left_in_courses(standing: Standing, requirement: RequirementProgress) -> Decimal:
    """Return how many hours the class's courses can still bring toward a requirement of hours, rounded down like hours."""
    seconds = sum(
        max(0, worth - standing.credited.get(name, 0))
        for course in standing.courses
        if course.requirement == requirement.key
        for name, worth in course.worth_seconds.items()
    )
    return hours_of(seconds, standing.document.policy)


def online(standing: Standing) -> list[RequirementProgress]:
    """Return the requirements that follow from what is studied here."""
    return [one for one in standing.requirements if one.kind not in ATTENDED]


def attended(standing: Standing) -> list[RequirementProgress]:
    """Return the requirements that class staff note: days, months, tasks."""
    return [one for one in standing.requirements if one.kind in ATTENDED]


def when_counted(enrolment: Enrolment, now: datetime) -> str | None:
    """Say 'early' or 'over' where an enrolment's window does not count time at `now`."""
    if enrolment.window_from is not None and now < enrolment.window_from:
        return "early"
    return "over" if enrolment.window_to is not None and now >= enrolment.window_to else None


def studied_in(session: Session, enrolment_id: int, course: Course) -> dict[str, Studied]:
    """Return how each activity of a course stands, decided anew from all the evidence that is in."""
    results = recompute(case_of(session, enrolment_id)).activities
    named = {activity.key: results.get(activity_name(course.code, activity.key)) for activity in course.activities}
    return {activity.key: Studied(activity, found) for activity in course.activities if (found := named[activity.key]) is not None}


def course_figures(session: Session, standing: Standing, course: Course, studied_course: StudiedCourse) -> CourseFigures:
    """Return how one course of an enrolment stands.

    Where all is done but the course asks for more minutes than are credited, it goes on with what has minutes left.
    """
    studied = studied_in(session, standing.enrolment.id, course)
    finished = standing.is_finished(studied_course)
    ahead = [one for one in studied.values() if one.state != "done"]
    if not ahead and not finished:
        ahead = [one for one in studied.values() if one.result.credited_seconds < one.activity.worth_seconds]
    least = (standing.document.finished_share * studied_course.minutes).to_integral_value(ROUND_CEILING)
    credited = sum(one.result.credited_seconds for one in studied.values())
    return CourseFigures(studied, credited, finished, int(least), ahead[0] if ahead else None)


def toward(standing: Standing, course_version_id: int) -> RequirementProgress | None:
    """Return the requirement toward which a course's hours count."""
    keys = {course.requirement for course in standing.courses if course.course_version_id == course_version_id}
    return next((one for one in standing.requirements if one.key in keys), None)
