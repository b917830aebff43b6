"""What is earned and what is missing of each requirement of a track? In the programme document's words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from courses.outline import Activity, Course
from courses.outline import Text as Title
from lms.hours import RequirementResult
from lms.programmes.values import FOR_SESSIONS, BilingualText, Kind, ProgrammeDocument, Requirement

NOTHING = Decimal(0)


@dataclass(frozen=True)
class StudiedCourse:
    """A course of a class, and the requirement to which its hours count ('': none; FOR_SESSIONS: it stands for sessions).

    `left`: of a class that the person left. Its hours stay; it is not studied any more.
    """

    course_version_id: int
    outline: Course
    requirement: str
    compulsory: bool
    left: bool = False

    @property
    def stands_in(self) -> bool:
        """Whether it stands for sessions moved online."""
        return self.requirement == FOR_SESSIONS

    @property
    def code(self) -> str:
        """The course's code."""
        return self.outline.code

    @property
    def title(self) -> Title:
        """The course's title."""
        return self.outline.title

    @cached_property
    def activities(self) -> Mapping[str, Activity]:
        """Each activity by the name of its account ('<course code>:<key>'), in the course's order."""
        return {f"{self.code}:{activity.key}": activity for activity in self.outline.activities}

    @property
    def worth_seconds(self) -> int:
        """The most that the whole course can earn."""
        return self.outline.worth_seconds


@dataclass(frozen=True, slots=True)
class RequirementProgress:
    """One requirement of one person. `target` is None if the document gives no number; then any amount is enough.

    `earned` includes waived amounts.
    """

    key: str
    kind: Kind
    title: BilingualText
    earned: Decimal
    target: Decimal | None
    unit: BilingualText
    missing: Decimal
    done: bool
    waived: Decimal = NOTHING


def progress(document: ProgrammeDocument, track: str, judged: Mapping[str, RequirementResult]) -> tuple[RequirementProgress, ...]:
    """Return a person's progress in each requirement of `track`, in the document's order.

    `judged` are the hours core's results by requirement. A requirement without a result has earned nothing.
    """
    return tuple(_line(requirement, judged.get(requirement.key)) for requirement in document.requirements_of(track))


def _line(requirement: Requirement, judged: RequirementResult | None) -> RequirementProgress:
    found = judged or RequirementResult(NOTHING, NOTHING, requirement.target, requirement.target or NOTHING, met=False)
    return RequirementProgress(
        key=requirement.key,
        kind=requirement.kind,
        title=requirement.title,
        earned=found.earned,
        waived=found.waived,
        target=found.target,
        unit=requirement.unit,
        missing=found.missing,
        done=found.met,
    )
