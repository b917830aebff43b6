"""Preview the hours of a class if it studied another version of a course, or no longer studied the course. Writes nothing.

Both sides are recomputed from all evidence, so evidence that still waits to be credited makes no difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.classes.freezing import is_frozen
from lms.classes.models import Enrolment
from lms.crediting.chain import SECONDS
from lms.crediting.course_results import EarlierResults, earlier_results
from lms.crediting.evidence import cases_of
from lms.crediting.graders import graded_otherwise
from lms.crediting.policy import EnrolmentPolicy, policies_of, policies_with
from lms.crediting.units import target_of
from lms.hours import Observation, recompute

AT_ONCE = 100
NO_RESULTS = EarlierResults()


@dataclass(frozen=True, slots=True)
class HoursChange:
    """One teacher's credited seconds before and after the change."""

    enrolment_id: int
    name: str
    before_s: int
    after_s: int


@dataclass(frozen=True, slots=True)
class CoursePreview:
    """The effect of a change: the number of teachers in the class, and the hours that would change, greatest losses first."""

    people: int
    changes: Sequence[HoursChange]
    results: int = 0  # earlier results that count only with the new version, because it has another grader; `changes` include them
    whole: bool = True  # all earlier results were read; otherwise more may count

    @property
    def losing(self) -> int:
        """Return how many teachers would have fewer hours."""
        return sum(one.after_s < one.before_s for one in self.changes)


def preview(session: Session, class_id: int, replaced: int, by: CourseVersion | None, public_url: str = "") -> CoursePreview:
    """Preview the hours of a class with version `by` instead of version `replaced`; None removes the course.

    `public_url`, the site's address, is needed to find earlier results that count if `by` has another grader.
    """
    people = select(Enrolment.id, Person.name).join(Person, Person.id == Enrolment.person_id)
    own = (Enrolment.class_id == class_id, ~is_frozen())
    names = {number: name for number, name in session.execute(people.where(*own).order_by(Enrolment.id))}
    regraded = graded_otherwise(outline_of(session.get_one(CourseVersion, replaced)), outline_of(by)) if by is not None else []
    ids, changes, results, whole = list(names), [], 0, True
    for at in range(0, len(ids), AT_ONCE):
        policies = policies_of(session, ids[at : at + AT_ONCE])
        others = policies_with(session, policies, replaced, by)
        earlier = NO_RESULTS
        if by is not None and regraded:
            earlier = earlier_results(session, others, by.course.code, [one.key for one in regraded], public_url)
        before, after = _credited(session, policies), _credited(session, others, earlier.found)
        changes += [HoursChange(one, names[one], before[one], after[one]) for one in policies if before[one] != after[one]]
        results, whole = results + sum(map(len, earlier.found.values())), whole and earlier.whole
    return CoursePreview(len(ids), sorted(changes, key=lambda one: (one.after_s - one.before_s, one.enrolment_id)), results, whole)


def _credited(
    session: Session, policies: Mapping[int, EnrolmentPolicy], more: Mapping[int, Sequence[Observation]] = NO_RESULTS.found
) -> dict[int, int]:
    """Return the credited seconds of enrolments by all their evidence, and `more` of it."""
    cases = cases_of(session, policies)
    with_more = {number: replace(one, observations=[*one.observations, *more.get(number, ())]) for number, one in cases.items()}
    found = {number: target_of(recompute(case)) for number, case in with_more.items()}
    return {number: sum(amount for account, amount in sums.items() if account.unit == SECONDS) for number, sums in found.items()}
