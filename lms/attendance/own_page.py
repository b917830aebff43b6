"""Keep what our own page beside a live session measured. Each stretch becomes a check-in and a check-out of its own source.

Measuring and settling are two steps: a stretch closes under the locks of its launch, and a mark needs the lock of its class. A stretch
that is measured and not settled is found again by the task that settles.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.attendance.checking_in import settle
from lms.attendance.codes import IN, OUT
from lms.attendance.marking import AttendanceEvidence
from lms.attendance.models import COUNTED, MEASURED, PAGE, CheckIn
from lms.classes.models import ClassSession, Enrolment

STRETCHES_MAX = 50  # of one person in one session; further ones change nothing
DEVICE_MAX = 32

Interval = tuple[datetime, datetime]


def is_live(lesson: ClassSession) -> bool:
    """Say whether a session is held in an online meeting, so that it has our page: it earns time, or has a link and no place."""
    return not lesson.half_days or bool(lesson.link and not lesson.place)


def within(lesson: ClassSession, stretch: Interval) -> Interval | None:
    """Return the part of a stretch that lies in the session's time."""
    since, until = max(stretch[0], lesson.starts_at), min(stretch[1], lesson.ends_at)
    return (since, until) if since < until else None


def keep_measured(session: Session, lesson: ClassSession, enrolment_id: int, stretch: Interval, device: str) -> bool:
    """Keep the part of a measured stretch that lies in the session's time; return whether there is any."""
    kept = within(lesson, stretch)
    own = (CheckIn.session_id == lesson.id, CheckIn.enrolment_id == enrolment_id, CheckIn.source == PAGE)
    known = {(row.way, row.code_at) for row in session.execute(select(CheckIn.way, CheckIn.code_at).where(*own))}
    if kept is None or len(known) >= 2 * STRETCHES_MAX:
        return False
    for way, at in zip((IN, OUT), kept, strict=True):
        if (way, at) not in known:
            said = {"code_at": at, "received_at": at, "device": device[:DEVICE_MAX], "state": MEASURED, "reason": ""}
            session.add(CheckIn(session_id=lesson.id, enrolment_id=enrolment_id, source=PAGE, way=way, **said))
    session.flush()
    return True


def unsettled(session: Session, limit: int) -> Sequence[tuple[int, int, int]]:
    """Return the class, session and enrolment of stretches that are measured and not settled."""
    query = select(ClassSession.class_id, CheckIn.session_id, CheckIn.enrolment_id)
    query = query.join(ClassSession, ClassSession.id == CheckIn.session_id)
    return [(row[0], row[1], row[2]) for row in session.execute(query.where(CheckIn.state == MEASURED).distinct().limit(limit))]


def settle_measured(session: Session, lesson: ClassSession, enrolment: Enrolment, now: datetime, evidence: AttendanceEvidence) -> bool:
    """Let a person's measured stretches count, unless staff have marked them; return whether anything is new.

    The caller holds the class's lock.
    """
    own = (CheckIn.session_id == lesson.id, CheckIn.enrolment_id == enrolment.id, CheckIn.state == MEASURED)
    for one in session.scalars(select(CheckIn).where(*own)):
        one.state = COUNTED
    session.flush()
    return settle(session, lesson, enrolment, By(enrolment.person_id, now), evidence)
