"""Convert old notes of attendance into statements: days, months and tasks noted before evidence was kept. A second run changes nothing.

The rows of `attendance_record` stay. Each row that was not taken back becomes one statement (for tasks, one for each task), under an
id derived from the row. Days become attendance of a session of their own, one second long, that counts as the same number of
half-days. Months, for which no logs exist, become waivers that say so.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.store
from lms.classes.freezing import is_frozen
from lms.classes.models import AttendanceRecord, Enrolment
from lms.crediting.attestations import noted_place
from lms.crediting.attesting import Attestor
from lms.crediting.policy import policies_of
from lms.learning.stating import iso

REASON = "Noted by class staff on {on}, before logs of practice were kept"
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class RemainingNote:
    """The part of a row that was never taken back, and the row's place among those of its enrolment."""

    row: AttendanceRecord
    quantity: Decimal
    position: int


@dataclass(frozen=True, slots=True)
class Converted:
    """The number of statements for noted attendance, and the rows that could not be converted completely."""

    statements: int
    new: int
    left_over: Sequence[str]


def enrolments_with_notes(session: Session) -> list[int]:
    """Return the enrolments that have noted attendance and whose evidence was not erased."""
    whose = select(AttendanceRecord.enrolment_id).join(Enrolment, Enrolment.id == AttendanceRecord.enrolment_id)
    return sorted(set(session.scalars(whose.where(~is_frozen()))))


def convert(session: Session, enrolment_ids: Iterable[int], public_url: str, now: datetime) -> Converted:
    """Write statements for the old notes of these enrolments."""
    wanted = list(enrolment_ids)
    policies = policies_of(session, wanted)
    rows: dict[int, list[AttendanceRecord]] = defaultdict(list)
    for row in session.scalars(select(AttendanceRecord).where(AttendanceRecord.enrolment_id.in_(wanted)).order_by(AttendanceRecord.id)):
        rows[row.enrolment_id].append(row)
    enrolments = session.scalars(select(Enrolment).where(Enrolment.id.in_(wanted)).order_by(Enrolment.id)).all()
    statements, new, left_over = 0, 0, []
    for enrolment in enrolments:
        track = policies[enrolment.id].track
        for one in remaining_notes(rows[enrolment.id]):
            rule = None if track is None else track.rules.requirements.get(one.row.requirement)
            ids = [] if rule is None else _ids(one, rule.kind, public_url)
            known = set(xapi.store.load_texts(session, ids))
            for id_ in ids:
                if id_ not in known:
                    _state(Attestor(session, public_url, one.row.noted_by, now), enrolment, one, str(rule and rule.kind), id_)
            statements, new = statements + len(ids), new + len(set(ids) - known)
            if rule is None or not _is_whole(one, rule.kind):
                left_over.append(f"attendance record {one.row.id}: {one.quantity:f} of {one.row.requirement} is not stated as a whole")
    return Converted(statements, new, left_over)


def remaining_notes(rows: Iterable[AttendanceRecord]) -> list[RemainingNote]:
    """Return the remaining part of each row: a correction takes back the latest notes toward its requirement."""
    left: dict[str, list[RemainingNote]] = defaultdict(list)
    for position, row in enumerate(rows):
        stack, taken = left[row.requirement], -row.quantity
        if row.quantity > 0:
            stack.append(RemainingNote(row, row.quantity, position))
        while taken > 0 and stack:
            last = stack.pop()
            if last.quantity > taken:
                stack.append(replace(last, quantity=last.quantity - taken))
            taken -= last.quantity
    return sorted((one for stack in left.values() for one in stack), key=lambda one: one.row.id)


def _ids(one: RemainingNote, kind: str, public_url: str) -> list[uuid.UUID]:
    """Return the ids of the statements for a row, derived from the row."""
    base = f"{public_url}/id/attendance-record/{one.row.id}"
    count = int(one.quantity) if kind == "tasks" else 1 if _units(one, kind) else 0
    return [uuid.uuid5(uuid.NAMESPACE_URL, f"{base}/{number}") for number in range(count)]


def _units(one: RemainingNote, kind: str) -> int:
    return int(one.quantity * 2) if kind == "days" else int(one.quantity)


def _is_whole(one: RemainingNote, kind: str) -> bool:
    return (one.quantity * 2 if kind == "days" else one.quantity) % 1 == 0


def _state(attestor: Attestor, enrolment: Enrolment, one: RemainingNote, kind: str, id_: uuid.UUID) -> None:
    row = one.row
    if kind == "days":
        begins = datetime.combine(row.noted_on, datetime.min.time(), UTC) + timedelta(seconds=one.position)
        said = {"in": iso(begins), "out": iso(begins + timedelta(seconds=1)), "half_days": _units(one, kind), "note": row.note}
        attestor.attended_at(enrolment, noted_place(row.requirement, row.id), said, id_)
    elif kind == "tasks":
        attestor.accepted(enrolment, row.requirement, str(id_), id_)
    else:
        attestor.waived(enrolment, row.requirement, Decimal(_units(one, kind)), REASON.format(on=row.noted_on), id_)
