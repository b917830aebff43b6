"""Edit the demo in each of the ways that once gave hours without a finding of `lms ledger verify --statements`."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from courses.strict_json.canonical import digest_of as digest
from lms.accounts.models import Person
from lms.audit.recorded import RECORDED
from lms.classes.models import AttendanceRecord, ClassChange, ClassCourse, Enrolment, TrainingClass
from lms.crediting.drain import recredit
from lms.crediting.models import Observation
from lms.crediting.verify import verify
from lms.programmes.models import ProgrammeVersion
from xapi.storage.models import IdRow, StatementRow

NOW = datetime(2026, 3, 25, 9, tzinfo=UTC)
ADDRESS = "http://localhost:8000"
Attack = Callable[[Session, Enrolment], Any]


def shorter_hours(session: Session, own: Enrolment, *, with_digest: bool = False) -> None:
    """Give an hour of the programme 20 minutes; `with_digest`: also change the stored digest."""
    version = session.get_one(ProgrammeVersion, session.get_one(TrainingClass, own.class_id).programme_version_id)
    document = json.loads(json.dumps(version.document))
    holder = next(part for part in (document, *document.values()) if isinstance(part, dict) and "hour_minutes" in part)
    assert holder["hour_minutes"] == 45
    holder["hour_minutes"] = 20
    values = {"document": document} | ({"sha256": digest(document)} if with_digest else {})
    session.execute(update(ProgrammeVersion).where(ProgrammeVersion.id == version.id).values(values))


def present(session: Session, own: Enrolment) -> Observation:
    wanted = (Observation.enrolment_id == own.id, Observation.kind == "present")
    return session.scalars(select(Observation).where(*wanted).order_by(Observation.id).limit(1)).one()


def longer_statement(session: Session, own: Enrolment) -> None:
    """Make a statement claim ten hours, and its evidence with it."""
    row = present(session, own)
    sid = session.scalars(select(IdRow.sid).where(IdRow.id == row.statement_id)).one()
    text = json.loads(session.scalars(select(StatementRow.text).where(StatementRow.sid == sid)).one())
    text["result"]["duration"] = "PT36000S"
    session.execute(update(StatementRow).where(StatementRow.sid == sid).values(text=json.dumps(text)))


def deleted_statement(session: Session, own: Enrolment) -> None:
    sid = session.scalars(select(IdRow.sid).where(IdRow.id == present(session, own).statement_id)).one()
    session.execute(delete(StatementRow).where(StatementRow.sid == sid))


def invented(session: Session, own: Enrolment) -> None:
    """Write two observations of a removed statement, and let the product itself credit the half hour that they give."""
    real, gone = present(session, own), uuid.uuid4()
    session.execute(insert(IdRow), [{"id": gone, "stored": NOW, "digest": b"d" * 20}])
    for part in range(2):
        at = real.at + 90_000 + part * 2000
        same = {name: getattr(real, name) for name in ("enrolment_id", "activity", "session", "device", "kind")}
        session.add(Observation(**same, statement_id=gone, part=part, since=at - 900, at=at))
    session.flush()
    recredit(session, [own.id], NOW)


def more_attendance(session: Session, own: Enrolment) -> None:
    by = session.scalars(select(Person.id).where(Person.username == "staff")).one()
    row = {"enrolment_id": own.id, "requirement": "topics", "quantity": 3, "note": "", "noted_by": by, "created_at": NOW}
    session.execute(insert(AttendanceRecord), [{**row, "noted_on": NOW.date()}])


def of_class(own: Enrolment) -> Any:
    return ClassChange.class_id == own.class_id


ATTACKS: dict[str, Attack] = {
    "an hour of 20 minutes": shorter_hours,
    "an hour of 20 minutes, and its digest": lambda session, own: shorter_hours(session, own, with_digest=True),
    "attendance added": more_attendance,
    "another track": lambda session, own: session.execute(update(Enrolment).where(Enrolment.id == own.id).values(track="mentor")),
    "another window": lambda session, own: session.execute(
        update(Enrolment).where(Enrolment.id == own.id).values(window_to=datetime(2030, 1, 1, tzinfo=UTC))
    ),
    "a course no longer compulsory": lambda session, own: session.execute(
        update(ClassCourse).where(ClassCourse.class_id == own.class_id).values(compulsory=False)
    ),
    "another name": lambda session, own: session.execute(update(Person).where(Person.id == own.person_id).values(name="别人")),
    "history altered": lambda session, own: session.execute(update(ClassChange).where(of_class(own)).values(after="something else")),
    "history deleted": lambda session, own: session.execute(delete(ClassChange).where(of_class(own))),
    "a statement's own duration": longer_statement,
    "a statement deleted": deleted_statement,
    "two observations of a deleted statement": invented,
}


def missed(session_of: Callable[[], Session]) -> list[tuple[str, list[str]]]:
    """Make each attack and undo it before the next one; return the attacks that verify did not find."""
    found = []
    for name, attack in ATTACKS.items():
        with session_of() as session:
            own = session.scalars(select(Enrolment).join(Person).where(Person.username == "teacher")).one()
            clean = findings(session, own)
            attack(session, own)
            session.flush()
            session.expire_all()
            named = findings(session, own)
            session.rollback()
        if clean or not named:
            found.append((name, clean))
    return found


def findings(session: Session, own: Enrolment) -> list[str]:
    """Return the findings for the teacher's account and its inputs."""
    return [str(one) for checked in verify(session, [own.id], public_url=ADDRESS, removals=RECORDED) for one in checked.findings]
