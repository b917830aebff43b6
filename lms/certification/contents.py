"""Build what a certificate says, and freeze its rules and its evidence."""

import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.strict_json.loading import Json
from lms.certification.models import Certificate
from lms.certification.register import SALT_BYTES, salted_sha256
from lms.crediting.policy import ClassPolicy, EnrolmentPolicy, TrackPolicy
from lms.hours import Case, RequirementResult, Result, load_json, parse, plain_text
from lms.programmes.progress import RequirementProgress
from lms.transcripts.transcript import Transcript, fingerprint

FORMAT = 1


class NotReadable(Exception):
    """The frozen evidence is gone or damaged; the message says which."""


@dataclass(frozen=True, slots=True)
class CertificateContents:
    """The text of a new certificate: facts without anything personal, the person, the rules and the bundle."""

    facts: dict[str, Any]
    person: dict[str, Any]
    rules: dict[str, Any]
    bundle: str


def contents_of(transcript: Transcript, policy: EnrolmentPolicy, issuer: str) -> CertificateContents:
    """Return what a certificate of this account says."""
    standing = transcript.standing
    training_class, document, track = standing.training_class, standing.document, standing.track
    facts = {
        "format": FORMAT,
        "programme": {**transcript.about["rules"]["programme"], "zh": document.name.zh, "en": document.name.en},
        "track": {"key": standing.enrolment.track, "zh": track.name.zh if track else "", "en": track.name.en if track else ""},
        "class": {"code": training_class.code, "name": training_class.name},
        "period": [training_class.starts_on.isoformat(), training_class.ends_on.isoformat()],
        "provider": transcript.belongs.provider,
        "issuer": issuer,
        "time_zone": transcript.case.policy.time_zone,
        "hour_minutes": transcript.case.policy.hour_minutes,
        "hours": plain_text(transcript.explanation.result.hours),
        "requirements": [_requirement(one) for one in transcript.requirements],
    }
    return CertificateContents(facts, person_of(transcript), rules_of(policy), transcript.bundle)


def person_of(transcript: Transcript) -> dict[str, Any]:
    """Return how a certificate names its person."""
    return {"name": transcript.standing.enrolment.person.name, "school": transcript.belongs.school}


def rules_of(policy: EnrolmentPolicy) -> dict[str, Any]:
    """Return what a bundle does not say about its rules: their version and digest, and the times of live online sessions."""
    live = {} if policy.track is None else {place: list(interval) for place, interval in sorted(policy.track.live.items())}
    return {"programme_version": policy.class_policy.programme_version_id, "policy_sha256": policy.class_policy.sha256, "live": live}


def _requirement(one: RequirementProgress) -> dict[str, Any]:
    words = {"key": one.key, "kind": one.kind, "zh": one.title.zh, "en": one.title.en, "unit_zh": one.unit.zh, "unit_en": one.unit.en}
    target = None if one.target is None else plain_text(one.target)
    return words | {"earned": plain_text(one.earned), "waived": plain_text(one.waived), "target": target}


def recalculated(facts: Mapping[str, Any], result: Result) -> dict[str, Any]:
    """Return a certificate's facts with what its evidence gives now."""
    judged: Mapping[str, RequirementResult] = {} if result.track is None else result.track.requirements
    requirements = [
        {**one, "earned": plain_text(judged[one["key"]].earned), "waived": plain_text(judged[one["key"]].waived)}
        if one["key"] in judged
        else one
        for one in facts["requirements"]
    ]
    return {**facts, "hours": plain_text(result.hours), "requirements": requirements}


def fill(certificate: Certificate, contents: CertificateContents) -> None:
    """Write contents into a new certificate, with their digests."""
    salt = secrets.token_hex(SALT_BYTES)
    certificate.facts, certificate.person, certificate.rules = contents.facts, contents.person, contents.rules
    certificate.salt, certificate.person_sha256 = salt, salted_sha256(salt, contents.person)
    certificate.bundle, certificate.bundle_sha256 = zlib.compress(contents.bundle.encode(), 9), fingerprint(contents.bundle)


def bundle_text(certificate: Certificate) -> str:
    """Return the frozen evidence bundle.

    Raises:
        NotReadable: it was erased, or it is damaged.
    """
    if certificate.bundle is None:
        raise NotReadable("its evidence bundle was erased")
    try:
        return zlib.decompress(certificate.bundle).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise NotReadable("its evidence bundle cannot be read") from error


def frozen_case(certificate: Certificate) -> tuple[Case, Json]:
    """Return the case of the frozen bundle, and the part that names its person and its rules.

    Raises:
        NotReadable: it was erased, or it is damaged.
    """
    document, problems = load_json(bundle_text(certificate))
    if problems or not isinstance(document, dict):
        raise NotReadable("its evidence bundle cannot be read")
    about = document.pop("about", {})
    case = parse(document)
    if isinstance(case, list):
        raise NotReadable("its evidence bundle cannot be read")
    return case, about


def frozen_policy(certificate: Certificate, case: Case) -> EnrolmentPolicy:
    """Return the rules as they were when the certificate was issued."""
    rules = certificate.rules
    named: tuple[dict[str, TrackPolicy], frozenset[str], frozenset[str]] = ({}, frozenset(), frozenset())
    class_policy = ClassPolicy(case.policy, case.activities, *named, rules["programme_version"], rules["policy_sha256"])
    live = {place: (start, end) for place, (start, end) in rules["live"].items()}
    track = None if case.track is None else TrackPolicy(case.activities, case.track, live)
    return EnrolmentPolicy(class_policy, case.window, track)


def masked_name(name: str) -> str:
    """Return a name of which only the first character shows: 张*, 欧**."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 2)
