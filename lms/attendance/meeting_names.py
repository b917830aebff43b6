"""Whom does a name in a meeting mean? Staff say so once for a class; the times of a report then become attendance."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.attendance.checking_in import settle, stays_of
from lms.attendance.codes import IN, OUT
from lms.attendance.marking import AttendanceEvidence
from lms.attendance.meeting_report import Interval, beyond, joined_up
from lms.attendance.models import CONFIRMED, REPORT, CheckIn, MeetingName
from lms.classes.models import ClassSession, Enrolment

STAYS_MAX = 50  # of one person in one session


def remembered(session: Session, class_id: int) -> dict[str, int]:
    """Return the names that staff of the class have matched, each with its enrolment."""
    rows = session.execute(select(MeetingName.name, MeetingName.enrolment_id).where(MeetingName.class_id == class_id))
    return {row[0]: row[1] for row in rows}


def remember(session: Session, class_id: int, meant: Mapping[str, int], by: By) -> None:
    """Store the enrolment that each name means. A name that was matched before is matched to the new person."""
    known = {one.name: one for one in session.scalars(select(MeetingName).where(MeetingName.class_id == class_id))}
    for name, enrolment_id in meant.items():
        if name in known:
            known[name].enrolment_id = enrolment_id
        else:
            session.add(MeetingName(class_id=class_id, name=name, enrolment_id=enrolment_id, matched_by=by.person_id, matched_at=by.at))
    session.flush()


def note_report(
    session: Session,
    lesson: ClassSession,
    report: tuple[Mapping[str, Sequence[Interval]], Mapping[str, int]],
    by: By,
    evidence: AttendanceEvidence,
) -> int:
    """Record the times of a report (by name) for the matched people; return the number of people with new times.

    The stays of one person under several names are merged. The same report again changes nothing. The caller holds the class's lock.
    """
    present, meant = report
    times: dict[int, list[Interval]] = {}
    for name, enrolment_id in meant.items():
        times.setdefault(enrolment_id, []).extend(present[name])
    people = {one: session.get_one(Enrolment, one) for one in times}
    new = [_add(session, lesson, people[one], joined_up(own)[:STAYS_MAX], by) for one, own in times.items()]
    settled = [settle(session, lesson, one, By(one.person_id, by.at), evidence) for one in people.values()]
    return sum(added and done for added, done in zip(new, settled, strict=True))


def _add(session: Session, lesson: ClassSession, enrolment: Enrolment, stays: Sequence[Interval], by: By) -> bool:
    """Store the times of one person that no earlier report has; return whether there are any."""
    own = (CheckIn.session_id == lesson.id, CheckIn.enrolment_id == enrolment.id, CheckIn.source == REPORT)
    known = [(first.at, last.at) for first, last in stays_of(session.scalars(select(CheckIn).where(*own)))[0]]
    wanted = [(way, at) for first, last in beyond(stays, known) for way, at in ((IN, first), (OUT, last))]
    for way, at in wanted:
        said = {"code_at": at, "received_at": by.at, "decided_at": by.at, "decided_by": by.person_id}
        session.add(
            CheckIn(session_id=lesson.id, enrolment_id=enrolment.id, way=way, device="", state=CONFIRMED, source=REPORT, reason="", **said)
        )
    session.flush()
    return bool(wanted)
