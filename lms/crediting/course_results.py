"""Find earlier results that a version of a course with another grader would let count, for the preview of a class's move to it.

Only results of the grader are kept as evidence; the others are in the record store. Somebody waits for the page, so a preview reads at
most MOST_READ of them, the latest; the job after the move (`rereading`) reads all. Writes nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import vocabulary as v
from lms.crediting.bounds import excess_of
from lms.crediting.evidence_intake import all_proved, sort_by_enrolment, unkept
from lms.crediting.observe import Observed
from lms.crediting.policy import EnrolmentPolicy
from lms.hours import Completed, Passed
from lms.learning.models import Registration
from xapi.queries import AnyOf, StatementFilter, StoredStatement, latest
from xapi.statements import Usage, iri_key

MOST_READ = 2_000
VERBS = [iri_key(one) for one in sorted({v.PASSED, v.COMPLETED, *v.ENDING})]


@dataclass(frozen=True, slots=True)
class EarlierResults:
    """The results that would count, by enrolment. `whole`: there are no more statements than were read."""

    found: Mapping[int, Sequence[Completed | Passed]] = field(default_factory=dict)
    whole: bool = True


def earlier_results(
    session: Session, policies: Mapping[int, EnrolmentPolicy], course: str, keys: Collection[str], public_url: str
) -> EarlierResults:
    """Return the results in these activities (`keys`) of a course that would be evidence under `policies` and are not kept as such."""
    statements = _latest(session, policies, [v.activity_iri(public_url, course, key) for key in keys])
    read = [one.id for one in statements[:MOST_READ] if not one.voided]
    found = {number: own for number, own in sort_by_enrolment(session, read).items() if number in policies}
    proved = {number: all_proved(session, own, policies[number], public_url) for number, own in found.items()}
    excess = {number: excess_of(session, number, own) for number, own in proved.items()}
    results: dict[int, list[Completed | Passed]] = {}
    for number, _, (_, one) in unkept(session, proved, excess):
        results.setdefault(number, []).extend(_result(one))
    return EarlierResults(results, whole=len(statements) <= MOST_READ)


def _latest(session: Session, policies: Mapping[int, EnrolmentPolicy], iris: Sequence[str]) -> list[StoredStatement]:
    registrations = list(session.scalars(select(Registration.id).where(Registration.enrolment_id.in_(policies))))
    if not registrations or not iris:
        return []
    own = [AnyOf(Usage.REGISTRATION, registrations), AnyOf(Usage.ACTIVITY, [iri_key(one) for one in iris]), AnyOf(Usage.VERB, VERBS)]
    return latest(session, StatementFilter(own), MOST_READ + 1)


def _result(one: Observed) -> Iterator[Completed | Passed]:
    if one.kind == "completed":
        yield Completed(one.activity, one.session, one.at)
    elif one.kind == "passed":
        yield Passed(one.activity, one.session, one.at)
