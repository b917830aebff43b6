"""Whose hours would change, and by how much, if a class studied another version of a course, or not the course any more? Read only.

Both sides are recomputed from all evidence, so evidence that still waits to be credited makes no difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.catalogue.models import CourseVersion
from lms.classes.freezing import is_frozen
from lms.classes.models import Enrolment
from lms.crediting.chain import SECONDS
from lms.crediting.evidence import cases_of
from lms.crediting.policy import EnrolmentPolicy, policies_of, policies_with
from lms.crediting.units import target_of
from lms.hours import recompute

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class HoursChange:
    """One teacher's credited seconds as they are, and as they would be."""

    enrolment_id: int
    name: str
    before_s: int
    after_s: int


@dataclass(frozen=True, slots=True)
class CoursePreview:
    """The effect of a change: the number of teachers to whom it applies, and the hours that would change, greatest losses first."""

    people: int
    changes: Sequence[HoursChange]

    @property
    def losing(self) -> int:
        """Return how many teachers would have fewer hours."""
        return sum(one.after_s < one.before_s for one in self.changes)


def preview(session: Session, class_id: int, replaced: int, by: CourseVersion | None) -> CoursePreview:
    """Return what the hours of a class would become with version `by` in the place of `replaced`, or without the course."""
    people = select(Enrolment.id, Person.name).join(Person, Person.id == Enrolment.person_id)
    own = (Enrolment.class_id == class_id, ~is_frozen())
    names = {number: name for number, name in session.execute(people.where(*own).order_by(Enrolment.id))}
    ids, changes = list(names), []
    for at in range(0, len(ids), AT_ONCE):
        policies = policies_of(session, ids[at : at + AT_ONCE])
        before, after = _credited(session, policies), _credited(session, policies_with(session, policies, replaced, by))
        changes += [HoursChange(one, names[one], before[one], after[one]) for one in policies if before[one] != after[one]]
    return CoursePreview(len(ids), sorted(changes, key=lambda one: (one.after_s - one.before_s, one.enrolment_id)))


def _credited(session: Session, policies: Mapping[int, EnrolmentPolicy]) -> dict[int, int]:
    found = {number: target_of(recompute(case)) for number, case in cases_of(session, policies).items()}
    return {number: sum(amount for account, amount in sums.items() if account.unit == SECONDS) for number, sums in found.items()}
