"""Who of a class has come how far in a course, and who is stuck, and where?

Hours are those of the ledger, so this page agrees with the transcript; nothing is decided again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from courses.outline import Activity
from lms.catalogue.models import AnswerKey, CourseVersion
from lms.classes.models import LEARNING
from lms.crediting.standing import Standing
from lms.learning import restarts
from lms.learning.models import Attempt, Launch, Registration
from lms.programmes.progress import StudiedCourse

QUIET = timedelta(days=14)  # without opening anything of a course that is not finished
FAILED_OFTEN = 2  # attempts


class Stuck(StrEnum):
    """The reason why somebody needs help, the most urgent first."""

    NO_ATTEMPTS = "no-attempts"  # every attempt is used up, and none passed
    FAILED = "failed"  # several attempts, none passed
    CONDITION = "condition"  # the time of the activity is measured, and its condition is not met
    QUIET = "quiet"  # nothing opened for QUIET
    NOT_BEGUN = "not-begun"  # nothing opened since the class began, QUIET ago


@dataclass(frozen=True, slots=True)
class OpenedActivity:
    """One person in one activity: the seconds of presence, the last opening, and the attempts since it was last started over."""

    seconds: int
    last: datetime
    attempts: int = 0
    passed: bool = False


@dataclass(frozen=True, slots=True)
class HelpNeed:
    """One person who needs help; `activity` is where they are stuck, or the last one they opened; None if they opened none."""

    standing: Standing
    why: Stuck
    activity: Activity | None
    opened: OpenedActivity | None


@dataclass(frozen=True, slots=True)
class ActivityCounts:
    """The people of a class in one activity; everybody is counted in exactly one of the four numbers."""

    activity: Activity
    unopened: int
    opened: int  # and nothing credited yet
    credited: int  # something, or its condition is met
    full: int


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """A class in one of its courses. `people` study it; `through` have credited time in each of its activities."""

    course: StudiedCourse
    people: int
    through: int
    activities: Sequence[ActivityCounts]
    needs: Sequence[HelpNeed]


LearnerActivity = tuple[int, str]  # an enrolment and an activity
Openings = Mapping[LearnerActivity, OpenedActivity]


def progress_of(session: Session, everybody: Sequence[Standing], course: StudiedCourse, now: datetime) -> CourseProgress:
    """Return a class's progress in a course; the number of queries does not grow with the class."""
    studying = [one for one in everybody if one.enrolment.status in LEARNING]
    opened = _opened(session, [one.enrolment.id for one in studying], course)
    limits = _attempt_limits(session, course)
    needs = [need for one in studying if (need := _need(one, course, opened, limits, now)) is not None]
    return CourseProgress(
        course=course,
        people=len(studying),
        through=sum(_is_through(one, course) for one in studying),
        activities=[_counts(activity, studying, course, opened) for activity in course.outline.activities],
        needs=sorted(needs, key=lambda need: list(Stuck).index(need.why)),
    )


def _opened(session: Session, enrolments: Sequence[int], course: StudiedCourse) -> dict[LearnerActivity, OpenedActivity]:
    """Return what was opened, by enrolment and activity, in all versions of the course."""
    own = select(CourseVersion.course_id).where(CourseVersion.id == course.course_version_id).scalar_subquery()
    launches = session.execute(
        select(Launch.enrolment_id, Launch.activity, func.sum(Launch.closed_seconds), func.max(Launch.opened_at))
        .join(CourseVersion, CourseVersion.id == Launch.course_version_id)
        .where(Launch.enrolment_id.in_(enrolments), CourseVersion.course_id == own)
        .group_by(Launch.enrolment_id, Launch.activity)
    ).all()
    attempts = _attempts(session, enrolments, own)
    return {
        (enrolment, activity): OpenedActivity(int(seconds), last, *attempts.get((enrolment, activity), (0, False)))
        for enrolment, activity, seconds, last in launches
    }


def _attempts(session: Session, enrolments: Sequence[int], course: ScalarSelect[int]) -> dict[LearnerActivity, tuple[int, bool]]:
    """Return the number of attempts since each activity was last started over, and whether any attempt passed."""
    rows = session.execute(
        select(Registration.id, Registration.enrolment_id, Attempt.activity, Attempt.at, Attempt.passed)
        .join(Attempt, Attempt.registration_id == Registration.id)
        .where(Registration.enrolment_id.in_(enrolments), Registration.course_id == course)
    ).all()
    begun = restarts.last_of_all(session, {row.id for row in rows})
    found: dict[LearnerActivity, tuple[int, bool]] = defaultdict(lambda: (0, False))
    for registration, enrolment, activity, at, passed in rows:
        count, before = found[enrolment, activity]
        restarted = begun.get((registration, activity))
        found[enrolment, activity] = (count + (restarted is None or at > restarted), before or passed)
    return found


def _attempt_limits(session: Session, course: StudiedCourse) -> Mapping[str, int | None]:
    """Return how many attempts each activity that the server grades allows; None without a limit."""
    keys = select(AnswerKey.activity, AnswerKey.document).where(AnswerKey.course_version_id == course.course_version_id)
    return {activity: key.get("max_attempts") for activity, key in session.execute(keys)}


def _need(
    standing: Standing,
    course: StudiedCourse,
    opened: Openings,
    limits: Mapping[str, int | None],
    now: datetime,
) -> HelpNeed | None:
    """Return the most urgent reason why somebody needs help in a course, or None."""
    own = [(one, opened[standing.enrolment.id, one.key]) for one in course.outline.activities if (standing.enrolment.id, one.key) in opened]
    found = [
        (why, activity, done)
        for activity, done in own
        if (why := _stuck_in(activity, done, standing.credited_for(course.code, activity.key), limits.get(activity.key))) is not None
    ]
    if found:
        why, activity, done = min(found, key=lambda one: list(Stuck).index(one[0]))
        return HelpNeed(standing, why, activity, done)
    return _quiet(standing, course, own, now)


def _stuck_in(activity: Activity, done: OpenedActivity, credited: int, limit: int | None) -> Stuck | None:
    if done.attempts and not done.passed:
        if limit is not None and done.attempts >= limit:
            return Stuck.NO_ATTEMPTS
        if done.attempts >= FAILED_OFTEN:
            return Stuck.FAILED
    if activity.requires and not credited and done.seconds >= activity.worth_seconds:
        return Stuck.CONDITION
    return None


def _quiet(standing: Standing, course: StudiedCourse, own: Sequence[tuple[Activity, OpenedActivity]], now: datetime) -> HelpNeed | None:
    """Return that somebody has not opened anything for long, unless they are through or their class is over."""
    running = standing.training_class.closed_at is None
    if not running or _is_through(standing, course):
        return None
    if not own:
        begun = now.astimezone(ZoneInfo(standing.document.policy.time_zone)).date() - standing.training_class.starts_on
        return HelpNeed(standing, Stuck.NOT_BEGUN, None, None) if begun >= QUIET else None
    activity, done = max(own, key=lambda one: one[1].last)
    return HelpNeed(standing, Stuck.QUIET, activity, done) if now - done.last >= QUIET else None


def _is_through(standing: Standing, course: StudiedCourse) -> bool:
    return all(standing.credited_for(course.code, one.key) for one in course.outline.activities)


def _counts(activity: Activity, studying: Sequence[Standing], course: StudiedCourse, opened: Openings) -> ActivityCounts:
    credited = [one.credited_for(course.code, activity.key) for one in studying]
    full = sum(activity.seconds_left(seconds) == 0 for seconds in credited)
    some = sum(seconds > 0 for seconds in credited) - full
    seen = sum((one.enrolment.id, activity.key) in opened for one in studying)
    return ActivityCounts(activity, len(studying) - max(seen, full + some), max(0, seen - full - some), some, full)
