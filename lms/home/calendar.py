"""The calendar of a teacher: sessions and deadlines of all their classes, today first, then what comes, then what has been."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.access import person, requires
from lms.accounts.models import TEACHER
from lms.attendance import checking_in, marking
from lms.attendance.models import AttendanceMark
from lms.attendance.own_page import is_live
from lms.classes.models import LEARNING, ClassSession, Enrolment
from lms.clock import now
from lms.db import session
from lms.i18n import SITE_ZONE, local_time
from lms.practice import work
from lms.practice.models import PracticeTask
from lms.transcripts.words import ATTENDED

bp = Blueprint("calendar", __name__)

DAYS_PAST_MOST = 400  # older entries are on the transcript
AHEAD = timedelta(days=2000)  # further than any class is planned
NEAR = timedelta(days=1)  # only for sessions this near, look for an open check-in


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """Something on a day: a session with its attendance mark, a task that is due, or the last day of a class."""

    on: date
    class_name: str
    enrolment_id: int
    lesson: ClassSession | None = None
    mark: AttendanceMark | None = None
    checked_in: bool = False  # by the code, and not out yet
    live: bool = False  # has a page beside its meeting
    task: PracticeTask | None = None


@bp.get("/calendar")
@requires(TEACHER)
def show() -> ResponseReturnValue:
    """Show everything that has a day, in the order of days."""
    today = local_time(now(), SITE_ZONE).date()
    entries = entries_of(session(), person().id, today)
    by_day = [(day, list(own)) for day, own in groupby(entries, lambda one: one.on)]
    return render_template(
        "home/calendar.html",
        today=today,
        coming=[one for one in by_day if one[0] >= today],
        past=[one for one in reversed(by_day) if one[0] < today],
        states=ATTENDED,
        now=now(),
        zone=SITE_ZONE,
    )


def entries_of(reading: Session, person_id: int, today: date) -> list[CalendarEntry]:
    """Return the entries of a person's calendar, in order of time."""
    wanted = (Enrolment.person_id == person_id, Enrolment.status.in_(LEARNING))
    own = reading.scalars(select(Enrolment).where(*wanted).options(joinedload(Enrolment.training_class))).all()
    found = [*(entry for one in own for entry in _sessions(reading, one)), *_tasks(reading, {one.class_id: one for one in own})]
    found += [CalendarEntry(one.training_class.ends_on, one.training_class.name, one.id) for one in own]
    return sorted((one for one in found if one.on >= today - timedelta(days=DAYS_PAST_MOST)), key=_order)


def _order(one: CalendarEntry) -> tuple[date, float]:
    return one.on, one.lesson.starts_at.timestamp() if one.lesson is not None else 0.0


def _sessions(reading: Session, enrolment: Enrolment) -> Iterable[CalendarEntry]:
    rows = marking.of_enrolment(reading, enrolment.id, now() + AHEAD)
    scans = checking_in.scans_of(reading, [lesson.id for lesson, _mark in rows if abs(lesson.starts_at - now()) < NEAR])
    for lesson, mark in rows:
        came = checking_in.stays_of(scans.get((lesson.id, enrolment.id), ()))[1]
        on = local_time(lesson.starts_at, SITE_ZONE).date()
        live = is_live(lesson) and lesson.class_id == enrolment.class_id
        yield CalendarEntry(on, enrolment.training_class.name, enrolment.id, lesson, mark, came is not None, live)


def _tasks(reading: Session, enrolments: Mapping[int, Enrolment]) -> Iterable[CalendarEntry]:
    for one in work.tasks_of(reading, enrolments):
        own = enrolments[one.class_id]
        if one.due_on is not None:
            yield CalendarEntry(one.due_on, own.training_class.name, own.id, task=one)
