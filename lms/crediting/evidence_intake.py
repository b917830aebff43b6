"""Of whose study do stored statements speak, and what do they prove? From statements to observations, enrolment by enrolment."""

import uuid
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

import xapi.store
from courses.document import LONGEST_SLUG
from lms import vocabulary as v
from lms.accounts.models import Person
from lms.catalogue.models import Course, CourseVersion
from lms.classes.models import Enrolment
from lms.crediting.bounds import Part, Proved, excess_of, numbered
from lms.crediting.models import Observation
from lms.crediting.observe import Ignored, Observed, Rule, Statement, Trust, observe, registration_of
from lms.crediting.policy import Terms, activity_name
from lms.crediting.trust import trust_of
from lms.db import Question
from lms.learning.models import Registration
from xapi.statements import stored

ENDS_OF_ACTIVITY = "/?#"

Moved = dict[str, list[uuid.UUID]]  # the statements that spoke of each activity

_KNOWN = Question(select(Observation.statement_id).where(Observation.statement_id.in_(bindparam("ids", expanding=True))))


@dataclass(frozen=True, slots=True)
class Study:
    """What a registration stands for: whose study of which course."""

    enrolment_id: int
    account: str
    course: str


@dataclass(slots=True)
class Found:
    """What a batch says about one enrolment: its statements, and which earlier ones are void now, each with what voids it."""

    statements: list[tuple[uuid.UUID, Statement, Study]] = field(default_factory=list)
    voided: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)

    def add(self, other: "Found") -> None:
        """Take in what another part of the batch says about the same enrolment."""
        self.statements += other.statements
        self.voided |= other.voided

    def one_by_one(self) -> Iterator[tuple[uuid.UUID, "Found"]]:
        """Yield each statement of the batch alone, those that void others last."""
        for one in self.statements:
            yield one[0], Found([one])
        for target, voiding in self.voided.items():
            yield voiding, Found(voided={target: voiding})


def sort_by_enrolment(session: Session, ids: Sequence[uuid.UUID]) -> dict[int, Found]:
    """Return what these statements say, by enrolment; a statement that speaks of nobody's study is in none."""
    statements = {statement_id: stored(text) for statement_id, text in xapi.store.load_texts(session, ids).items()}
    studies = studies_of(session, {found for found in map(registration_of, statements.values()) if found is not None})
    sorted_out: dict[int, Found] = defaultdict(Found)
    for statement_id in ids:
        statement = statements[statement_id]
        study = studies.get(registration_of(statement) or uuid.UUID(int=0))
        if study is not None:
            sorted_out[study.enrolment_id].statements.append((statement_id, statement, study))
    for enrolment_id, target, voiding in _voided_observations(session, statements):
        sorted_out[enrolment_id].voided[target] = voiding
    return dict(sorted_out)


def studies_of(session: Session, registrations: set[uuid.UUID]) -> dict[uuid.UUID, Study]:
    """Return what registrations stand for; one that nobody has is in none."""
    rows = session.execute(
        select(Registration.id, Registration.enrolment_id, Person.account, Course.code)
        .join(Enrolment, Enrolment.id == Registration.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(CourseVersion, CourseVersion.id == Registration.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Registration.id.in_(registrations))
    )
    return {row[0]: Study(*row[1:]) for row in rows}


def _voided_observations(session: Session, statements: Mapping[uuid.UUID, Statement]) -> Iterator[tuple[int, uuid.UUID, uuid.UUID]]:
    """Yield (enrolment, what is void, what voids it) for evidence that was kept before."""
    targets = {uuid.UUID(one["object"]["id"]): by for by, one in statements.items() if one["verb"]["id"] == v.VOIDED}
    voided = xapi.store.voided_among(session, targets) if targets else set()
    if voided:
        whose = select(Observation.enrolment_id, Observation.statement_id).where(Observation.statement_id.in_(voided)).distinct()
        for enrolment_id, target in session.execute(whose):
            yield enrolment_id, target, targets[target]


def keep(session: Session, found: Mapping[int, Found], terms: Mapping[int, Terms], public_url: str) -> dict[int, Moved]:
    """Keep what the statements prove as observations; return which of them spoke of which activity, by enrolment.

    What lies beyond the bounds (`bounds`) is not kept.
    Read again, a statement adds nothing: the worker may have died after its last commit, or been given a batch twice.
    """
    proved = {number: all_proved(session, own, terms[number], public_url) for number, own in found.items()}
    excess = {number: excess_of(session, number, own) for number, own in proved.items()}
    _add_new(session, proved, excess)
    moved = _voided(session, found)
    for number, own in proved.items():
        within = [one for part, one in numbered(own) if (one[0], part) not in excess[number]]
        spoke = {(one.activity, statement_id): None for statement_id, one in within}
        for activity, statement_id in spoke:
            if statement_id not in moved[number][activity]:
                moved[number][activity].append(statement_id)
    return moved


def all_proved(session: Session, found: Found, terms: Terms, public_url: str) -> list[Proved]:
    """Return what one enrolment's statements prove, in their order."""
    trust = trust_of(session, terms.law, [statement for _, statement, _ in found.statements], public_url)
    return [(statement_id, one) for statement_id, statement, study in found.statements for one in _proved(statement, study, terms, trust)]


def _add_new(session: Session, proved: Mapping[int, Sequence[Proved]], excess: Mapping[int, Container[Part]]) -> None:
    ids = {statement_id for own in proved.values() for statement_id, _ in own}
    new = ids.difference(statement_id for (statement_id,) in _KNOWN.ask(session, ids=list(ids))) if ids else ids
    if not new:
        return
    void = xapi.store.voided_among(session, new)
    rows = [
        {**asdict(one), "enrolment_id": number, "statement_id": statement_id, "part": part, "voided": statement_id in void}
        for number, own in proved.items()
        for part, (statement_id, one) in numbered(own)
        if statement_id in new and (statement_id, part) not in excess[number]
    ]
    if rows:
        session.connection().execute(insert(Observation), rows)


def _proved(statement: Statement, study: Study, terms: Terms, trust: Trust) -> tuple[Observed, ...]:
    rule = rule_for(statement, study, terms, trust.public_url)
    if rule is None or not is_of(study, statement, trust.public_url):
        return ()
    proved = observe(statement, rule, trust)
    return () if isinstance(proved, Ignored) else proved


def is_of(study: Study, statement: Statement, public_url: str) -> bool:
    """Say whether the statement's actor is the person whose study its registration names."""
    return bool(statement["actor"].get("account") == {"homePage": public_url, "name": study.account})


def rule_for(statement: Statement, study: Study, terms: Terms, public_url: str) -> Rule | None:
    """Return the rule of the activity that a statement, or the part of one it speaks of, belongs to."""
    iri: Any = statement["object"].get("id", "")
    prefix = v.activity_iri(public_url, study.course, "")
    if not iri.startswith(prefix):
        return None
    key = iri[len(prefix) :][: LONGEST_SLUG + 1]  # no activity has a longer key, and a part of one is not kept
    for end in ENDS_OF_ACTIVITY:
        key = key.partition(end)[0]
    if len(key) > LONGEST_SLUG:
        return None
    name = activity_name(study.course, key)
    return Rule(name, prefix + key, name in terms.law.server_graded)


def _voided(session: Session, found: Mapping[int, Found]) -> dict[int, Moved]:
    """Take back what is void now; return which statements that were, by enrolment and activity."""
    moved: dict[int, Moved] = {number: defaultdict(list) for number in found}
    ids = {statement_id for own in found.values() for statement_id in own.voided}
    if ids:
        session.execute(update(Observation).where(Observation.statement_id.in_(ids)).values(voided=True))
        whose = select(Observation.enrolment_id, Observation.activity, Observation.statement_id)
        for number, activity, statement_id in session.execute(whose.where(Observation.statement_id.in_(ids)).distinct()):
            moved[number][activity].append(statement_id)
    return moved
