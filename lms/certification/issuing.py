"""Issue, supersede and revoke certificates. The block that opened the session commits.

Certifying freezes the account (`lms.classes.freezing`): later evidence is stored but changes no hours. Superseding
decides the account again, under the frozen rules, with all evidence stored until then. Revoking lifts the freeze.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.certification import contents, proposals, register
from lms.certification.eligibility import Obstacle, obstacle_of, obstacle_to_printing
from lms.certification.models import ISSUED, CertificateProposal
from lms.certification.numbers import new_number
from lms.certification.printable import demand_fonts
from lms.certification.recalculation import Recalculation, recalculate
from lms.classes.membership import REASON_MAX
from lms.classes.models import Enrolment, TrainingClass
from lms.crediting import inputs, ledger
from lms.crediting.certified import valid_of
from lms.crediting.drain import recredit
from lms.crediting.models import REVOKED, SUPERSEDED, VALID, Certificate
from lms.crediting.policy import EnrolmentPolicy, policies_of
from lms.crediting.units import ALL_UNITS, held_of, target_of, verdict_of
from lms.errors import Conflict, InvalidInput
from lms.i18n import local_time
from lms.signing.site_key import demand
from lms.transcripts.transcript import Transcript, read_many

AT_ONCE = 25  # people certified in one transaction


@dataclass(slots=True)
class CertifiedBatch:
    """The new certificates or proposals, and the people who were left out, each with the reason."""

    issued: list[Certificate] = field(default_factory=list)
    proposed: list[CertificateProposal] = field(default_factory=list)
    left_out: dict[int, Obstacle] = field(default_factory=dict)
    unprintable: dict[int, tuple[str, ...]] = field(default_factory=dict)  # what prevents printing, for two of the obstacles


def certify(session: Session, seen: Mapping[int, str], by: By, issuer: str) -> CertifiedBatch:
    """Certify enrolments whose accounts have not changed since the preview: `seen` has the hash of each ledger's latest entry then.

    Each person is either certified or left out. A person who is certified already is left out. Where the programme asks for two people,
    somebody else must have proposed it.

    Raises:
        Conflict: the key that signs documents cannot sign, or the fonts are missing.
    """
    demand()
    demand_fonts()
    batch = CertifiedBatch()
    heads = ledger.lock(session, seen)
    policies, proposed = policies_of(session, heads), proposals.open_of(session, heads)
    asked = proposals.asked_of(session, heads)
    for transcript, found in _looked_at(session, heads, seen, batch, by):
        number = transcript.standing.enrolment.id
        proposal = proposed.get(number)
        obstacle = found
        if obstacle is None and number in asked:
            obstacle = proposals.obstacle_to_confirming(proposal, heads[number].hash or "", by)
        if obstacle is not None:
            batch.left_out[number] = obstacle
            continue
        batch.issued.append(_issue(session, transcript, policies[number], by, (issuer, proposal.proposed_by if proposal else None)))
        if proposal is not None:
            proposals.end(proposal, proposals.CONFIRMED, by)
    return batch


def propose(session: Session, seen: Mapping[int, str], by: By) -> CertifiedBatch:
    """Propose to certify enrolments, for a second person to confirm, with the same checks. A repeated proposal adds nothing."""
    batch = CertifiedBatch()
    heads = ledger.lock(session, seen)
    known = proposals.open_of(session, heads)
    for transcript, obstacle in _looked_at(session, heads, seen, batch, by):
        enrolment = transcript.standing.enrolment
        if obstacle is not None:
            batch.left_out[enrolment.id] = obstacle
        elif enrolment.id not in known:
            batch.proposed.append(proposals.add(session, enrolment, heads[enrolment.id].hash or "", by))
    session.flush()
    return batch


def _looked_at(
    session: Session, heads: Mapping[int, ledger.Head], seen: Mapping[int, str], batch: CertifiedBatch, by: By
) -> Iterator[tuple[Transcript, Obstacle | None]]:
    """Yield the transcripts of locked enrolments, each with what prevents its certificate."""
    accounts = ledger.sums(session, heads)
    for transcript in read_many(session, sorted(heads), by.at) if heads else ():
        number = transcript.standing.enrolment.id
        obstacle = obstacle_of(transcript.standing, by.person_id)
        if obstacle is None and (heads[number].hash or "") != seen[number]:
            obstacle = Obstacle.CHANGED
        obstacle = obstacle or _obstacle_in(transcript, accounts[number])
        if obstacle is None:
            obstacle, batch.unprintable[number] = obstacle_to_printing(transcript.standing, transcript.belongs, transcript.letterhead)
        yield transcript, obstacle


def _obstacle_in(transcript: Transcript, account: ledger.Sums) -> Obstacle | None:
    """Decide all evidence again: its result must equal the ledger, and must meet every requirement."""
    result = transcript.decision.result
    if target_of(result) != {name: amount for name, amount in account.items() if amount}:
        return Obstacle.BEHIND
    if result.held_seconds:
        return Obstacle.HELD
    return None if result.track is not None and result.track.met else Obstacle.SHORT


def _issue(session: Session, transcript: Transcript, policy: EnrolmentPolicy, by: By, named: tuple[str, int | None]) -> Certificate:
    """Issue a certificate; `named` are the issuing office, and the person who proposed it if it takes two."""
    issuer, proposed_by = named
    enrolment = transcript.standing.enrolment
    year = local_time(by.at, transcript.case.policy.time_zone).year
    certificate = Certificate(
        number=new_number(year), version=1, enrolment_id=enrolment.id, class_id=enrolment.class_id, issued_at=by.at, state=VALID
    )
    contents.fill(certificate, contents.contents_of(transcript, policy, issuer))
    session.add(certificate)
    enrolment.certified_at = by.at
    end = register.LedgerEnd(len(transcript.entries), transcript.ledger_head)
    register.append(session, enrolment, register.RegisterEvent(ISSUED, certificate, end, proposed_by=proposed_by), by)
    return certificate


def supersede(session: Session, certificate_id: int, seen: str, reason: str, by: By) -> Certificate:
    """Issue the next version of a certificate: with all evidence stored until now, the frozen rules, and the person's present name.

    `seen` is the `digest` of the recalculation that the office looked at. The difference is appended to the ledger. Where the programme
    asks for two people, somebody else must have proposed exactly that, and their reason is kept.

    Raises:
        InvalidInput: the reason is missing, nothing differs, or the requirements would not be met any more.
        Conflict: the certificate is not valid any more, the evidence has changed since it was looked at, nobody else has proposed it
            where the programme asks for that, or the key that signs documents cannot sign.
    """
    demand()
    old, enrolment = _locked(session, certificate_id, by)
    proposal = proposals.to_confirm_superseding(session, old, seen, by)
    reason = _checked_reason(reason) if proposal is None else proposal.reason
    found = _as_seen(session, old, seen, by)
    end = _append(session, enrolment, found, by.at)
    old.state = SUPERSEDED
    session.flush()
    whose = {"number": old.number, "enrolment_id": old.enrolment_id, "class_id": old.class_id}
    new = Certificate(**whose, version=old.version + 1, issued_at=by.at, state=VALID)
    contents.fill(new, found.contents)
    session.add(new)
    enrolment.certified_at = by.at
    proposed_by = proposal.proposed_by if proposal is not None else None
    for event, version in ((SUPERSEDED, old), (ISSUED, new)):
        register.append(session, enrolment, register.RegisterEvent(event, version, end, reason, proposed_by), by)
    if proposal is not None:
        proposals.end(proposal, proposals.CONFIRMED, by)
    return new


def propose_superseding(session: Session, certificate_id: int, seen: str, reason: str, by: By) -> CertificateProposal:
    """Propose the next version of a certificate, for a second person to confirm, with the same checks as `supersede`.

    Raises:
        InvalidInput: the reason is missing, nothing differs, or the requirements would not be met any more.
        Conflict: the certificate is not valid any more, the evidence has changed, it is proposed already, or the key cannot sign.
    """
    demand()
    old, _enrolment = _locked(session, certificate_id, by)
    why = _checked_reason(reason)
    _as_seen(session, old, seen, by)
    return proposals.add_superseding(session, old, seen, why, by)


def _as_seen(session: Session, old: Certificate, seen: str, by: By) -> Recalculation:
    """Recalculate a certificate, if the result is what the office looked at, and can be certified."""
    found = recalculate(session, old, by.at)
    if found.digest != seen:
        raise Conflict(_("New evidence has arrived since you looked. Nothing was changed; look at the difference again."))
    if problems := found.problems():
        raise InvalidInput(_("Nothing was changed."), problems)
    return found


def _append(session: Session, enrolment: Enrolment, found: Recalculation, now: datetime) -> register.LedgerEnd:
    """Append the difference to the frozen account; return the end of its chain afterwards."""
    heads = ledger.lock(session, [enrolment.id])
    head, held = heads[enrolment.id], inputs.carried(session, heads, {enrolment.id: ()})
    class_policy = found.policy.class_policy
    basis = ledger.EntryBasis(class_policy.programme_version_id, class_policy.sha256, found.moved, now)
    own = (head, found.account, target_of(found.result), basis, held[enrolment.id], ALL_UNITS)
    ledger.append(session, [ledger.Decided(*own, verdict=verdict_of(found.result), held=held_of(found.result))])
    after = ledger.lock(session, [enrolment.id])[enrolment.id]
    return register.LedgerEnd(after.length, after.hash or "")


def revoke(session: Session, certificate_id: int, reason: str, by: By) -> Certificate:
    """Revoke a certificate permanently. Its account is decided again like any other, and can be certified again under a new number.

    Raises:
        InvalidInput: the reason is missing.
        Conflict: the certificate is not valid any more.
    """
    certificate, enrolment = _locked(session, certificate_id, by)
    reason = _checked_reason(reason)
    proposals.withdraw_superseding(session, certificate, by)
    head = ledger.lock(session, [enrolment.id])[enrolment.id]
    certificate.state = REVOKED
    enrolment.certified_at = None
    end = register.LedgerEnd(head.length, head.hash or "")
    register.append(session, enrolment, register.RegisterEvent(REVOKED, certificate, end, reason), by)
    recredit(session, [enrolment.id], by.at)
    behind = (TrainingClass.id == enrolment.class_id, TrainingClass.following_after.is_(None))
    session.execute(update(TrainingClass).where(*behind).values(following_after=0))  # days may have changed since
    return certificate


def _checked_reason(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput(_("Nothing was changed."), [_("Say why; the reason is kept in the register.")])
    if len(reason) > REASON_MAX or not reason.isprintable():
        raise InvalidInput(_("Nothing was changed."), [_("Reason: at most %(most)s characters, in one line", most=REASON_MAX)])
    return reason.strip()


def _locked(session: Session, certificate_id: int, by: By) -> tuple[Certificate, Enrolment]:
    """Lock a valid certificate's enrolment, so that two offices act one after the other."""
    whose = session.scalars(select(Certificate.enrolment_id).where(Certificate.id == certificate_id)).one()
    ledger.lock(session, [whose])
    fresh = {"populate_existing": True}
    certificate = session.scalars(select(Certificate).where(Certificate.id == certificate_id), execution_options=fresh).one()
    enrolment = session.scalars(select(Enrolment).where(Enrolment.id == whose), execution_options=fresh).one()
    if certificate.state != VALID:
        raise Conflict(_("This certificate is not valid any more: somebody else has changed it. Nothing was changed."))
    if by.person_id is not None and enrolment.person_id == by.person_id:
        raise InvalidInput(_("Nothing was changed."), [_("Nobody decides about their own certificate; ask a colleague.")])
    return certificate, enrolment


def latest_of(session: Session, enrolment_ids: Sequence[int]) -> Mapping[int, Certificate]:
    """Return the latest certificate of each enrolment that ever had one: the valid one first, then the newest."""
    query = select(Certificate).where(Certificate.enrolment_id.in_(enrolment_ids)).order_by(Certificate.id)
    newest = {one.enrolment_id: one for one in session.scalars(query)}
    return {**newest, **valid_of(session, enrolment_ids)}
