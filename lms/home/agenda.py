"""Which sessions, tasks and logs come next for a teacher?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from lms.attendance.own_page import is_live
from lms.classes.models import LEARNING, ClassSession
from lms.classes.timetable import coming
from lms.classes.transfer import transferred_on
from lms.crediting.standing import Standing
from lms.hours import month_window
from lms.i18n import local_time
from lms.practice import work
from lms.practice.models import RETURNED, PracticeTask
from lms.programmes.progress import RequirementProgress

AHEAD = timedelta(days=400)
TASKS_MOST = 3  # of one class


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One thing to do, until the end of a day (None: no deadline): a session, a task, or a log of a month of practice."""

    on: date | None
    enrolment_id: int
    class_name: str
    lesson: ClassSession | None = None
    live: bool = False  # the session has a page beside its meeting
    task: PracticeTask | None = None
    returned: bool = False  # the task or log was handed in and came back
    month: RequirementProgress | None = None


def agenda_of(session: Session, standings: Sequence[Standing], now: datetime, zone: str) -> list[AgendaItem]:
    """Return what comes next in all classes of a person that run, what has a deadline first."""
    studying = [one for one in standings if one.enrolment.status in LEARNING and one.training_class.closed_at is None]
    if not studying:
        return []
    classes = {one.enrolment.class_id for one in studying}
    works = work.states_of(session, [one.enrolment.id for one in studying])
    tasks, lessons = work.tasks_of(session, classes), coming(session, classes, now, now + AHEAD)
    days = transferred_on(session, [one.enrolment.id for one in studying if one.enrolment.transferred])
    found: list[AgendaItem] = []
    for one in studying:
        own, day = works.get(one.enrolment.id, ()), days.get(one.enrolment.id, date.min)
        found += _sessions(one, [lesson for lesson in lessons if lesson.class_id == one.enrolment.class_id], day, zone)
        found += _tasks(one, [task for task in tasks if task.class_id == one.enrolment.class_id], own)
        found += _logs(one, own, local_time(now, zone).date())
    return sorted(found, key=lambda one: (one.on is None, one.on or date.min, one.lesson is None))


def _sessions(standing: Standing, lessons: Sequence[ClassSession], since: date, zone: str) -> Iterator[AgendaItem]:
    """Yield the session that runs or comes next, and the others of its day; `since`: the day from which the person is in the class."""
    dated = [(local_time(one.starts_at, zone).date(), one) for one in lessons]
    own = [(on, one) for on, one in dated if on >= since]
    for on, lesson in own:
        if on == own[0][0]:
            yield AgendaItem(on, standing.enrolment.id, standing.training_class.name, lesson=lesson, live=is_live(lesson))


def _tasks(standing: Standing, tasks: Sequence[PracticeTask], works: Sequence[work.WorkState]) -> list[AgendaItem]:
    """Return the tasks that are not handed in, or came back, the earliest deadline first."""
    states = {one.task_id: one.state for one in works if one.task_id is not None}
    missing = [one for one in tasks if states.get(one.id, RETURNED) == RETURNED]
    name, number = standing.training_class.name, standing.enrolment.id
    return [AgendaItem(one.due_on, number, name, task=one, returned=one.id in states) for one in missing[:TASKS_MOST]]


def _logs(standing: Standing, works: Sequence[work.WorkState], today: date) -> Iterator[AgendaItem]:
    """Yield each requirement of months whose current month has no log yet, due on the month's last day."""
    for one in standing.requirements:
        if one.kind != "months" or one.done or today < standing.training_class.starts_on:
            continue
        first, after = month_window(today, standing.training_class.starts_on)
        logs = [log for log in works if log.task_id is None and log.requirement == one.key and first <= log.on < after]
        if all(log.state == RETURNED for log in logs):
            last = after - timedelta(days=1)
            yield AgendaItem(last, standing.enrolment.id, standing.training_class.name, month=one, returned=bool(logs))
