"""Proposals to certify, which a second person confirms where the programme asks for it. The block that opened the session commits."""

from collections.abc import Collection, Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.account_changes import By
from lms.certification.eligibility import Obstacle
from lms.certification.models import CertificateProposal
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting.models import Certificate
from lms.errors import Conflict
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of

OPEN, CONFIRMED, WITHDRAWN = "open", "confirmed", "withdrawn"
_FIRST = CertificateProposal.certificate_id.is_(None)


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
    """Return the open proposal of each enrolment that has one for a first certificate."""
    wanted = (CertificateProposal.enrolment_id.in_(enrolment_ids), CertificateProposal.state == OPEN, _FIRST)
    return {one.enrolment_id: one for one in session.scalars(select(CertificateProposal).where(*wanted))}


def of_class(session: Session, class_id: int) -> Sequence[CertificateProposal]:
    """Return the open proposals of a class for first certificates."""
    wanted = (CertificateProposal.class_id == class_id, CertificateProposal.state == OPEN, _FIRST)
    return session.scalars(select(CertificateProposal).where(*wanted).order_by(CertificateProposal.id)).all()


def superseding_in(session: Session, class_id: int) -> Mapping[int, CertificateProposal]:
    """Return the open proposals of a class to supersede certificates, by certificate."""
    wanted = (CertificateProposal.class_id == class_id, CertificateProposal.state == OPEN)
    found = session.scalars(select(CertificateProposal).where(*wanted))
    return {one.certificate_id: one for one in found if one.certificate_id is not None}


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


def add_superseding(session: Session, certificate: Certificate, seen: str, reason: str, by: By) -> CertificateProposal:
    """Record a proposal to supersede a certificate as its recalculation with the digest `seen` says. The caller holds the lock.

    Raises:
        Conflict: it is proposed already.
    """
    if superseding_in(session, certificate.class_id).get(certificate.id) is not None:
        raise Conflict(_("A new version is proposed already. Confirm that proposal, or withdraw it first."))
    whose = {"enrolment_id": certificate.enrolment_id, "class_id": certificate.class_id, "certificate_id": certificate.id}
    added = CertificateProposal(**whose, ledger_head=seen, reason=reason, proposed_at=by.at, proposed_by=by.person_id, state=OPEN)
    session.add(added)
    session.flush()
    return added


def to_confirm_superseding(session: Session, certificate: Certificate, seen: str, by: By) -> CertificateProposal | None:
    """Return the proposal that somebody confirms by superseding; None if the programme does not ask for two people.

    Raises:
        Conflict: nobody has proposed it, they proposed it themselves, or the evidence has changed since.
    """
    if not asked_of(session, [certificate.enrolment_id]):
        return None
    found = superseding_in(session, certificate.class_id).get(certificate.id)
    if found is None:
        raise Conflict(_("This programme asks for two people: somebody must propose the new version first. Nothing was changed."))
    if found.proposed_by == by.person_id:
        raise Conflict(_("You have proposed it yourself; a colleague confirms it. Nothing was changed."))
    if found.ledger_head != seen:
        raise Conflict(_("The evidence has changed since it was proposed. Withdraw the proposal, and propose it again."))
    return found


def withdraw_superseding(session: Session, certificate: Certificate, by: By) -> None:
    """Withdraw the open proposal to supersede a certificate, if there is one: it was revoked."""
    found = superseding_in(session, certificate.class_id).get(certificate.id)
    if found is not None:
        end(found, WITHDRAWN, by)


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
