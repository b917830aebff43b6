"""The part of an evidence bundle that names its person and its rules; `lms.hours.about` reads it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.crediting.inputs import class_contents, person_digest
from lms.crediting.models import Observation
from lms.crediting.moments import EvidenceQuery, Moment
from lms.crediting.standing import Standing
from lms.hours.about import FORMAT

About = Mapping[str, Any]


def about_of(session: Session, standings: Sequence[Standing], then: Moment | None = None) -> dict[int, About]:
    """Return this part of each enrolment's bundle; the number of queries does not depend on the number of enrolments."""
    classes = class_contents(session, {one.enrolment.class_id for one in standings})
    statements = _statements(session, [one.enrolment.id for one in standings], then)
    return {one.enrolment.id: _about(one, classes[one.enrolment.class_id], statements[one.enrolment.id]) for one in standings}


_STATEMENTS = EvidenceQuery(
    lambda void: (
        select(Observation.enrolment_id, Observation.statement_id)
        .where(Observation.enrolment_id.in_(bindparam("enrolments", expanding=True)), void.is_(False))
        .distinct()
    )
)


def _statements(session: Session, enrolment_ids: Sequence[int], then: Moment | None) -> dict[int, list[str]]:
    found: dict[int, set[str]] = {number: set() for number in enrolment_ids}
    for number, statement in _STATEMENTS.ask(session, enrolment_ids, then):
        found[number].add(str(statement))
    return {number: sorted(own) for number, own in found.items()}


def _about(standing: Standing, content: Mapping[str, Any], statements: Sequence[str]) -> About:
    enrolment = standing.enrolment
    programme = {"code": content["programme"], "year": content["year"], "version": content["number"], "sha256": content["sha256"]}
    courses = {one["code"]: {"version": one["number"], "sha256": one["document_sha256"]} for one in content["courses"]}
    return {
        "format": FORMAT,
        "person": person_digest(enrolment.person.account, enrolment.person.name),
        "enrolment": enrolment.id,
        "class": content["code"],
        "rules": {"programme": programme, "courses": courses},
        "statements": statements,
    }
