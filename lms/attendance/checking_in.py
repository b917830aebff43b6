"""Store scans of a session's code. A check-in and a check-out prove the time between them; a late scan waits for staff as a claim.

Marks by staff take precedence: for a person whom staff have marked, scans are stored but change no mark.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.attendance.codes import IN, OUT, Code
from lms.attendance.marking import AttendanceEvidence
from lms.attendance.models import CLAIMED, CODE, CONFIRMED, COUNTED, DECLINED, HOLDS, LATE, LEFT, PRESENT, AttendanceMark, CheckIn
from lms.classes.models import ClassSession, Enrolment

# a check-in or check-out this close to the session's limits is shown as present; the time itself is what counts
PUNCTUAL = timedelta(minutes=5)
SCANS_MAX = 40  # of one person in one session; further scans change nothing

Scans = Mapping[tuple[int, int], Sequence[CheckIn]]  # by session and enrolment
Stay = tuple[CheckIn, CheckIn]  # a check-in, and the check-out that follows


@dataclass(frozen=True, slots=True)
class ReceivedScan:
    """One scan: the content of the code, the time of receipt, and the browser's id."""

    code: Code
    received_at: datetime
    device: str


def receive(
    session: Session, lesson: ClassSession, enrolment: Enrolment, scan: ReceivedScan, evidence: AttendanceEvidence
) -> CheckIn | None:
    """Store a scan, which counts at once, or waits as a claim if its code was no longer fresh. The same scan again changes nothing.

    Return its row; None if the code is too old even for a claim, or if there are too many scans. The caller holds the class's lock.
    """
    own = _scans(session, lesson.id, enrolment.id)
    for known in own:
        if (known.source, known.way, known.code_at) == (CODE, scan.code.way, scan.code.at):
            return known
    if not scan.code.claimable(scan.received_at) or sum(one.source == CODE for one in own) >= SCANS_MAX:
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
        settle(session, lesson, enrolment, By(enrolment.person_id, scan.received_at), evidence)
    return row


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of staff about a late scan or a missing check-out: who, when, and why."""

    state: str  # confirmed or declined
    reason: str
    by: By


def decide(session: Session, lesson: ClassSession, claim: CheckIn, decision: Decision, evidence: AttendanceEvidence) -> bool:
    """Confirm or decline a claim that is not their own; return whether it was waiting. It counts at the time of its code."""
    enrolment = session.get_one(Enrolment, claim.enrolment_id)
    if claim.state != CLAIMED or decision.state not in {CONFIRMED, DECLINED} or decision.by.person_id == enrolment.person_id:
        return False
    claim.state, claim.reason = decision.state, decision.reason
    claim.decided_at, claim.decided_by = decision.by.at, decision.by.person_id
    session.flush()
    if claim.state == CONFIRMED:
        settle(session, lesson, enrolment, By(enrolment.person_id, decision.by.at), evidence)
    return True


def close(session: Session, lesson: ClassSession, enrolment: Enrolment, decision: Decision, evidence: AttendanceEvidence) -> bool:
    """Check a person out at the session's end, by decision of staff, if they checked in by code and never checked out.

    Return whether there was such a check-in, and it was not their own.
    """
    own, by = _scans(session, lesson.id, enrolment.id), decision.by
    came = stays_of(own)[1]
    if came is None or came.at >= lesson.ends_at or by.person_id == enrolment.person_id:
        return False
    said = {"code_at": lesson.ends_at, "received_at": by.at, "decided_at": by.at, "decided_by": by.person_id, "reason": decision.reason}
    session.add(CheckIn(session_id=lesson.id, enrolment_id=enrolment.id, way=OUT, device="", state=CONFIRMED, **said))
    session.flush()
    settle(session, lesson, enrolment, By(enrolment.person_id, by.at), evidence)
    return True


def _scans(session: Session, session_id: int, enrolment_id: int) -> Sequence[CheckIn]:
    own = (CheckIn.session_id == session_id, CheckIn.enrolment_id == enrolment_id)
    return session.scalars(select(CheckIn).where(*own).order_by(CheckIn.id)).all()


def open_among(scans: Scans, session_id: int, marks: Container[int]) -> dict[int, CheckIn]:
    """Return the open check-ins of people who have no mark."""
    comings = {person: stays_of(own)[1] for (of, person), own in scans.items() if of == session_id and person not in marks}
    return {person: came for person, came in comings.items() if came is not None}


def stays_of(scans: Iterable[CheckIn]) -> tuple[list[Stay], CheckIn | None]:
    """Return pairs of check-in and check-out, and a last check-in that has no check-out yet.

    A repeated check-in or check-out counts once, at its first time: nobody earns time after a check-out.
    """
    stays: list[Stay] = []
    came: dict[str, CheckIn] = {}  # by source: a code and the report of a meeting each have their own pairs
    for one in sorted((one for one in scans if one.state in HOLDS), key=lambda one: (one.at, one.id)):
        if one.way == IN:
            came.setdefault(one.source, one)
        elif one.source in came:
            stays.append((came.pop(one.source), one))
    return stays, came.get(CODE)


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


def settle(session: Session, lesson: ClassSession, enrolment: Enrolment, by: By, evidence: AttendanceEvidence) -> bool:
    """Write the evidence that check-ins and check-outs prove so far, and set the mark accordingly; a mark by staff stays.

    Return whether anything is new.
    """
    now = (AttendanceMark.session_id == lesson.id, AttendanceMark.enrolment_id == enrolment.id, AttendanceMark.superseded_at.is_(None))
    mark = session.scalar(select(AttendanceMark).where(*now))
    if mark is not None and mark.noted_by != enrolment.person_id:
        return False
    scans = _scans(session, lesson.id, enrolment.id)
    stays, _open = stays_of(scans)
    if not _state(scans, stays, enrolment, lesson, evidence) or not stays:
        return False
    if mark is not None:
        mark.superseded_at = by.at
        session.flush()
    session.add(_mark(lesson, enrolment, stays, by))
    session.flush()
    return True


def _state(
    scans: Sequence[CheckIn], stays: Sequence[Stay], enrolment: Enrolment, lesson: ClassSession, evidence: AttendanceEvidence
) -> bool:
    """Write each stay as a statement once; void the statements of stays that have changed. Return whether anything is new."""
    came_at = {left.id: came.at for came, left in stays if came.at < left.at}
    changed = False
    for one in scans:
        wanted = came_at.get(one.id)
        if one.statement_id is not None and one.came_at != wanted:
            evidence.take_back(enrolment, one.statement_id)
            one.statement_id, changed = None, True
        if wanted is not None and one.statement_id is None:
            one.statement_id, one.came_at, changed = evidence.attended(lesson, [(enrolment, (wanted, one.at))])[0], wanted, True
    return changed


def _mark(lesson: ClassSession, enrolment: Enrolment, stays: Sequence[Stay], by: By) -> AttendanceMark:
    arrived, left = min(came.at for came, _ in stays), max(went.at for _, went in stays)
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
