"""What comes next for a teacher, in the order of days: the next session, work that is to be handed in, and the log of this month."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from lms.attendance import marking
from lms.attendance.own_page import is_live
from lms.classes.models import LEARNING, ClassSession
from lms.crediting.standing import Standing
from lms.hours import month_window
from lms.i18n import local_time
from lms.practice import work
from lms.practice.models import RETURNED, PracticeTask, PracticeWork
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
    works = _by_enrolment(work.works_of(session, [one.enrolment.id for one in studying]))
    tasks = work.tasks_of(session, {one.enrolment.class_id for one in studying})
    found: list[AgendaItem] = []
    for one in studying:
        own = works.get(one.enrolment.id, [])
        found += _sessions(session, one, now, zone)
        found += _tasks(one, [task for task in tasks if task.class_id == one.enrolment.class_id], own)
        found += _logs(one, own, local_time(now, zone).date())
    return sorted(found, key=lambda one: (one.on is None, one.on or date.min, one.lesson is None))


def _by_enrolment(works: Iterable[PracticeWork]) -> Mapping[int, list[PracticeWork]]:
    found: dict[int, list[PracticeWork]] = {}
    for one in works:
        found.setdefault(one.enrolment_id, []).append(one)
    return found


def _sessions(session: Session, standing: Standing, now: datetime, zone: str) -> Iterator[AgendaItem]:
    """Yield the session that runs or comes next, and the others of its day."""
    rows = [lesson for lesson, _mark in marking.of_enrolment(session, standing.enrolment.id, now + AHEAD) if lesson.ends_at > now]
    for lesson in rows:
        on = local_time(lesson.starts_at, zone).date()
        if on == local_time(rows[0].starts_at, zone).date():
            live = is_live(lesson) and lesson.class_id == standing.enrolment.class_id
            yield AgendaItem(on, standing.enrolment.id, standing.training_class.name, lesson=lesson, live=live)


def _tasks(standing: Standing, tasks: Sequence[PracticeTask], works: Sequence[PracticeWork]) -> list[AgendaItem]:
    """Return the tasks that are not handed in, or came back, the earliest deadline first."""
    states = {one.task_id: one.state for one in works if one.task_id is not None}
    missing = [one for one in tasks if states.get(one.id, RETURNED) == RETURNED]
    name, number = standing.training_class.name, standing.enrolment.id
    return [AgendaItem(one.due_on, number, name, task=one, returned=one.id in states) for one in missing[:TASKS_MOST]]


def _logs(standing: Standing, works: Sequence[PracticeWork], today: date) -> Iterator[AgendaItem]:
    """Yield each requirement of months whose current month has no log yet, due on the month's last day."""
    for one in standing.requirements:
        if one.kind != "months" or one.done or today < standing.training_class.starts_on:
            continue
        first, after = month_window(today, standing.training_class.starts_on)
        logs = [log for log in works if log.task_id is None and log.requirement == one.key and first <= log.on < after]
        if all(log.state == RETURNED for log in logs):
            last = after - timedelta(days=1)
            yield AgendaItem(last, standing.enrolment.id, standing.training_class.name, month=one, returned=bool(logs))
