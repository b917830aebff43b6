"""Which tables say something about a person, and what becomes of their rows when the person is erased?

Every table with a person in it is registered here once; a test finds a table that is not. Erasure does what is written here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.access_log.models import AccessRecord
from lms.accounts.models import AccountChange, LoginSession, Person
from lms.attendance.models import AttendanceMark, CheckIn, MeetingName
from lms.catalogue.models import CourseVersion, Upload
from lms.certification.models import Appeal, CertificateProposal, IssuedFile, RegisterEntry
from lms.classes.models import AttendanceRecord, ClassChange, ClassStaff, Enrolment, EnrolmentTransfer, SessionReplacement, Waiver
from lms.crediting.models import Certificate, HeldSession, LedgerCheck, LedgerEntry, Observation
from lms.db import Base
from lms.jobs.models import Job
from lms.learning.models import ActivityState, Attempt, CheckProgress, Cmi5Progress, Cmi5Session, Launch, Registration, Restart
from lms.lifetime.models import ElsewhereDecision, ElsewhereHours
from lms.practice.models import PracticeDecision, PracticeFile, PracticeTask, PracticeWork
from lms.printing.models import Letterhead
from lms.privacy.erasure.models import Erasure
from lms.privacy.retention.models import Removal
from lms.workshop.models import BankQuestion, Draft, DraftChange, DraftComment, MadeOnce, UnitPreview

MappedColumn = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class PersonTable:
    """One table. `of` is the column that says whose a row is: a person, or a row of another registered table.

    Without `of` the table only names authors, by a number that is nobody's name after erasure. On erasure its rows are
    `deleted`, or the `cleared` columns get these values, or a function of their own does it (`by`), or they stay (`kept`: why).
    """

    table: type[Base]
    of: MappedColumn | None = None
    deleted: bool = False
    cleared: Mapping[str, object] = field(default_factory=dict)
    by: str = ""
    kept: str = ""


AUTHOR = "names its author by number"
TABLES: tuple[PersonTable, ...] = (
    PersonTable(Person, by="lms.privacy.erasure.person:_make_nobody"),
    PersonTable(LoginSession, LoginSession.person_id, by="lms.accounts.login_sessions:end_all"),
    PersonTable(Enrolment, Enrolment.person_id, by="lms.privacy.erasure.person:_erase_evidence"),
    PersonTable(ClassChange, ClassChange.enrolment_id, by="lms.privacy.erasure.person:_erase_evidence"),
    PersonTable(Observation, Observation.enrolment_id, by="lms.privacy.erasure.person:_erase_evidence"),
    PersonTable(LedgerEntry, LedgerEntry.enrolment_id, kept="certified hours stay; an entry names the enrolment, never the person"),
    PersonTable(Registration, Registration.enrolment_id, kept="a random number that the statements' removal still needs"),
    PersonTable(ActivityState, ActivityState.registration_id, by="lms.privacy.erasure.person:_erase_learning"),
    PersonTable(CheckProgress, CheckProgress.registration_id, by="lms.privacy.erasure.person:_erase_learning"),
    PersonTable(Restart, Restart.registration_id, deleted=True),
    PersonTable(Attempt, Attempt.registration_id, by="lms.privacy.erasure.person:_erase_learning"),
    PersonTable(Cmi5Session, Cmi5Session.registration_id, by="lms.privacy.erasure.person:_erase_learning"),
    PersonTable(Cmi5Progress, Cmi5Progress.registration_id, by="lms.privacy.erasure.person:_erase_learning"),
    PersonTable(Launch, Launch.person_id, by="lms.privacy.erasure.person:_erase_learning"),
    PersonTable(Job, Job.owner_id, by="lms.privacy.erasure.person:begin"),
    PersonTable(Upload, Upload.person_id, by="lms.catalogue.receiving:forget"),
    PersonTable(AttendanceRecord, AttendanceRecord.enrolment_id, cleared={"note": ""}),
    PersonTable(AttendanceMark, AttendanceMark.enrolment_id, cleared={"reason": ""}),
    PersonTable(CheckIn, CheckIn.enrolment_id, cleared={"reason": "", "device": ""}),
    PersonTable(MeetingName, MeetingName.enrolment_id, deleted=True),
    PersonTable(ClassStaff, ClassStaff.person_id, deleted=True),
    PersonTable(PracticeWork, PracticeWork.enrolment_id, by="lms.practice.work:forget"),
    PersonTable(PracticeFile, PracticeFile.work_id, by="lms.practice.work:forget"),
    PersonTable(PracticeDecision, PracticeDecision.work_id, by="lms.practice.work:forget"),
    PersonTable(Erasure, Erasure.person_id, kept="the record of the erasure itself"),
    PersonTable(EnrolmentTransfer, EnrolmentTransfer.enrolment_id, kept="says which class was left and entered, and when"),
    PersonTable(Waiver, Waiver.enrolment_id, by="lms.classes.waivers:forget"),
    PersonTable(Certificate, Certificate.enrolment_id, cleared={"person": None, "salt": None, "bundle": None}),
    PersonTable(IssuedFile, IssuedFile.certificate_id, by="lms.certification.files:forget"),
    PersonTable(RegisterEntry, RegisterEntry.enrolment_id, cleared={"reason": "", "reason_salt": ""}),
    PersonTable(HeldSession, HeldSession.enrolment_id, deleted=True),
    PersonTable(CertificateProposal, CertificateProposal.enrolment_id, cleared={"reason": ""}),
    PersonTable(Appeal, Appeal.enrolment_id, by="lms.certification.appeals:forget"),
    PersonTable(ElsewhereHours, ElsewhereHours.person_id, by="lms.lifetime.elsewhere:forget"),
    PersonTable(ElsewhereDecision, ElsewhereDecision.entry_id, by="lms.lifetime.elsewhere:forget"),
    PersonTable(UnitPreview, UnitPreview.person_id, deleted=True),
    PersonTable(MadeOnce, MadeOnce.person_id, deleted=True),
    PersonTable(AccessRecord, AccessRecord.person_id, cleared={"reason": ""}),
    PersonTable(SessionReplacement, kept=AUTHOR),
    PersonTable(AccountChange, AccountChange.person_id, kept="which role somebody had, by number"),
    PersonTable(PracticeTask, kept=AUTHOR),
    PersonTable(CourseVersion, kept=AUTHOR),
    PersonTable(Draft, kept=AUTHOR),
    PersonTable(BankQuestion, kept=AUTHOR),
    PersonTable(DraftChange, kept=AUTHOR),
    PersonTable(DraftComment, kept=AUTHOR),
    PersonTable(Removal, kept=AUTHOR),
    PersonTable(LedgerCheck, kept=AUTHOR),
    PersonTable(Letterhead, kept=AUTHOR),
)
_BY_NAME = {one.table.__tablename__: one for one in TABLES}


def erase(session: Session, person_id: int) -> None:
    """Delete or clear what is registered so; the other tables have functions of their own."""
    for one in TABLES:
        if one.of is not None and one.deleted:
            session.execute(delete(one.table).where(is_of(one.of, person_id)))
        elif one.of is not None and one.cleared:
            session.execute(update(one.table).where(is_of(one.of, person_id)).values(one.cleared))


def is_of(column: MappedColumn, person_id: int) -> ColumnElement[bool]:
    """Return the condition that a row belongs to a person, through as many tables as it takes."""
    parent = next(iter(column.property.columns[0].foreign_keys)).column
    if parent.table.name == Person.__tablename__:
        return column == person_id
    above = _BY_NAME[parent.table.name]
    if above.of is None:
        raise LookupError(f"{parent.table.name} belongs to nobody")
    return column.in_(select(parent).where(is_of(above.of, person_id)))


def unregistered(tables: Iterable[Any], registered: Mapping[str, PersonTable] = _BY_NAME) -> list[str]:
    """Return the tables that refer to a person, or to a row that belongs to one, and are not registered."""
    persons = {Person.__tablename__, *(name for name, one in registered.items() if one.of is not None)}
    found = {table.name: {key.column.table.name for key in table.foreign_keys} for table in tables}
    return sorted(name for name, parents in found.items() if parents & persons and name not in registered)
