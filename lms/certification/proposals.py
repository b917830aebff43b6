"""Proposals to certify, which a second person confirms where the programme asks for it. The block that opened the session commits."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.account_changes import By
from lms.certification.eligibility import Obstacle
from lms.certification.models import CertificateProposal
from lms.classes.models import Enrolment, TrainingClass
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of

OPEN, CONFIRMED, WITHDRAWN = "open", "confirmed", "withdrawn"


def needs_second_person(version: ProgrammeVersion) -> bool:
    """Say whether a programme asks for a second person before certificates are issued."""
    return document_of(version).rules.second_confirmation


def asked_of(session: Session, enrolment_ids: Collection[int]) -> set[int]:
    """Return those enrolments whose programme asks for a second person."""
    query = select(Enrolment.id, ProgrammeVersion).join(TrainingClass, TrainingClass.id == Enrolment.class_id)
    query = query.join(ProgrammeVersion, ProgrammeVersion.id == TrainingClass.programme_version_id)
    rows = session.execute(query.where(Enrolment.id.in_(enrolment_ids)).options(joinedload(ProgrammeVersion.programme)))
    return {number for number, version in rows if needs_second_person(version)}


def open_of(session: Session, enrolment_ids: Collection[int]) -> Mapping[int, CertificateProposal]:
    """Return the open proposal of each enrolment that has one."""
    wanted = (CertificateProposal.enrolment_id.in_(enrolment_ids), CertificateProposal.state == OPEN)
    return {one.enrolment_id: one for one in session.scalars(select(CertificateProposal).where(*wanted))}


def of_class(session: Session, class_id: int) -> Sequence[CertificateProposal]:
    """Return the open proposals of a class."""
    wanted = (CertificateProposal.class_id == class_id, CertificateProposal.state == OPEN)
    return session.scalars(select(CertificateProposal).where(*wanted).order_by(CertificateProposal.id)).all()


def obstacle_to_confirming(proposal: CertificateProposal | None, head: str, by: By) -> Obstacle | None:
    """Return why a person cannot confirm; None if they can. The person who proposed does not confirm, and the account must be the same."""
    if proposal is None:
        return Obstacle.UNPROPOSED
    if proposal.proposed_by == by.person_id:
        return Obstacle.SECOND
    return Obstacle.CHANGED if proposal.ledger_head != head else None


def add(session: Session, enrolment: Enrolment, head: str, by: By) -> CertificateProposal:
    """Record a proposal. The caller holds the enrolment's lock, and has checked that nothing prevents a certificate."""
    whose = {"enrolment_id": enrolment.id, "class_id": enrolment.class_id}
    added = CertificateProposal(**whose, ledger_head=head, proposed_at=by.at, proposed_by=by.person_id, state=OPEN)
    session.add(added)
    return added


def end(proposal: CertificateProposal, state: str, by: By) -> None:
    """Record that a proposal was confirmed or withdrawn."""
    proposal.state, proposal.ended_at, proposal.ended_by = state, by.at, by.person_id


def withdraw(session: Session, proposal_id: int, class_id: int, by: By) -> bool:
    """Withdraw an open proposal of a class; return whether there was one. Anybody of the office may do it."""
    wanted = (CertificateProposal.id == proposal_id, CertificateProposal.class_id == class_id, CertificateProposal.state == OPEN)
    found = session.scalar(select(CertificateProposal).where(*wanted).with_for_update())
    if found is None:
        return False
    end(found, WITHDRAWN, by)
    return True
