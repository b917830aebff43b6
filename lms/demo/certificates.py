"""Certify the demo's ended class: one certificate is superseded by later evidence, one is revoked, and one teacher still waits."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Organisation, Person
from lms.certification import issuing, recalculation
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.models import Certificate
from lms.crediting.units import MET

ENDED = "demo-rural-lead-0"
WAITING = 1  # people who have met everything and are not certified yet
LATE_LOG, WRONGLY = "返岗实践第四个月的日志已补交并通过", "身份信息登记有误，证书作废"


def certify(session: Session, now: datetime) -> int:
    """Certify the ended class, if that was not done before, and revoke one certificate; return how many were issued."""
    training_class = session.scalars(select(TrainingClass).where(TrainingClass.code == ENDED)).one()
    if _numbers(session, training_class.id):
        return 0
    by, issuer = _office(session, now)
    met = select(Enrolment.id, Enrolment.ledger_head).where(Enrolment.class_id == training_class.id, Enrolment.verdict == MET)
    seen: Mapping[int, str] = {number: head or "" for number, head in session.execute(met.order_by(Enrolment.id)).all()[WAITING:]}
    issued = issuing.certify(session, seen, by, issuer).issued
    session.flush()
    issuing.revoke(session, issued[-1].id, WRONGLY, by)
    return len(issued)


def first_certified(session: Session) -> Certificate | None:
    """Return the certificate that is superseded later; None if it was already."""
    training_class = session.scalars(select(TrainingClass).where(TrainingClass.code == ENDED)).one()
    found = _numbers(session, training_class.id)
    return found[0] if found and all(one.version == 1 for one in found) else None


def supersede(session: Session, now: datetime) -> None:
    """Issue the second version of the first certificate, with the evidence stored since."""
    first = first_certified(session)
    if first is None:
        return
    found = recalculation.recalculate(session, first, now)
    if not found.problems():
        issuing.supersede(session, first.id, found.digest, LATE_LOG, _office(session, now)[0])


def _numbers(session: Session, class_id: int) -> Sequence[Certificate]:
    return session.scalars(select(Certificate).where(Certificate.class_id == class_id).order_by(Certificate.id)).all()


def _office(session: Session, now: datetime) -> tuple[By, str]:
    """Return the demo's office, and the name in which it issues."""
    query = select(Person.id, Organisation.name).join(Organisation, Organisation.id == Person.organisation_id)
    person_id, name = session.execute(query.where(Person.username == "office")).one()
    return By(person_id, now), name
