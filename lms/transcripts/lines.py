"""The lines of a transcript: course by course, each activity with its account and, if somebody asks, its explanation."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from courses.outline import Activity
from lms.crediting.policy import activity_name
from lms.crediting.standing import Standing
from lms.hours import ActivityExplanation, ActivityResult, Allocation, Case, Explanation, Result, decide, explain
from lms.programmes.progress import StudiedCourse


class CaseDecision:
    """The decision of one case, made once. An explanation takes almost as long again, and paper needs the result only."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def explanation(self) -> Explanation:
        """The result, and the reason for every second that did not count."""
        return explain(self.case, decided=self._decided)

    @property
    def result(self) -> Result:
        """The result."""
        return self._decided[0]

    @cached_property
    def _decided(self) -> tuple[Result, Allocation]:
        return decide(self.case)


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One activity on a transcript: its account, and the explanation."""

    name: str  # '<course code>:<activity key>'
    activity: Activity
    credited_seconds: int
    decision: CaseDecision

    @property
    def why(self) -> ActivityExplanation:
        """The explanation of the account."""
        return self.decision.explanation.activities[self.name]

    @property
    def account(self) -> ActivityResult:
        """The account that follows from all evidence."""
        return self.decision.result.activities[self.name]

    @property
    def has_conditions(self) -> bool:
        """Whether the activity has a gate that its evidence must open."""
        rule = self.decision.case.activities[self.name]
        return rule.completed or rule.passed or rule.coverage is not None

    @property
    def is_behind(self) -> bool:
        """Whether the ledger lacks some of the evidence."""
        return self.credited_seconds != self.account.credited_seconds


@dataclass(frozen=True, slots=True)
class Chapter:
    """One course on a transcript."""

    course: StudiedCourse
    lines: Sequence[TranscriptLine]

    @property
    def credited_seconds(self) -> int:
        """The credited seconds of the course's activities."""
        return sum(line.credited_seconds for line in self.lines)


def chapter_of(course: StudiedCourse, standing: Standing, decision: CaseDecision) -> Chapter:
    """Return a course's chapter: its activities that the case has."""
    named = {activity_name(course.code, activity.key): activity for activity in course.outline.activities}
    return Chapter(
        course,
        [
            TranscriptLine(name, one, standing.credited.get(name, 0), decision)
            for name, one in named.items()
            if name in decision.case.activities
        ],
    )
