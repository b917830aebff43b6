"""What is earned and what is missing, for each requirement of a track? Pure: sums go in, one line per requirement comes out.

Days, months, tasks and hours stay in their own units: nothing here adds one to another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from courses.outline import Course
from courses.outline import Text as Title
from lms.hours import hours_of
from lms.programmes.values import BilingualText, Kind, ProgrammeDocument, Requirement

NOTHING = Decimal(0)


@dataclass(frozen=True)
class StudiedCourse:
    """A course of a class, and the requirement toward which its hours count."""

    course_version_id: int
    outline: Course
    requirement: str
    compulsory: bool

    @property
    def code(self) -> str:
        """The course's code."""
        return self.outline.code

    @property
    def title(self) -> Title:
        """The course's title."""
        return self.outline.title

    @cached_property
    def activities(self) -> Mapping[str, int]:
        """What each activity ('<course code>:<key>') is worth in minutes, in the course's order."""
        return {f"{self.code}:{activity.key}": activity.minutes for activity in self.outline.activities}

    @cached_property
    def minutes(self) -> int:
        """What the whole course is worth."""
        return sum(self.activities.values())


@dataclass(frozen=True, slots=True)
class RequirementProgress:
    """One requirement of one person. `target` is None where the document gives no number; then anything noted is enough."""

    key: str
    kind: Kind
    title: BilingualText
    earned: Decimal
    target: Decimal | None
    unit: BilingualText
    missing: Decimal
    done: bool


def progress(
    document: ProgrammeDocument,
    track: str,
    credited: Mapping[str, int],
    attendance: Mapping[str, Decimal],
    class_courses: Sequence[StudiedCourse],
) -> tuple[RequirementProgress, ...]:
    """Return how far one person is with each requirement of `track`, in the document's order.

    `credited` has seconds by activity, `attendance` sums by requirement. Hours are rounded once per requirement, from
    the exact seconds of all courses that count toward it.
    """
    lines = []
    for requirement in document.requirements_of(track):
        if requirement.kind == "hours":
            lines.append(_line(requirement, _hours(document, requirement, credited, class_courses), requirement.target))
        elif requirement.kind == "courses":
            lines.append(_courses(document, requirement, credited, class_courses))
        else:
            lines.append(_line(requirement, attendance.get(requirement.key, NOTHING), requirement.target))
    return tuple(lines)


def is_finished(course: StudiedCourse, credited: Mapping[str, int], share: Decimal) -> bool:
    """Say whether a course counts as finished: every activity has earned something (so its gate is open), and `share` of
    the course's minutes is credited. Who reads faster than the minutes say does not fail for that.
    """
    earned = [credited.get(activity, 0) for activity in course.activities]
    return bool(earned) and all(earned) and sum(earned) >= share * course.minutes * 60


def _hours(document: ProgrammeDocument, requirement: Requirement, credited: Mapping[str, int], courses: Sequence[StudiedCourse]) -> Decimal:
    activities = {activity for course in courses if course.requirement == requirement.key for activity in course.activities}
    return hours_of(sum(credited.get(activity, 0) for activity in activities), document.policy)


def _courses(
    document: ProgrammeDocument, requirement: Requirement, credited: Mapping[str, int], courses: Sequence[StudiedCourse]
) -> RequirementProgress:
    asked = [course for course in courses if course.compulsory]
    finished = sum(is_finished(course, credited, document.finished_share) for course in asked)
    return _line(requirement, Decimal(finished), requirement.target or Decimal(len(asked)))


def _line(requirement: Requirement, earned: Decimal, target: Decimal | None) -> RequirementProgress:
    missing = NOTHING if target is None else max(NOTHING, target - earned)
    return RequirementProgress(
        key=requirement.key,
        kind=requirement.kind,
        title=requirement.title,
        earned=earned,
        target=target,
        unit=requirement.unit,
        missing=missing,
        done=missing == 0 and (earned > 0 or bool(target)),
    )
