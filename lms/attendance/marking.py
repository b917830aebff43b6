"""Note the attendance of a session. Each mark becomes evidence at once; a correction voids the evidence of the mark before it."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.attendance.models import EXCUSED, HERE, LATE, LEFT, STATES, AttendanceMark, CheckIn
from lms.classes.models import ClassSession, Enrolment, EnrolmentTransfer
from lms.i18n import local_time
from lms.row_problem import RowProblem, in_row

REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class NotedAttendance:
    """One person's attendance of one session, as staff note it. A time is needed for late and left; otherwise the whole session counts."""

    enrolment_id: int
    state: str
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    reason: str = ""


class AttendanceEvidence(Protocol):
    """Converts marks to evidence; the caller passes the record store's implementation."""

    def attended(self, session: ClassSession, intervals: Sequence[tuple[Enrolment, tuple[datetime, datetime]]]) -> list[UUID]:
        """State that each person attended `[arrived, left)` of a session; return the statements' ids, in order."""
        ...

    def take_back(self, enrolment: Enrolment, statement_id: UUID) -> object:
        """Void a statement of attendance."""
        ...


def problems_of(
    lesson: ClassSession,
    marks: Sequence[NotedAttendance],
    there: Mapping[int, AttendanceMark],
    open_ids: Container[int] = (),
    own_ids: Container[int] = (),
) -> list[RowProblem]:
    """Return the problems of marks of one session; `there` are the current marks, by enrolment.

    Nobody marks an enrolment of their own (`own_ids`). People who checked in by code and have not checked out (`open_ids`) can only be
    marked with a reason. The line of a problem is the number of its enrolment.
    """
    found = [problem for one in marks for problem in _problems(lesson, one, there.get(one.enrolment_id))]
    unexplained = [one for one in marks if one.enrolment_id in open_ids and not one.reason.strip()]
    found += [in_row(one.enrolment_id, "state", "own-attendance") for one in marks if one.enrolment_id in own_ids]
    return found + [in_row(one.enrolment_id, "reason", "closing-needs-reason") for one in unexplained]


def _problems(lesson: ClassSession, mark: NotedAttendance, before: AttendanceMark | None) -> Iterable[RowProblem]:
    if mark.state not in STATES:
        yield in_row(mark.enrolment_id, "state", "unknown-state")
        return
    for state, field, at in ((LATE, "arrived_at", mark.arrived_at), (LEFT, "left_at", mark.left_at)):
        if mark.state == state and at is None:
            yield in_row(mark.enrolment_id, field, "no-time")
        elif mark.state == state and at is not None and not lesson.starts_at < at < lesson.ends_at:
            yield in_row(mark.enrolment_id, field, "outside-the-session")
    if len(mark.reason) > REASON_MAX or not mark.reason.isprintable():
        yield in_row(mark.enrolment_id, "reason", "bad-reason", {"most": REASON_MAX})
    elif not mark.reason.strip() and (mark.state == EXCUSED or (before is not None and _differs(before, mark))):
        yield in_row(mark.enrolment_id, "reason", "no-reason" if before is None else "correction-needs-reason")


def _differs(before: AttendanceMark, mark: NotedAttendance) -> bool:
    said = (before.state, before.arrived_at, before.left_at)
    return said != (mark.state, *_times(mark))


def _times(mark: NotedAttendance) -> tuple[datetime | None, datetime | None]:
    return (mark.arrived_at if mark.state == LATE else None, mark.left_at if mark.state == LEFT else None)


def interval_of(lesson: ClassSession, mark: NotedAttendance) -> tuple[datetime, datetime] | None:
    """Return the part of a session that the person attended; None if they did not."""
    if mark.state not in HERE:
        return None
    arrived, left = _times(mark)
    return arrived or lesson.starts_at, left or lesson.ends_at


def marks_of(session: Session, session_ids: Iterable[int]) -> dict[int, dict[int, AttendanceMark]]:
    """Return the current marks, by session and enrolment."""
    found: dict[int, dict[int, AttendanceMark]] = {session_id: {} for session_id in session_ids}
    wanted = (AttendanceMark.session_id.in_(found), AttendanceMark.superseded_at.is_(None))
    for row in session.scalars(select(AttendanceMark).where(*wanted)):
        found[row.session_id][row.enrolment_id] = row
    return found


def counts(session: Session, session_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return for each session how many people were present and how many have a mark."""
    found = dict.fromkeys(session_ids, (0, 0))
    here = func.count().filter(AttendanceMark.state.in_(HERE))
    wanted = (AttendanceMark.session_id.in_(found), AttendanceMark.superseded_at.is_(None))
    rows = session.execute(select(AttendanceMark.session_id, here, func.count()).where(*wanted).group_by(AttendanceMark.session_id))
    found.update({row[0]: (row[1], row[2]) for row in rows})
    return found


def note(session: Session, lesson: ClassSession, marks: Sequence[NotedAttendance], by: By, evidence: AttendanceEvidence) -> int:
    """Store marks without problems (`problems_of`) and write their evidence; return how many are new or different.

    The caller holds the class's lock. An equal mark changes nothing.
    """
    there = marks_of(session, [lesson.id])[lesson.id]
    changed = [one for one in marks if (before := there.get(one.enrolment_id)) is None or _differs(before, one)]
    people = _enrolments(session, [one.enrolment_id for one in changed])
    for one in changed:
        enrolment, before = people[one.enrolment_id], there.get(one.enrolment_id)
        if before is not None:
            before.superseded_at = by.at
            if before.statement_id is not None:
                evidence.take_back(enrolment, before.statement_id)
            _take_back_scans(session, lesson, enrolment, evidence)
    session.flush()  # the index allows one current mark for each person
    intervals = {one.enrolment_id: interval for one in changed if (interval := interval_of(lesson, one)) is not None}
    stated = evidence.attended(lesson, [(people[key], interval) for key, interval in intervals.items()]) if intervals else []
    statement_ids = dict(zip(intervals, stated, strict=True))
    for one in changed:
        arrived, left = _times(one)
        session.add(
            AttendanceMark(
                session_id=lesson.id,
                enrolment_id=one.enrolment_id,
                state=one.state,
                arrived_at=arrived,
                left_at=left,
                reason=one.reason.strip(),
                noted_at=by.at,
                noted_by=by.person_id,
                statement_id=statement_ids.get(one.enrolment_id),
            )
        )
    session.flush()
    return len(changed)


def _take_back_scans(session: Session, lesson: ClassSession, enrolment: Enrolment, evidence: AttendanceEvidence) -> None:
    """Void the evidence of scans: from now on the marks by staff count."""
    stated = (CheckIn.session_id == lesson.id, CheckIn.enrolment_id == enrolment.id, CheckIn.statement_id.is_not(None))
    for scan in session.scalars(select(CheckIn).where(*stated)):
        if scan.statement_id is not None:
            evidence.take_back(enrolment, scan.statement_id)
        scan.statement_id = None


def _enrolments(session: Session, ids: Sequence[int]) -> dict[int, Enrolment]:
    rows = session.scalars(select(Enrolment).where(Enrolment.id.in_(ids)))
    return {row.id: row for row in rows}


def history_of(session: Session, session_id: int, enrolment_id: int) -> Sequence[AttendanceMark]:
    """Return every mark of an enrolment at a session, the newest first."""
    wanted = (AttendanceMark.session_id == session_id, AttendanceMark.enrolment_id == enrolment_id)
    return session.scalars(select(AttendanceMark).where(*wanted).order_by(AttendanceMark.id.desc())).all()


def of_enrolment(session: Session, enrolment_id: int, until: datetime) -> list[tuple[ClassSession, AttendanceMark | None]]:
    """Return the sessions of somebody's class that began before `until`, each with the mark that holds; in order of time.

    Of a class that they left, only sessions with a mark are returned; of the class they came to, none before their day.
    """
    held = (AttendanceMark.enrolment_id == enrolment_id, AttendanceMark.superseded_at.is_(None))
    marks = {one.session_id: one for one in session.scalars(select(AttendanceMark).where(*held))}
    here = select(Enrolment.class_id).where(Enrolment.id == enrolment_id).scalar_subquery()
    mine = or_(ClassSession.class_id == here, ClassSession.id.in_(marks))
    wanted = (mine, ClassSession.cancelled_at.is_(None), ClassSession.starts_at < until)
    rows = session.scalars(select(ClassSession).where(*wanted).order_by(ClassSession.starts_at)).all()
    came = session.scalar(select(func.max(EnrolmentTransfer.day)).where(EnrolmentTransfer.enrolment_id == enrolment_id))
    return [(one, marks.get(one.id)) for one in rows if came is None or one.id in marks or local_time(one.starts_at).date() >= came]
