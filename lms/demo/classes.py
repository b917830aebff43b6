"""The classes of the demo, their people, and their progress. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.demo.story import Ending, Stage, stage_of


@dataclass(frozen=True, slots=True)
class DemoClass:
    """A class of the demo; its days are relative to the day on which it is loaded."""

    code: str
    name: str
    intake: str
    programme: str
    requirement: str  # to which its courses' hours count
    days_ago: int
    days: int
    numbers: Sequence[int]
    track: Callable[[int], str]
    stage: Callable[[int, Sequence[int]], Stage]  # from a person's number and the number of activities of each course
    face_to_face: bool = False  # it has a timetable

    def username(self, number: int) -> str:
        """Return the user name of a member; only number 0 can sign in."""
        return "teacher" if number == 0 else f"demo-{number:03}"


def _lead_stage(number: int, sizes: Sequence[int]) -> Stage:
    """Stages of the class of fifty people.

    Number 0, who can sign in, has finished the first course, is in the middle of the second and has not seen the third.
    """
    if number == 0:
        done = sum(sizes[:1]) + sum(sizes[1:2]) // 2
        return Stage(done, Ending.HALF, days={"diagnosis": Decimal(2), "topics": Decimal("5.5")})
    return stage_of(number, sum(sizes))


def _online_stage(number: int, sizes: Sequence[int]) -> Stage:
    """Stages of the online class: no days are noted, because it has no face-to-face sessions."""
    stage = stage_of(number, sum(sizes))
    return Stage(stage.done, stage.then, stage.status)


CLASSES = (
    DemoClass(
        code="demo-rural-lead-1",
        name="乡村首席教师第一期 1 班",
        intake="第一期",
        programme="rural-lead",
        requirement="companion",
        days_ago=24,
        days=150,
        numbers=range(50),
        track=lambda _number: "lead",
        stage=_lead_stage,
        face_to_face=True,
    ),
    DemoClass(
        code="demo-online-teaching-1",
        name="在线教学能力第一期 1 班",
        intake="第一期",
        programme="online-teaching",
        requirement="online",
        days_ago=16,
        days=90,
        numbers=range(50, 66),
        track=lambda number: ("primary", "junior")[number % 2],
        stage=_online_stage,
    ),
)
