"""Build the contents of a certificate, and freeze its rules and its evidence."""

import secrets
import zlib
from dataclasses import dataclass
from typing import Any

from lms.certification.digests import salted_sha256
from lms.certification.register import SALT_BYTES
from lms.crediting.models import Certificate
from lms.crediting.policy import EnrolmentPolicy
from lms.hours import plain_text
from lms.printing.letterheads import SetLetterhead
from lms.programmes.progress import RequirementProgress
from lms.transcripts.transcript import Transcript, fingerprint

FORMAT = 1


@dataclass(frozen=True, slots=True)
class CertificateContents:
    """The contents of a new certificate: facts without personal data, the person, the rules and the bundle."""

    facts: dict[str, Any]
    person: dict[str, Any]
    rules: dict[str, Any]
    bundle: str


def contents_of(transcript: Transcript, policy: EnrolmentPolicy, issuer: str) -> CertificateContents:
    """Return the contents of a certificate of this account; `issuer` is the office that issues it, if no wording names another."""
    standing = transcript.standing
    training_class, document, track = standing.training_class, standing.document, standing.track
    head = transcript.letterhead or SetLetterhead(training_class.provider_id)
    facts = {
        "format": FORMAT,
        "programme": {**transcript.about["rules"]["programme"], "zh": document.name.zh, "en": document.name.en},
        "track": {"key": standing.enrolment.track, "zh": track.name.zh if track else "", "en": track.name.en if track else ""},
        "class": {"code": training_class.code, "name": training_class.name},
        "period": [training_class.starts_on.isoformat(), training_class.ends_on.isoformat()],
        "provider": transcript.belongs.provider,
        "issuer": (head.wordings.zh.issuer or head.wordings.en.issuer) or issuer,
        "time_zone": transcript.case.policy.time_zone,
        "hour_minutes": transcript.case.policy.hour_minutes,
        "hours": plain_text(transcript.decision.result.hours),
        "requirements": [_requirement(one) for one in transcript.requirements],
        "wording": head.wordings.values(),  # superseding carries them on: one number has one wording
        "logo": head.logo_sha256,
    }
    return CertificateContents(facts, person_of(transcript), rules_of(policy), transcript.bundle)


def person_of(transcript: Transcript) -> dict[str, Any]:
    """Return the person's name and school for a certificate."""
    return {"name": transcript.standing.enrolment.person.name, "school": transcript.belongs.school}


def rules_of(policy: EnrolmentPolicy) -> dict[str, Any]:
    """Return the parts of the rules that a bundle lacks: their version and digest, and the times of live online sessions."""
    live = {} if policy.track is None else {place: list(interval) for place, interval in sorted(policy.track.live.items())}
    return {"programme_version": policy.class_policy.programme_version_id, "policy_sha256": policy.class_policy.sha256, "live": live}


def _requirement(one: RequirementProgress) -> dict[str, Any]:
    words = {"key": one.key, "kind": one.kind, "zh": one.title.zh, "en": one.title.en, "unit_zh": one.unit.zh, "unit_en": one.unit.en}
    target = None if one.target is None else plain_text(one.target)
    return words | {"earned": plain_text(one.earned), "waived": plain_text(one.waived), "target": target}


def fill(certificate: Certificate, contents: CertificateContents) -> None:
    """Write contents into a new certificate, with their digests."""
    salt = secrets.token_hex(SALT_BYTES)
    certificate.facts, certificate.person, certificate.rules = contents.facts, contents.person, contents.rules
    certificate.salt, certificate.person_sha256 = salt, salted_sha256(salt, contents.person)
    certificate.bundle, certificate.bundle_sha256 = zlib.compress(contents.bundle.encode(), 9), fingerprint(contents.bundle)
