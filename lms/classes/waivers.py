"""Waivers: the amounts, who proposed each and why, and who in the office approved or declined it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.account_changes import By
from lms.classes import changes
from lms.classes.membership import BAR, REASON_MAX
from lms.classes.models import Enrolment, Waiver
from lms.errors import InvalidInput

PROPOSED, APPROVED, DECLINED, TAKEN_BACK = STATES = ("proposed", "approved", "declined", "taken-back")
WAITING_MAX = 20  # for one person


@dataclass(frozen=True, slots=True)
class AskedWaiver:
    """A proposed waiver: an amount of a requirement, in its own unit, and the reason."""

    requirement: str
    amount: Decimal
    reason: str


class WaiverEvidence(Protocol):
    """Turns waivers into evidence; the caller passes the record store's implementation."""

    def check_waiver(self, enrolment: Enrolment, requirement: str, amount: Decimal, reason: str) -> int:
        """Return the amount in the ledger's unit, or raise InvalidInput."""
        ...

    def waived(self, enrolment: Enrolment, requirement: str, amount: Decimal, reason: str) -> UUID:
        """Write the statement of the waiver; return its id."""
        ...

    def take_back(self, enrolment: Enrolment, statement_id: UUID, reason: str = "") -> UUID:
        """Void the statement."""
        ...


def of_class(session: Session, class_id: int) -> Sequence[Waiver]:
    """Return the waivers of a class's people with their persons: first those that wait, then the newest."""
    query = select(Waiver).join(Enrolment, Enrolment.id == Waiver.enrolment_id).where(Enrolment.class_id == class_id)
    whole = query.options(joinedload(Waiver.enrolment).joinedload(Enrolment.person))
    return session.scalars(whole.order_by(Waiver.state != PROPOSED, Waiver.id.desc())).all()


def of_enrolment(session: Session, enrolment_id: int) -> Sequence[Waiver]:
    """Return a person's approved waivers, oldest first."""
    wanted = (Waiver.enrolment_id == enrolment_id, Waiver.state == APPROVED)
    return session.scalars(select(Waiver).where(*wanted).order_by(Waiver.id)).all()


def waiting(session: Session, class_id: int) -> int:
    """Return how many waivers of a class wait for a decision."""
    query = select(func.count(Waiver.id)).join(Enrolment, Enrolment.id == Waiver.enrolment_id)
    return session.scalar(query.where(Enrolment.class_id == class_id, Waiver.state == PROPOSED)) or 0


def propose(session: Session, enrolment: Enrolment, asked: AskedWaiver, by: By, evidence: WaiverEvidence) -> Waiver:
    """Propose a waiver, which earns nothing yet. The caller holds the enrolment's lock.

    Raises:
        InvalidInput: it is their own, or with one line for each problem.
    """
    _refuse_own(enrolment, by, _("Nothing was proposed."))
    evidence.check_waiver(enrolment, asked.requirement, asked.amount, asked.reason)
    if not asked.reason.isprintable() or len(asked.reason) > REASON_MAX:
        raise InvalidInput(_("Nothing was proposed."), [_("Reason: in one line")])
    open_ones = select(func.count(Waiver.id)).where(Waiver.enrolment_id == enrolment.id, Waiver.state == PROPOSED)
    if (session.scalar(open_ones) or 0) >= WAITING_MAX:
        raise InvalidInput(_("Nothing was proposed."), [_("Decide the waivers of this person that wait first")])
    added = Waiver(
        enrolment_id=enrolment.id,
        requirement=asked.requirement,
        amount=asked.amount,
        reason=asked.reason.strip(),
        proposed_at=by.at,
        proposed_by=by.person_id,
        state=PROPOSED,
    )
    session.add(added)
    changes.note_of(session, enrolment, changes.made("waiver", by, after=_said(added, added.reason)))
    session.flush()
    return added


def _refuse_own(enrolment: Enrolment, by: By, message: str) -> None:
    if by.person_id is not None and by.person_id == enrolment.person_id:
        raise InvalidInput(message, [_("Nobody waives anything for themselves: a colleague proposes it, and another one decides.")])


def _said(waiver: Waiver, reason: str) -> str:
    """Return a waiver as the history stores it: requirement and amount, then a bar and the reason."""
    said = f"{waiver.requirement} {waiver.amount.normalize():f}"
    return f"{said}{BAR}{reason}" if reason else said


def decide(session: Session, waiver: Waiver, what: str, answer: str, by: By, evidence: WaiverEvidence) -> bool:
    """Approve or decline a proposal, or take an approval back; return whether it was still undecided.

    An approval writes a statement, from which the account follows; taking it back voids the statement. The caller holds the waiver's lock.

    Raises:
        InvalidInput: it is their own, they proposed it, the reason for declining or taking back is missing, or the track has changed.
    """
    if (what, waiver.state) not in {(APPROVED, PROPOSED), (DECLINED, PROPOSED), (TAKEN_BACK, APPROVED)}:
        return False
    enrolment = session.get_one(Enrolment, waiver.enrolment_id)
    _refuse_own(enrolment, by, _("Nothing was decided."))
    if what == APPROVED and waiver.proposed_by is not None and waiver.proposed_by == by.person_id:
        raise InvalidInput(_("Nothing was decided."), [_("Somebody else of the office approves what you have proposed.")])
    if what != APPROVED and not answer.strip():
        raise InvalidInput(_("Nothing was decided."), [_("Say why; the reason is kept in the history.")])
    if len(answer) > REASON_MAX or not answer.isprintable():
        raise InvalidInput(_("Nothing was decided."), [_("Reason: at most %(most)s characters, in one line", most=REASON_MAX)])
    if what == APPROVED:
        waiver.statement_id = evidence.waived(enrolment, waiver.requirement, waiver.amount, waiver.reason)
    elif waiver.statement_id is not None:
        evidence.take_back(enrolment, waiver.statement_id, answer.strip())
    waiver.state, waiver.answer, waiver.decided_at, waiver.decided_by = what, answer.strip(), by.at, by.person_id
    kind = {APPROVED: "waiver-approved", DECLINED: "waiver-declined", TAKEN_BACK: "waiver-back"}[what]
    changes.note_of(session, enrolment, changes.made(kind, by, after=_said(waiver, answer.strip())))
    session.flush()
    return True


def forget(session: Session, enrolment_ids: Sequence[int]) -> None:
    """Delete the reasons in the waivers of people who are erased; amounts and decisions stay."""
    for one in session.scalars(select(Waiver).where(Waiver.enrolment_id.in_(enrolment_ids))):
        one.reason = one.answer = ""
