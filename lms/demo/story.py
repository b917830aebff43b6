"""The demo's stories: each teacher's activities and their times. Pure: the same course, person and days give the same story.

A story has the form of evidence: when a person sat down, the stretches of presence, the played parts of a
film, the finished activities. Its value in hours is not decided here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from courses.outline import Activity

EVENING = time(11, 30, tzinfo=UTC)  # half past seven in the evening in China
STRETCH_S = 300  # a stretch of this length becomes one statement
LONGEST_SITTING_S = 1500
SITTINGS_A_DAY = 3


class Ending(StrEnum):
    """The way in which an activity ended."""

    DONE = "done"
    HALF = "half"  # interrupted in the middle
    SKIPPED = "skipped"  # clicked through to the end in a minute: this opens no gate that requires time or coverage
    FAILED = "failed"  # a failed quiz


@dataclass(frozen=True, slots=True)
class StoryActivity:
    """One activity of one course, and how it ended."""

    course: str
    activity: Activity
    ending: Ending = Ending.DONE


@dataclass(frozen=True, slots=True)
class Sitting:
    """One opening of one activity. Instants are whole seconds; media positions are seconds."""

    study: StoryActivity
    opened_at: datetime
    stretches: tuple[tuple[datetime, datetime], ...]
    segments: tuple[tuple[float, float], ...] = ()
    last: bool = True  # the sitting in which the activity was finished or given up

    @property
    def ended_at(self) -> datetime:
        """The end of the last stretch."""
        return self.stretches[-1][1]


@dataclass(frozen=True, slots=True)
class Stage:
    """The progress of a person: the number of finished activities, how the next one ended, and the notes of staff."""

    done: int
    then: Ending | None = None
    status: str = "in-training"
    days: Mapping[str, Decimal] = field(default_factory=dict)


def studies(stage: Stage, course_activities: Sequence[tuple[str, Activity]]) -> list[StoryActivity]:
    """Return the activities that a person at `stage` studied, in the order of the courses."""
    found = [StoryActivity(course, activity) for course, activity in course_activities[: stage.done]]
    if stage.then is not None and stage.done < len(course_activities):
        found.append(StoryActivity(*course_activities[stage.done], stage.then))
    return found


def sittings(studied: Sequence[StoryActivity], first: date, last: date, seed: str) -> list[Sitting]:
    """Distribute studies over the evenings from `first` to `last`: one after the other, never two at once."""
    chance = Random(seed)  # noqa: S311 – a story, not a secret
    parts = [(study, *part) for study in studied for part in _parts(study, chance)]
    days = _evenings(len(parts), first, last)
    sittings: list[Sitting] = []
    for (study, seconds, share, is_last), day in zip(parts, days, strict=True):
        begin = datetime.combine(day, EVENING) + timedelta(seconds=chance.randrange(1800))
        if sittings and sittings[-1].ended_at >= begin - timedelta(minutes=2):
            begin = sittings[-1].ended_at + timedelta(seconds=chance.randrange(120, 400))
        sittings.append(_sitting(study, begin, seconds, share, is_last, chance))
    return sittings


def _parts(study: StoryActivity, chance: Random) -> Iterator[tuple[int, tuple[float, float], bool]]:
    """Yield the sittings of one study as (seconds, share of the media played, whether it is the last one)."""
    whole = study.activity.minutes * 60
    media = study.activity.media_seconds or 0
    if study.ending is Ending.SKIPPED:
        yield 70, (0.0, 1.0), True
        return
    reach = chance.uniform(0.35, 0.6) if study.ending is Ending.HALF else 1.0
    seconds = max(int(whole * chance.uniform(0.97, 1.15) * reach), int(media * reach * 1.1) + 10, 60)
    count = -(-seconds // LONGEST_SITTING_S)
    for number in range(count):
        yield seconds // count, (reach * number / count, reach * (number + 1) / count), number == count - 1


def _evenings(count: int, first: date, last: date) -> list[date]:
    days = max(1, (last - first).days + 1)
    per_day = min(SITTINGS_A_DAY, max(1, -(-count // days))) if count else 1
    used = -(-count // per_day)
    return [first + timedelta(days=min(days - 1, number // per_day * days // max(1, used))) for number in range(count)]


def _sitting(study: StoryActivity, begin: datetime, seconds: int, share: tuple[float, float], is_last: bool, chance: Random) -> Sitting:
    pause = chance.randrange(90, 400) if seconds > 2 * STRETCH_S and chance.random() < 0.3 else 0  # noqa: PLR2004
    stretches, at, left = [], begin + timedelta(seconds=chance.randrange(3, 9)), seconds
    while left > 0:
        length = min(left, STRETCH_S + chance.randrange(15))
        stretches.append((at, at + timedelta(seconds=length)))
        left -= length
        at += timedelta(seconds=length + (pause if len(stretches) == 1 else 0))
    media = study.activity.media_seconds
    segments = () if not media else ((round(share[0] * media, 1), round(share[1] * media, 1)),)
    return Sitting(study, begin, tuple(stretches), segments, is_last)


def stage_of(number: int, activities: int) -> Stage:
    """Return the stage of person `number` (1, 2, …) of the larger class, for courses of `activities` activities in all.

    The stages range from nothing to everything, mixed so that a list does not look sorted.
    """
    place = number * 17 % 49
    if place in ODD_ONES:
        return ODD_ONES[place]
    if place >= FROM_HERE_ALL:
        return Stage(activities, days=_days("2", "8"))
    if place < FROM_HERE_SOME:
        return Stage(0, Ending.HALF, days=_days("2", "5"))
    done = 1 + (place - FROM_HERE_SOME) * (activities - 1) // (FROM_HERE_ALL - FROM_HERE_SOME)
    then = (Ending.HALF, Ending.SKIPPED, Ending.FAILED, None)[place % 4]
    return Stage(done, then, days=_days("2", ("8", "7.5", "6")[place % 3]))


def _days(diagnosis: str, topics: str | None = None) -> dict[str, Decimal]:
    return {"diagnosis": Decimal(diagnosis)} | ({"topics": Decimal(topics)} if topics else {})


FROM_HERE_SOME, FROM_HERE_ALL = 9, 41  # places in a class of fifty
ODD_ONES: Mapping[int, Stage] = {
    0: Stage(0, status="absent"),
    1: Stage(0, status="confirmed"),
    2: Stage(0, status="reported-in", days=_days("1")),
    3: Stage(0, status="reported-in", days=_days("2", "3")),
    4: Stage(0, status="reported-in", days=_days("2", "5")),
    8: Stage(2, status="withdrawn", days=_days("1")),
}
