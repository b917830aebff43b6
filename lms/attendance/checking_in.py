"""Take in scans of a session's code. Coming and going make time that counts; what came late waits for staff as a claim.

Codes say nothing against staff: where staff have noted somebody, scans are kept and change no mark.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.attendance.codes import IN, OUT, Code
from lms.attendance.marking import AttendanceEvidence
from lms.attendance.models import CLAIMED, CONFIRMED, COUNTED, DECLINED, HOLDS, LATE, LEFT, PRESENT, AttendanceMark, CheckIn
from lms.classes.changes import By
from lms.classes.models import ClassSession, Enrolment

PUNCTUAL = timedelta(minutes=5)  # coming or going within it is called present; what counts is the time itself
SCANS_MAX = 40  # of one person in one session; further ones change nothing

Scans = Mapping[tuple[int, int], Sequence[CheckIn]]  # by session and enrolment
Stay = tuple[CheckIn, CheckIn]  # coming, and the going that follows


@dataclass(frozen=True, slots=True)
class ReceivedScan:
    """One scan: what the code says, when the server received it, and the browser's id."""

    code: Code
    received_at: datetime
    device: str


def receive(
    session: Session, lesson: ClassSession, enrolment: Enrolment, scan: ReceivedScan, evidence: AttendanceEvidence
) -> CheckIn | None:
    """Keep a scan and let it count, or wait as a claim where its code was no longer fresh; the same scan again changes nothing.

    Return its row; None where the code is too old even for a claim, or there are too many scans. The caller holds the class's lock.
    """
    own = _scans(session, lesson.id, enrolment.id)
    for known in own:
        if (known.way, known.code_at) == (scan.code.way, scan.code.at):
            return known
    if not scan.code.claimable(scan.received_at) or len(own) >= SCANS_MAX:
        return None
    row = CheckIn(
        session_id=lesson.id,
        enrolment_id=enrolment.id,
        way=scan.code.way,
        code_at=scan.code.at,
        received_at=scan.received_at,
        device=scan.device,
        state=COUNTED if scan.code.fresh(scan.received_at) else CLAIMED,
        reason="",
    )
    session.add(row)
    session.flush()
    if row.state == COUNTED:
        _settle(session, lesson, enrolment, By(enrolment.person_id, scan.received_at), evidence)
    return row


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of staff about a scan that came late, or about one that never came: who, when, and why."""

    state: str  # confirmed or declined
    reason: str
    by: By


def decide(session: Session, lesson: ClassSession, claim: CheckIn, decision: Decision, evidence: AttendanceEvidence) -> bool:
    """Confirm or decline a claim; return whether it still waited. Confirmed, it counts at the time of its code."""
    if claim.state != CLAIMED or decision.state not in {CONFIRMED, DECLINED}:
        return False
    claim.state, claim.reason = decision.state, decision.reason
    claim.decided_at, claim.decided_by = decision.by.at, decision.by.person_id
    session.flush()
    if claim.state == CONFIRMED:
        enrolment = session.get_one(Enrolment, claim.enrolment_id)
        _settle(session, lesson, enrolment, By(enrolment.person_id, decision.by.at), evidence)
    return True


def close(session: Session, lesson: ClassSession, enrolment: Enrolment, decision: Decision, evidence: AttendanceEvidence) -> bool:
    """Let somebody who came by the code and never went have gone at the session's end, because staff say so.

    Return whether there was such a coming.
    """
    own, by = _scans(session, lesson.id, enrolment.id), decision.by
    came = stays_of(own)[1]
    if came is None or came.at >= lesson.ends_at:
        return False
    said = {"code_at": lesson.ends_at, "received_at": by.at, "decided_at": by.at, "decided_by": by.person_id, "reason": decision.reason}
    session.add(CheckIn(session_id=lesson.id, enrolment_id=enrolment.id, way=OUT, device="", state=CONFIRMED, **said))
    session.flush()
    _settle(session, lesson, enrolment, By(enrolment.person_id, by.at), evidence)
    return True


def _scans(session: Session, session_id: int, enrolment_id: int) -> Sequence[CheckIn]:
    own = (CheckIn.session_id == session_id, CheckIn.enrolment_id == enrolment_id)
    return session.scalars(select(CheckIn).where(*own).order_by(CheckIn.id)).all()


def open_among(scans: Scans, session_id: int, marks: Container[int]) -> dict[int, CheckIn]:
    """Return who came to a session and has not gone, of those whom nobody has marked, with their coming."""
    comings = {person: stays_of(own)[1] for (of, person), own in scans.items() if of == session_id and person not in marks}
    return {person: came for person, came in comings.items() if came is not None}


def stays_of(scans: Iterable[CheckIn]) -> tuple[list[Stay], CheckIn | None]:
    """Return coming and going in pairs, and a coming that no going has followed yet.

    Coming twice is coming once, and going twice is going once, each at the first time: nobody earns what lies behind a going.
    """
    stays: list[Stay] = []
    came: CheckIn | None = None
    for one in sorted((one for one in scans if one.state in HOLDS), key=lambda one: (one.at, one.id)):
        if one.way == IN:
            came = came or one
        elif came is not None:
            stays.append((came, one))
            came = None
    return stays, came


def scans_of(session: Session, session_ids: Iterable[int]) -> Scans:
    """Return every scan of these sessions, by session and enrolment."""
    found: dict[tuple[int, int], list[CheckIn]] = defaultdict(list)
    for one in session.scalars(select(CheckIn).where(CheckIn.session_id.in_(list(session_ids))).order_by(CheckIn.id)):
        found[one.session_id, one.enrolment_id].append(one)
    return found


def shared_devices(scans: Iterable[CheckIn]) -> set[int]:
    """Return the enrolments that share a browser with another enrolment among these scans of one session."""
    users: dict[str, set[int]] = defaultdict(set)
    for one in scans:
        if one.device:
            users[one.device].add(one.enrolment_id)
    return {enrolment_id for people in users.values() if len(people) > 1 for enrolment_id in people}


def _settle(session: Session, lesson: ClassSession, enrolment: Enrolment, by: By, evidence: AttendanceEvidence) -> None:
    """State what coming and going prove by now, and let the mark say so; a mark that staff made stays."""
    now = (AttendanceMark.session_id == lesson.id, AttendanceMark.enrolment_id == enrolment.id, AttendanceMark.superseded_at.is_(None))
    mark = session.scalar(select(AttendanceMark).where(*now))
    if mark is not None and mark.noted_by != enrolment.person_id:
        return
    scans = _scans(session, lesson.id, enrolment.id)
    stays, _open = stays_of(scans)
    if not _state(scans, stays, enrolment, lesson, evidence) or not stays:
        return
    if mark is not None:
        mark.superseded_at = by.at
        session.flush()
    session.add(_mark(lesson, enrolment, stays, by))
    session.flush()


def _state(
    scans: Sequence[CheckIn], stays: Sequence[Stay], enrolment: Enrolment, lesson: ClassSession, evidence: AttendanceEvidence
) -> bool:
    """State each stay once; what was stated of a stay that is another now is taken back. Return whether anything is new."""
    came_at = {left.id: came.at for came, left in stays if came.at < left.at}
    changed = False
    for one in scans:
        wanted = came_at.get(one.id)
        if one.statement_id is not None and one.came_at != wanted:
            evidence.take_back(enrolment, one.statement_id)
            one.statement_id, changed = None, True
        if wanted is not None and one.statement_id is None:
            one.statement_id, one.came_at, changed = evidence.attended(enrolment, lesson, (wanted, one.at)), wanted, True
    return changed


def _mark(lesson: ClassSession, enrolment: Enrolment, stays: Sequence[Stay], by: By) -> AttendanceMark:
    arrived, left = stays[0][0].at, stays[-1][1].at
    state = LATE if arrived > lesson.starts_at + PUNCTUAL else LEFT if left < lesson.ends_at - PUNCTUAL else PRESENT
    return AttendanceMark(
        session_id=lesson.id,
        enrolment_id=enrolment.id,
        state=state,
        arrived_at=arrived,
        left_at=left,
        reason="",
        noted_at=by.at,
        noted_by=by.person_id,
        statement_id=None,
    )
