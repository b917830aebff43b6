"""Read stored statements into observations, by enrolment."""

import uuid
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

import xapi.store
from courses.strict_json.reader import LONGEST_SLUG
from lms import vocabulary as v
from lms.accounts.models import Person
from lms.catalogue.models import Course
from lms.classes.models import Enrolment
from lms.crediting.bounds import ObservationId, Proved, excess_of, numbered
from lms.crediting.chain import text_sha256
from lms.crediting.models import Observation
from lms.crediting.observe import ActivityRule, Ignored, Observed, Statement, Trust, observe, registration_of
from lms.crediting.observe_attestations import enrolment_of, observe_attestation
from lms.crediting.policy import EnrolmentPolicy, activity_name
from lms.crediting.trust import trust_of
from lms.learning.models import Registration
from xapi.raw_sql import PreparedQuery
from xapi.statements import stored

ENDS_OF_ACTIVITY = "/?#"

Moved = dict[str, list[uuid.UUID]]  # the statements about each activity

_KNOWN = PreparedQuery(
    select(Observation.statement_id, Observation.part).where(Observation.statement_id.in_(bindparam("ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class RegisteredStudy:
    """The meaning of a registration: a person's study of a course; `course` is empty for attestations."""

    enrolment_id: int
    account: str
    course: str


@dataclass(slots=True)
class EnrolmentEvidence:
    """The new evidence of a batch for one enrolment: its statements, and the earlier ones that are now void, with what voids them."""

    statements: list[tuple[uuid.UUID, Statement, RegisteredStudy]] = field(default_factory=list)
    voided: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    digests: dict[uuid.UUID, bytes] = field(default_factory=dict)  # SHA-256 of each statement's stored text

    def add(self, other: "EnrolmentEvidence") -> None:
        """Add another part of the batch for the same enrolment."""
        self.statements += other.statements
        self.voided |= other.voided
        self.digests |= other.digests

    def one_by_one(self) -> Iterator[tuple[uuid.UUID, "EnrolmentEvidence"]]:
        """Yield each statement of the batch alone, voiding statements last."""
        for one in self.statements:
            yield one[0], EnrolmentEvidence([one], digests={one[0]: self.digests[one[0]]})
        for target, voiding in self.voided.items():
            yield voiding, EnrolmentEvidence(voided={target: voiding})


def sort_by_enrolment(session: Session, ids: Sequence[uuid.UUID]) -> dict[int, EnrolmentEvidence]:
    """Return the contents of these statements by enrolment; a statement that concerns no enrolment is left out."""
    texts = xapi.store.load_texts(session, ids)
    statements = {statement_id: stored(text) for statement_id, text in texts.items()}
    studies = studies_of(session, {found for found in map(registration_of, statements.values()) if found is not None})
    attested = attested_studies(session, statements.values())
    sorted_out: dict[int, EnrolmentEvidence] = defaultdict(EnrolmentEvidence)
    for statement_id in ids:
        statement = statements[statement_id]
        study = attested.get(enrolment_of(statement)) if is_attestation(statement) else studies.get(registration_of(statement))
        if study is not None:
            sorted_out[study.enrolment_id].statements.append((statement_id, statement, study))
            sorted_out[study.enrolment_id].digests[statement_id] = text_sha256(texts[statement_id])
    for enrolment_id, target, voiding in _voided_observations(session, statements):
        sorted_out[enrolment_id].voided[target] = voiding
    return dict(sorted_out)


def is_attestation(statement: Statement) -> bool:
    """Say whether a statement is an attestation, and not about the study of a course."""
    return statement["verb"]["id"] in v.ATTESTATIONS and enrolment_of(statement) is not None


def attested_studies(session: Session, statements: Iterable[Statement]) -> dict[int | None, RegisteredStudy]:
    """Return the enrolments of attestations; unknown enrolments are left out."""
    wanted = {enrolment_of(one) for one in statements if is_attestation(one)}
    if not wanted:
        return {}
    whose = select(Enrolment.id, Person.account).join(Person, Person.id == Enrolment.person_id)
    rows = session.execute(whose.where(Enrolment.id.in_(wanted)))
    return {number: RegisteredStudy(number, account, "") for number, account in rows}


def studies_of(session: Session, registrations: set[uuid.UUID]) -> dict[uuid.UUID | None, RegisteredStudy]:
    """Return the meaning of registrations; unknown ones are left out."""
    rows = session.execute(
        select(Registration.id, Registration.enrolment_id, Person.account, Course.code)
        .join(Enrolment, Enrolment.id == Registration.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Course, Course.id == Registration.course_id)
        .where(Registration.id.in_(registrations))
    )
    return {row[0]: RegisteredStudy(*row[1:]) for row in rows}


def _voided_observations(session: Session, statements: Mapping[uuid.UUID, Statement]) -> Iterator[tuple[int, uuid.UUID, uuid.UUID]]:
    """Yield (enrolment, void statement, voiding statement) for evidence that was kept before."""
    targets = {uuid.UUID(one["object"]["id"]): by for by, one in statements.items() if one["verb"]["id"] == v.VOIDED}
    voided = xapi.store.voided_among(session, targets) if targets else set()
    if voided:
        whose = select(Observation.enrolment_id, Observation.statement_id).where(Observation.statement_id.in_(voided)).distinct()
        for enrolment_id, target in session.execute(whose):
            yield enrolment_id, target, targets[target]


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """The evidence that a batch added for one enrolment: the statements about each activity, and the new observations."""

    moved: Moved
    added: Sequence[Mapping[str, Any]]


def keep(
    session: Session, found: Mapping[int, EnrolmentEvidence], policies: Mapping[int, EnrolmentPolicy], public_url: str
) -> dict[int, KeptEvidence]:
    """Keep what the statements prove as observations; return the new evidence by enrolment.

    Evidence beyond the limits (`bounds`) is not kept.
    A statement that is processed again adds only what is not kept yet: the worker may have died after
    its last commit, or received a batch twice, and earlier rules may have read less.
    """
    proved = {number: all_proved(session, own, policies[number], public_url) for number, own in found.items()}
    excess = {number: excess_of(session, number, own) for number, own in proved.items()}
    added = _add_new(session, found, proved, excess)
    moved = _voided(session, found)
    for number, own in proved.items():
        within = [one for part, one in numbered(own) if (one[0], part) not in excess[number]]
        spoke = {(one.activity, statement_id): None for statement_id, one in within}
        for activity, statement_id in spoke:
            if statement_id not in moved[number][activity]:
                moved[number][activity].append(statement_id)
    return {number: KeptEvidence(own, added[number]) for number, own in moved.items()}


def all_proved(
    session: Session, found: EnrolmentEvidence, enrolment_policy: EnrolmentPolicy, public_url: str, *, kept: bool = False
) -> list[Proved]:
    """Return what one enrolment's statements prove, in their order; `kept`: evidence of all of them is kept (`trust`)."""
    trust = trust_of(session, enrolment_policy.class_policy, [statement for _, statement, _ in found.statements], public_url, kept=kept)
    return [
        (statement_id, one)
        for statement_id, statement, study in found.statements
        for one in _proved(statement, study, enrolment_policy, trust)
    ]


def unkept(
    session: Session, proved: Mapping[int, Sequence[Proved]], excess: Mapping[int, Container[ObservationId]]
) -> list[tuple[int, int, Proved]]:
    """Return evidence that is proved, not kept and not in `excess`, with its enrolment and its part number in the statement."""
    ids = {statement_id for own in proved.values() for statement_id, _ in own}
    kept = set(_KNOWN.ask(session, ids=list(ids))) if ids else set()
    return [
        (number, part, one)
        for number, own in proved.items()
        for part, one in numbered(own)
        if (one[0], part) not in kept and (one[0], part) not in excess[number]
    ]


def _add_new(
    session: Session,
    found: Mapping[int, EnrolmentEvidence],
    proved: Mapping[int, Sequence[Proved]],
    excess: Mapping[int, Container[ObservationId]],
) -> Mapping[int, Sequence[Mapping[str, Any]]]:
    """Insert the observations that are not kept yet; return them by enrolment, in that order."""
    added: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    new = unkept(session, proved, excess)
    if not new:
        return added
    void = xapi.store.voided_among(session, {statement_id for _, _, (statement_id, _) in new})
    for number, part, (statement_id, one) in new:
        whose = {"enrolment_id": number, "statement_id": statement_id, "statement_sha256": found[number].digests[statement_id]}
        added[number].append({**asdict(one), **whose, "part": part, "voided": statement_id in void})
    if rows := [row for own in added.values() for row in own]:
        session.connection().execute(insert(Observation), rows)
    return added


def _proved(statement: Statement, study: RegisteredStudy, enrolment_policy: EnrolmentPolicy, trust: Trust) -> tuple[Observed, ...]:
    if not study.course:
        attested = observe_attestation(statement, trust.public_url) if is_of(study, statement, trust.public_url) else ()
        return () if isinstance(attested, Ignored) else attested
    rule = rule_for(statement, study, enrolment_policy, trust.public_url)
    if rule is None or not is_of(study, statement, trust.public_url):
        return ()
    proved = observe(statement, rule, trust)
    return () if isinstance(proved, Ignored) else proved


def is_of(study: RegisteredStudy, statement: Statement, public_url: str) -> bool:
    """Say whether the statement's actor is the person of its registration."""
    return bool(statement["actor"].get("account") == {"homePage": public_url, "name": study.account})


def rule_for(statement: Statement, study: RegisteredStudy, enrolment_policy: EnrolmentPolicy, public_url: str) -> ActivityRule | None:
    """Return the rule of the activity that a statement, or the part of an activity that it names, belongs to."""
    iri: Any = statement["object"].get("id", "")
    prefix = v.activity_iri(public_url, study.course, "")
    if not iri.startswith(prefix):
        return None
    key = iri[len(prefix) :][: LONGEST_SLUG + 1]  # no activity has a longer key, and parts of activities are not kept
    for end in ENDS_OF_ACTIVITY:
        key = key.partition(end)[0]
    if len(key) > LONGEST_SLUG:
        return None
    name = activity_name(study.course, key)
    policy = enrolment_policy.class_policy
    return ActivityRule(name, prefix + key, name in policy.server_graded, name in policy.server_completed)


def _voided(session: Session, found: Mapping[int, EnrolmentEvidence]) -> dict[int, Moved]:
    """Take back evidence that is now void; return the voided statements by enrolment and activity."""
    moved: dict[int, Moved] = {number: defaultdict(list) for number in found}
    ids = {statement_id for own in found.values() for statement_id in own.voided}
    if ids:
        session.execute(update(Observation).where(Observation.statement_id.in_(ids)).values(voided=True))
        whose = select(Observation.enrolment_id, Observation.activity, Observation.statement_id)
        for number, activity, statement_id in session.execute(whose.where(Observation.statement_id.in_(ids)).distinct()):
            moved[number][activity].append(statement_id)
    return moved
