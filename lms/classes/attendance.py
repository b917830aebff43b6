"""Days, months and tasks that class staff noted without a timetable.

Notes are append-only: a negative note with a reason takes a wrong note back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import Integer, bindparam, func, select, type_coerce
from sqlalchemy.orm import Session

from lms.classes.models import AttendanceRecord, Enrolment, TrainingClass
from lms.errors import InvalidInput
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of
from lms.programmes.values import ATTENDED
from xapi.raw_sql import PreparedQuery

STEP = Decimal("0.5")  # a session is half a day
MOST = Decimal(366)
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Note:
    """A note by staff: this amount of a requirement (days, months or tasks), on this day."""

    requirement: str
    quantity: Decimal
    on: date
    text: str = ""


def add_note(session: Session, enrolment: Enrolment, note: Note, by: int | None, now: datetime) -> AttendanceRecord:
    """Append a note. A negative quantity corrects earlier notes; it needs a reason and cannot exceed the noted sum.

    Raises:
        InvalidInput: with one line for each problem.
    """
    _lock(session, enrolment.id)
    problems = _problems(session, enrolment, note)
    if problems:
        raise InvalidInput(_("The attendance was not noted."), problems)
    record = AttendanceRecord(
        enrolment_id=enrolment.id,
        requirement=note.requirement,
        quantity=note.quantity,
        noted_on=note.on,
        noted_by=by,
        note=note.text.strip(),
        created_at=now,
    )
    session.add(record)
    session.flush()
    return record


def _lock(session: Session, enrolment_id: int) -> None:
    session.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())


def _problems(session: Session, enrolment: Enrolment, note: Note) -> list[str]:
    problems = []
    if note.requirement not in _attended(session, enrolment):
        problems.append(_("%(key)s: is not a requirement of days, months or tasks of this track", key=note.requirement))
    if note.quantity == 0 or abs(note.quantity) > MOST or note.quantity % STEP:
        problems.append(_("Quantity: in steps of 0.5, not 0, at most %(most)s", most=MOST))
    elif note.quantity < 0:
        if not note.text.strip():
            problems.append(_("Reason: a correction must say why"))
        if sums(session, [enrolment.id])[enrolment.id].get(note.requirement, Decimal(0)) + note.quantity < 0:
            problems.append(_("Quantity: takes back more than was noted"))
    if len(note.text) > LONGEST_NOTE:
        problems.append(_("Reason: at most %(most)s characters", most=LONGEST_NOTE))
    return problems


def _attended(session: Session, enrolment: Enrolment) -> set[str]:
    version = session.scalar(
        select(ProgrammeVersion)
        .join(TrainingClass, TrainingClass.programme_version_id == ProgrammeVersion.id)
        .where(TrainingClass.id == enrolment.class_id)
    )
    if version is None:
        return set()
    return {one.key for one in document_of(version).requirements_of(enrolment.track) if one.kind in ATTENDED}


_SUMS = PreparedQuery(
    select(AttendanceRecord.enrolment_id, AttendanceRecord.requirement, type_coerce(func.sum(AttendanceRecord.quantity), Integer))
    .where(AttendanceRecord.enrolment_id.in_(bindparam("enrolments", expanding=True)))
    .group_by(AttendanceRecord.enrolment_id, AttendanceRecord.requirement)
)


def sums(session: Session, enrolment_ids: Iterable[int]) -> Mapping[int, Mapping[str, Decimal]]:
    """Return the noted sums, corrections included, by enrolment and requirement."""
    found: dict[int, dict[str, Decimal]] = {enrolment_id: {} for enrolment_id in enrolment_ids}
    for enrolment_id, requirement, hundredths in _SUMS.ask(session, enrolments=list(found)):
        found[enrolment_id][requirement] = Decimal(hundredths) / 100
    return found


def notes_of(session: Session, enrolment_id: int) -> list[AttendanceRecord]:
    """Return an enrolment's notes, oldest first."""
    return list(
        session.scalars(select(AttendanceRecord).where(AttendanceRecord.enrolment_id == enrolment_id).order_by(AttendanceRecord.id))
    )
