"""Figures of one enrolment for the teacher's pages, from its account, its evidence and its documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from zoneinfo import ZoneInfo

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
    """The state of one activity: the measured time, the credited time, and the unmet conditions."""

    activity: Activity
    result: ActivityResult

    @property
    def state(self) -> str:
        """Return 'open' (not begun), 'running', 'met' (all it asks for was done, and time is left in it) or 'full' (no time is left)."""
        earned, gate = self.result.credited_seconds, self.result.gate
        if gate.open and not self.missing_seconds:
            return "full"
        if gate.open and earned and any(self.activity.requires.values()):
            return "met"
        return "running" if self.result.measured_seconds or gate.covered_ms else "open"

    @property
    def outline_state(self) -> str:
        """The state in the player's outline: as `state`, but 'waiting' if time was measured and a condition keeps it from counting."""
        return "waiting" if self.result.measured_seconds and not self.result.gate.open else self.state

    @property
    def missing_seconds(self) -> int:
        """The activity's time that is not credited yet."""
        return self.activity.seconds_left(self.result.credited_seconds)

    @property
    def covered_percent(self) -> int | None:
        """The share of the media that was played, rounded down; None without media."""
        runs = self.activity.media_seconds
        return None if runs is None else int(self.result.gate.covered_ms / 10 / runs)


@dataclass(frozen=True, slots=True)
class CourseFigures:
    """The state of one course: its activities, and whether its conditions are met and its time is full."""

    studied: dict[str, Studied]
    credited_seconds: int
    worth_seconds: int
    state: str  # of `course_state`
    finished: bool
    finished_seconds: int  # that must be worked

    @property
    def short(self) -> list[Studied]:
        """The activities that can earn the missing time, if all conditions are met; until then, each activity shows unmet ones."""
        return [one for one in self.studied.values() if one.missing_seconds] if self.state == "met" else []


def seen(standings: Sequence[Standing]) -> str:
    """Return a value that changes whenever the person's hours do, from loaded rows; `seen_by` queries only for it."""
    enrolments = [standing.enrolment for standing in standings]
    numbers = (
        sum(one.ledger_length for one in enrolments),
        sum(one.credited_seconds for one in enrolments),
        sum(one.held_seconds for one in enrolments),
    )
    return "-".join(map(str, numbers))


def seen_by(session: Session, person_id: int) -> str:
    """Return the same value as `seen`, in one small query, because pages ask every few seconds."""
    columns = (Enrolment.ledger_length, Enrolment.credited_seconds, Enrolment.held_seconds)
    sums = select(*(func.coalesce(func.sum(one), 0) for one in columns)).where(Enrolment.person_id == person_id)
    return "-".join(map(str, session.execute(sums).one()))


def evidence_mark(session: Session, enrolment: Enrolment) -> str:
    """Return a value that changes whenever the evidence or the account of an enrolment does; much cheaper than deciding again."""
    last, voided = session.execute(
        select(func.coalesce(func.max(Observation.id), 0), func.count().filter(Observation.voided)).where(
            Observation.enrolment_id == enrolment.id
        )
    ).one()
    return f"{last}-{voided}-{enrolment.ledger_length}"


def left_in_courses(standing: Standing, requirement: RequirementProgress) -> Decimal:
    """Return how many hours the class's courses can still earn toward a requirement of hours, rounded down like hours."""
    own = [one for one in standing.courses if one.requirement == requirement.key and not one.left]
    seconds = sum(standing.seconds_left_in(course) for course in own)
    return hours_of(seconds, standing.document.policy)


def online(standing: Standing) -> list[RequirementProgress]:
    """Return the requirements that are earned by studying here."""
    return [one for one in standing.requirements if one.kind not in ATTENDED]


def attended(standing: Standing) -> list[RequirementProgress]:
    """Return the requirements that class staff note: days, months, tasks."""
    return [one for one in standing.requirements if one.kind in ATTENDED]


def when_counted(enrolment: Enrolment, now: datetime) -> str | None:
    """Return 'early' or 'over' if an enrolment's window does not include `now`."""
    if enrolment.window_from is not None and now < enrolment.window_from:
        return "early"
    return "over" if enrolment.window_to is not None and now >= enrolment.window_to else None


def studied_in(session: Session, enrolment_id: int, course: Course) -> dict[str, Studied]:
    """Return the state of each activity of a course, decided from all current evidence."""
    results = recompute(case_of(session, enrolment_id)).activities
    named = {activity.key: results.get(activity_name(course.code, activity.key)) for activity in course.activities}
    return {activity.key: Studied(activity, found) for activity in course.activities if (found := named[activity.key]) is not None}


def course_figures(session: Session, standing: Standing, course: Course, studied_course: StudiedCourse) -> CourseFigures:
    """Return the state of one course of an enrolment."""
    studied = studied_in(session, standing.enrolment.id, course)
    finished = standing.is_finished(studied_course)
    least = (standing.document.finished_share * studied_course.worth_seconds).to_integral_value(ROUND_CEILING)
    credited = sum(one.result.credited_seconds for one in studied.values())
    state = course_state(standing, studied_course)
    return CourseFigures(studied, credited, studied_course.worth_seconds, state, finished, int(least))


def course_state(standing: Standing, course: StudiedCourse) -> str:
    """Return 'open', 'running', 'met' or 'full', as of an activity: a course is complete only when no time is missing."""
    credited = standing.credited_in(course)
    if standing.is_finished(course):
        return "met" if standing.seconds_left_in(course) else "full"
    return "running" if credited else "open"


def days_left(standing: Standing, now: datetime) -> int | None:
    """Return in how many days the time for studying ends, in the policy's time zone; None after its last day."""
    zone = ZoneInfo(standing.document.policy.time_zone)
    last = standing.enrolment.window_to
    ends = standing.training_class.ends_on if last is None else (last - timedelta(seconds=1)).astimezone(zone).date()
    days = (ends - now.astimezone(zone).date()).days
    return days if days >= 0 else None


def toward(standing: Standing, course_version_id: int) -> RequirementProgress | None:
    """Return the requirement to which a course's hours count."""
    keys = {course.requirement for course in standing.courses if course.course_version_id == course_version_id}
    return next((one for one in standing.requirements if one.key in keys), None)
