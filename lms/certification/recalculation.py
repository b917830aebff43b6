"""Recalculate a certificate under its frozen rules with the evidence stored since. For pages, and for superseding it."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.strict_json.canonical import digest_of
from lms.certification.contents import CertificateContents
from lms.certification.words import glyph_words
from lms.crediting import ledger
from lms.crediting.certified import NotReadable, RequirementDifference, differences, frozen_case, frozen_policy, recalculated
from lms.crediting.evidence import cases_of
from lms.crediting.ledger import entries_of
from lms.crediting.models import Certificate, Observation
from lms.crediting.policy import EnrolmentPolicy
from lms.crediting.standing import of_enrolments
from lms.crediting.units import target_of
from lms.errors import Gone
from lms.hours import Result, recompute
from lms.printing.typesetting import missing_in
from lms.transcripts.about import about_of
from lms.transcripts.identity import belongs_of
from lms.transcripts.transcript import bundle_of


@dataclass(frozen=True, slots=True)
class Recalculation:
    """The result of all evidence stored until now under the frozen rules, for comparison with the certificate."""

    certificate: Certificate
    policy: EnrolmentPolicy
    result: Result
    account: ledger.Sums
    contents: CertificateContents
    moved: Mapping[str, Sequence[uuid.UUID]]  # the statements stored since the certificate, by account

    @property
    def digest(self) -> str:
        """A digest of the contents and ledger entries that superseding would write. Passing time alone does not change it."""
        appended = sorted([*account, amount] for account, amount in target_of(self.result).items())
        return digest_of([self.contents.facts, self.contents.person, appended])

    @property
    def differences(self) -> Sequence[RequirementDifference]:
        """The differences from the certificate, requirement by requirement."""
        return differences(self.certificate.facts, self.contents.facts)

    @property
    def names_another(self) -> bool:
        """Whether the name of the person or of the school has changed."""
        return self.contents.person != self.certificate.person

    def problems(self) -> list[str]:
        """Return why the certificate cannot be superseded."""
        if self.result.track is None or not self.result.track.met:
            return [_("With all evidence kept by now, the requirements are not met. Revoke the certificate instead.")]
        if glyphs := missing_in(self.contents.person.values()):
            return [_("The fonts of this site do not have these characters: %(characters)s", characters=glyph_words(glyphs))]
        if not self.differences and not self.names_another:
            return [_("Nothing differs from the certificate.")]
        return []


def recalculate(session: Session, certificate: Certificate, now: datetime) -> Recalculation:
    """Decide an enrolment's evidence again under the rules of its certificate; months are counted up to `now`.

    Raises:
        Gone: the evidence was erased.
    """
    number = certificate.enrolment_id
    try:
        frozen, about = frozen_case(certificate)
    except NotReadable as error:
        raise Gone(_("The evidence of this certificate was erased, so it cannot be recalculated.")) from error
    policy = frozen_policy(certificate, frozen)
    case = cases_of(session, {number: policy}, now)[number]
    result = recompute(case)
    standings = of_enrolments(session, [number])
    current: dict[str, Any] = {**about_of(session, standings)[number], "rules": about["rules"]}
    person = {"name": standings[0].enrolment.person.name, "school": belongs_of(session, [number])[number].school}
    facts = recalculated(certificate.facts, result)
    contents = CertificateContents(facts, person, certificate.rules, bundle_of(case, current))
    return Recalculation(certificate, policy, result, ledger.sums(session, [number])[number], contents, _moved(session, certificate))


def _moved(session: Session, certificate: Certificate) -> Mapping[str, Sequence[uuid.UUID]]:
    """Return the statements whose evidence was kept since the account was last decided, by activity, session or requirement."""
    decided = [entry for entry, _hash in entries_of(session, certificate.enrolment_id) if entry.amount and entry.inputs is not None]
    kept = decided[-1].inputs.evidence.rows if decided and decided[-1].inputs else 0
    query = select(Observation.activity, Observation.statement_id).where(Observation.enrolment_id == certificate.enrolment_id)
    found: dict[str, list[uuid.UUID]] = defaultdict(list)
    for activity, statement in session.execute(query.order_by(Observation.id).offset(kept)):
        found[activity].append(statement)
    return found
