"""Timetables of classes: sessions, overlaps, and every change with its author."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.classes import changes, planning
from lms.classes.models import ClassSession, TrainingClass
from lms.classes.planning import PlannedSession, SessionLimits
from lms.i18n import local_time
from lms.programmes.values import FOR_SESSIONS, ProgrammeDocument
from lms.row_problem import RowProblem, in_row

SESSIONS_MAX = 300  # of one class; fifteen days of half-days are thirty
FIELDS = ("title", "requirement", "starts_at", "ends_at", "half_days", "place", "link", "teacher", "practical")


@dataclass(frozen=True, slots=True)
class TeacherClash:
    """A teacher would teach in two classes at the same time."""

    teacher: str
    planned: PlannedSession
    elsewhere: PlannedSession
    other_class: str


def limits_of(training_class: TrainingClass, document: ProgrammeDocument) -> SessionLimits:
    """Return the requirements of a class's sessions and their time limits: its first and last day, in the programme's zone."""
    zone = ZoneInfo(document.policy.time_zone)
    kinds = {kind: [one.key for one in document.requirements if one.kind == kind] for kind in ("days", "hours")}
    opens = datetime.combine(training_class.starts_on, time(), zone)
    closes = datetime.combine(training_class.ends_on + timedelta(days=1), time(), zone)
    return SessionLimits(kinds["days"], kinds["hours"], opens, closes)


def sessions_of(session: Session, class_id: int) -> Sequence[ClassSession]:
    """Return a class's sessions in order of time, without cancelled ones."""
    wanted = (ClassSession.class_id == class_id, ClassSession.cancelled_at.is_(None))
    return session.scalars(select(ClassSession).where(*wanted).order_by(ClassSession.starts_at, ClassSession.id)).all()


def coming(session: Session, class_ids: Iterable[int], now: datetime, until: datetime) -> Sequence[ClassSession]:
    """Return the sessions of classes that run or begin before `until`, in order of time."""
    wanted = (ClassSession.class_id.in_(set(class_ids)), ClassSession.cancelled_at.is_(None))
    times = (ClassSession.ends_at > now, ClassSession.starts_at < until)
    return session.scalars(select(ClassSession).where(*wanted, *times).order_by(ClassSession.starts_at, ClassSession.key)).all()


def planned_of(row: ClassSession) -> PlannedSession:
    """Return a stored session as a plan's value."""
    return PlannedSession(row.key, **{name: getattr(row, name) for name in FIELDS})


def problems_of(
    there: Iterable[PlannedSession], planned: Sequence[PlannedSession], limits: SessionLimits, replaced: PlannedSession | None = None
) -> list[RowProblem]:
    """Return the problems of `planned` sessions: of each one, among themselves, and with existing sessions (`there`).

    `replaced` is the session, not among `there`, that a change replaces: a day that had too many half-days may keep as many.
    The line of a problem is the position of its session in `planned`, from 0.
    """
    found = [
        in_row(row, fault.path, fault.code, fault.params) for row, one in enumerate(planned) for fault in planning.problems_of(one, limits)
    ]
    rows = {id(one): row for row, one in enumerate(planned)}
    known = list(there)  # a replacement has the time of its session, so it is not compared
    for before, after in planning.overlaps(one for one in [*known, *planned] if one.requirement != FOR_SESSIONS):
        new, other = (after, before) if id(after) in rows else (before, after)
        if id(new) in rows:
            found.append(in_row(rows[id(new)], "starts_at", "overlaps", {"other": other.title}))
    for new, day in planning.crowded(known, planned, limits.opens.tzinfo, replaced):
        found.append(in_row(rows[id(new)], "half_days", "too-many-half-days", {"day": day.isoformat(), "most": planning.HALF_DAYS_MAX}))
    if len(known) + len(planned) > SESSIONS_MAX:
        found.append(in_row(0, "", "too-many-sessions", {"most": SESSIONS_MAX}))
    return sorted(found, key=lambda one: one.line)


def add(session: Session, class_id: int, planned: Iterable[PlannedSession], by: By) -> list[ClassSession]:
    """Add sessions without problems (`problems_of`); the caller holds the class's lock."""
    added = []
    for one in planned:
        row = ClassSession(class_id=class_id, key=one.key, **{name: getattr(one, name) for name in FIELDS})
        session.add(row)
        changes.note(session, class_id, changes.made("session", by, after=_said(one)))
        added.append(row)
    session.flush()
    return added


def change(session: Session, row: ClassSession, planned: PlannedSession, by: By) -> bool:
    """Replace a session's plan, which has no problems (`problems_of`); return whether anything is new."""
    before = planned_of(row)
    if before == planned:
        return False
    for name in FIELDS:
        setattr(row, name, getattr(planned, name))
    changes.note(session, row.class_id, changes.made("session-changed", by, before=_said(before), after=_said(planned)))
    session.flush()
    return True


def cancel(session: Session, row: ClassSession, by: By) -> bool:
    """Cancel a session; its row and history stay. Return whether it was on the timetable."""
    if row.cancelled_at is not None:
        return False
    row.cancelled_at = by.at
    changes.note(session, row.class_id, changes.made("session-cancelled", by, before=_said(planned_of(row))))
    session.flush()
    return True


def keys_of(session: Session, class_id: int) -> set[str]:
    """Return every key that a session of the class has or had."""
    return set(session.scalars(select(ClassSession.key).where(ClassSession.class_id == class_id)))


def with_keys(session: Session, class_id: int, planned: Iterable[PlannedSession]) -> list[PlannedSession]:
    """Give sessions without a key free ones, in their order."""
    taken, named = keys_of(session, class_id), []
    for one in planned:
        key = one.key or planning.free_key(taken, len(taken) + 1)
        taken.add(key)
        named.append(PlannedSession(key, **{name: getattr(one, name) for name in FIELDS}))
    return named


def teacher_clashes(session: Session, class_id: int, planned: Sequence[PlannedSession]) -> list[TeacherClash]:
    """Return where a teacher of a `planned` session also teaches in another class of the same provider at that time."""
    taught = [one for one in planned if one.teacher]
    if not taught:
        return []
    provider = select(TrainingClass.provider_id).where(TrainingClass.id == class_id).scalar_subquery()
    rows = session.execute(
        select(ClassSession, TrainingClass.name)
        .join(TrainingClass, TrainingClass.id == ClassSession.class_id)
        .where(
            TrainingClass.provider_id == provider,
            ClassSession.class_id != class_id,
            ClassSession.cancelled_at.is_(None),
            ClassSession.teacher.in_({one.teacher for one in taught}),
            ClassSession.starts_at < max(one.ends_at for one in taught),
            ClassSession.ends_at > min(one.starts_at for one in taught),
        )
        .order_by(ClassSession.starts_at)
        .limit(SESSIONS_MAX)
    ).all()
    return [
        TeacherClash(one.teacher, one, planned_of(row), name)
        for one in taught
        for row, name in rows
        if row.teacher == one.teacher and row.starts_at < one.ends_at and one.starts_at < row.ends_at
    ]


def practical_share(sessions: Iterable[ClassSession], course_minutes: Iterable[tuple[int, bool]] = ()) -> Fraction | None:
    """Return the practical share of a class's plan, sessions and courses together; None if nothing is planned."""
    taught = [planned_of(one) for one in sessions if one.requirement != FOR_SESSIONS]
    return planning.practical_share([*((one.minutes, one.practical) for one in taught), *course_minutes])


def planned_half_days(sessions: Iterable[ClassSession]) -> dict[str, int]:
    """Return how many half-days are planned toward each requirement of days."""
    sums: dict[str, int] = {}
    for one in sessions:
        sums[one.requirement] = sums.get(one.requirement, 0) + one.half_days
    return sums


def _said(one: PlannedSession) -> str:
    """Return a session as the history stores it: the readable part, then a bar and its value."""
    times = f"{local_time(one.starts_at):%Y-%m-%d %H:%M}–{local_time(one.ends_at):%H:%M}"
    read = [times, one.title, *(part for part in (one.place, one.teacher, one.link) if part)]
    return f"{' · '.join(read)} | {one.key} {one.half_days} {one.requirement}{' practical' if one.practical else ''}"
