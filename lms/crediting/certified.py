"""Read the account that a valid certificate froze: its evidence, its rules and its requirements as they were when it was issued."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.strict_json.loading import Json
from lms.classes.freezing import FreezeReason, frozen_because
from lms.classes.models import Enrolment
from lms.crediting.models import VALID, Certificate
from lms.crediting.policy import ClassPolicy, EnrolmentPolicy, TrackPolicy
from lms.errors import Conflict
from lms.hours import Case, RequirementResult, Result, load_json, parse, plain_text
from lms.programmes.progress import NOTHING, RequirementProgress
from lms.programmes.values import BilingualText


class NotReadable(Exception):
    """The frozen evidence is gone or damaged; the message says which."""


@dataclass(frozen=True, slots=True)
class FrozenAccount:
    """A certified account: its certificate, the frozen case, and the part of the bundle that names its person and its rules."""

    certificate: Certificate
    case: Case
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RequirementDifference:
    """The change of one requirement by later evidence. The words are empty for the sum of all online hours."""

    zh: str
    en: str
    unit_zh: str
    unit_en: str
    amount: Decimal


def valid_of(session: Session, enrolment_ids: Sequence[int]) -> Mapping[int, Certificate]:
    """Return the valid certificate of each enrolment that has one."""
    wanted = (Certificate.enrolment_id.in_(enrolment_ids), Certificate.state == VALID)
    return {one.enrolment_id: one for one in session.scalars(select(Certificate).where(*wanted))}


def accounts_of(session: Session, enrolments: Sequence[Enrolment]) -> Mapping[int, FrozenAccount]:
    """Return the frozen account of each certified enrolment; none if its evidence was erased.

    Raises:
        Conflict: frozen evidence cannot be read.
    """
    certified = [one.id for one in enrolments if frozen_because(one) is FreezeReason.CERTIFIED]
    return {number: _account(one) for number, one in valid_of(session, certified).items()} if certified else {}


def _account(certificate: Certificate) -> FrozenAccount:
    try:
        case, about = frozen_case(certificate)
    except NotReadable as error:
        number = certificate.number
        said = _(
            "The frozen evidence of certificate %(number)s cannot be read. The hours are kept in the ledger, and nothing else is shown in"
            " place of the evidence. Ask the operator to run “lms ledger verify”.",
            number=number,
        )
        raise Conflict(said) from error
    return FrozenAccount(certificate, case, about if isinstance(about, dict) else {})


def requirements_of(session: Session, enrolments: Sequence[Enrolment]) -> Mapping[int, Sequence[RequirementProgress]]:
    """Return the requirements of each certified enrolment, as its certificate says. Evidence is not read, so it may have been erased."""
    certified = [one.id for one in enrolments if one.certified_at is not None]
    if not certified:
        return {}
    wanted = (Certificate.enrolment_id.in_(certified), Certificate.state == VALID)
    rows = session.execute(select(Certificate.enrolment_id, Certificate.facts).where(*wanted))
    return {number: tuple(map(_requirement, facts["requirements"])) for number, facts in rows}


def _requirement(said: Mapping[str, Any]) -> RequirementProgress:
    earned, target = Decimal(said["earned"]), None if said["target"] is None else Decimal(said["target"])
    missing = NOTHING if target is None else max(NOTHING, target - earned)
    return RequirementProgress(
        key=said["key"],
        kind=said["kind"],
        title=BilingualText(said["zh"], said["en"]),
        earned=earned,
        waived=Decimal(said["waived"]),
        target=target,
        unit=BilingualText(said["unit_zh"], said["unit_en"]),
        missing=missing,
        done=earned > NOTHING if target is None else not missing,
    )


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
    named: tuple[dict[str, TrackPolicy], frozenset[str], frozenset[str], frozenset[str]] = ({}, frozenset(), frozenset(), frozenset())
    class_policy = ClassPolicy(case.policy, case.activities, *named, rules["programme_version"], rules["policy_sha256"])
    live = {place: (start, end) for place, (start, end) in rules["live"].items()}
    track = None if case.track is None else TrackPolicy(case.activities, case.track, live)
    return EnrolmentPolicy(class_policy, case.window, track)


def recalculated(facts: Mapping[str, Any], result: Result) -> dict[str, Any]:
    """Return a certificate's facts with the amounts that its evidence gives now."""
    judged: Mapping[str, RequirementResult] = {} if result.track is None else result.track.requirements
    requirements = [
        {**one, "earned": plain_text(judged[one["key"]].earned), "waived": plain_text(judged[one["key"]].waived)}
        if one["key"] in judged
        else one
        for one in facts["requirements"]
    ]
    return {**facts, "hours": plain_text(result.hours), "requirements": requirements}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[RequirementDifference]:
    """Return the differences of a certificate's facts, requirement by requirement."""
    found = []
    for old, new in zip(before["requirements"], after["requirements"], strict=True):
        words = {name: old[name] for name in ("zh", "en", "unit_zh", "unit_en")}
        found.append(RequirementDifference(**words, amount=Decimal(new["earned"]) - Decimal(old["earned"])))
    found.append(RequirementDifference("", "", "学时", "hours", Decimal(after["hours"]) - Decimal(before["hours"])))
    return [one for one in found if one.amount]
