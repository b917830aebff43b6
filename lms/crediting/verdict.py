"""Why did one statement earn hours, or none? It follows the steps of crediting up to the one that ends it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

import xapi.outbox
from lms.crediting.bounds import beyond
from lms.crediting.evidence_intake import RegisteredStudy, attested_studies, is_attestation, is_of, rule_for, studies_of
from lms.crediting.models import Observation
from lms.crediting.observe import Ignored, Statement, observe, registration_of
from lms.crediting.observe_attestations import enrolment_of, observe_attestation
from lms.crediting.policy import policies_of
from lms.crediting.trust import trust_of
from lms.vocabulary import VOIDED


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result for a statement.

    `reason` is 'evidence', the step of crediting that ended it, or a reason of `observe.Ignored`; `error` is the reason why it was set
    aside. `enrolment_id` and `activity` ('<course code>:<activity key>') are set if the statement got as far as the step that finds
    them.
    """

    reason: str
    enrolment_id: int | None = None
    activity: str = ""
    evidence: Sequence[Observation] = ()
    error: str = ""


def verdict_of(session: Session, statement_id: uuid.UUID, statement: Statement, public_url: str, *, voided: bool) -> Verdict:
    """Return the result for a stored statement."""
    verdict = _decided(session, statement_id, statement, public_url)
    if xapi.outbox.waiting_among(session, [statement_id]):
        return replace(verdict, reason="waiting")
    for aside in xapi.outbox.parked(session, 1, [statement_id]):
        return replace(verdict, reason="parked", error=aside.error)
    return replace(verdict, reason="void") if voided else verdict


def _decided(session: Session, statement_id: uuid.UUID, statement: Statement, public_url: str) -> Verdict:
    if statement["verb"]["id"] == VOIDED:
        return Verdict("voiding")
    if is_attestation(statement):
        return _of_attestation(session, statement_id, statement, public_url)
    registration = registration_of(statement)
    if registration is None:
        return Verdict("no-registration")
    study = studies_of(session, {registration}).get(registration)
    if study is None:
        return Verdict("unknown-registration")
    return _of_study(session, statement_id, statement, study, public_url)


def _of_attestation(session: Session, statement_id: uuid.UUID, statement: Statement, public_url: str) -> Verdict:
    """Return the result for what a person of authority attested; it names its enrolment itself."""
    study = attested_studies(session, [statement]).get(enrolment_of(statement))
    if study is None:
        return Verdict("unknown-registration")
    if not is_of(study, statement, public_url):
        return Verdict("other-person")
    proved = observe_attestation(statement, public_url)
    if isinstance(proved, Ignored):
        return Verdict(proved.reason, study.enrolment_id)
    evidence = session.scalars(select(Observation).where(Observation.statement_id == statement_id)).all()
    return Verdict("evidence" if evidence else "not-kept", study.enrolment_id, proved[0].activity, evidence)


def _of_study(session: Session, statement_id: uuid.UUID, statement: Statement, study: RegisteredStudy, public_url: str) -> Verdict:
    if not is_of(study, statement, public_url):
        return Verdict("other-person")
    enrolment_policy = policies_of(session, [study.enrolment_id])[study.enrolment_id]
    rule = rule_for(statement, study, enrolment_policy, public_url)
    if rule is None:
        return Verdict("no-activity", study.enrolment_id)
    kept = select(Observation).where(Observation.statement_id == statement_id).order_by(Observation.part)
    evidence = session.scalars(kept).all()
    proved = () if evidence else observe(statement, rule, trust_of(session, enrolment_policy.class_policy, [statement], public_url))
    if isinstance(proved, Ignored):
        return Verdict(proved.reason, study.enrolment_id, rule.activity)
    excess = beyond(session, study.enrolment_id, [(statement_id, one) for one in proved])
    counted = [one for one in evidence if (statement_id, one.part) not in excess]
    if counted:
        return Verdict("evidence", study.enrolment_id, rule.activity, counted)
    too_many = any((statement_id, part) in excess for part in range(max(len(evidence), len(proved))))
    return Verdict("beyond" if too_many else "not-kept", study.enrolment_id, rule.activity)
