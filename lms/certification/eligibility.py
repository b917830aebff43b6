"""Decide which members of a class can be certified, and what the others lack."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.classes.freezing import FreezeReason, frozen_because
from lms.classes.models import LEARNING, Enrolment
from lms.crediting.certified import valid_of
from lms.crediting.models import Certificate
from lms.crediting.standing import Standing, of_enrolments
from lms.programmes.progress import RequirementProgress


class Obstacle(StrEnum):
    """The reasons why somebody cannot be certified."""

    CERTIFIED = "certified"
    ERASED = "erased"
    STATE = "state"  # nominated only, or left the class
    SHORT = "short"  # something is missing
    HELD = "held"  # hours are held for review; somebody decides about them first
    UNPROPOSED = "unproposed"  # the programme asks for two people, and nobody has proposed the certificate
    SECOND = "second"  # the person who proposed the certificate does not confirm it
    OWN = "own"  # nobody certifies their own hours
    CHANGED = "changed"  # the account has changed since the office looked at it
    BEHIND = "behind"  # the ledger lacks some of the evidence; it follows within seconds


@dataclass(frozen=True, slots=True)
class ClassMember:
    """One person of a class: whether they can be certified, and their valid certificate if there is one."""

    standing: Standing
    obstacle: Obstacle | None
    certificate: Certificate | None = None

    @property
    def missing(self) -> Sequence[RequirementProgress]:
        """The requirements that are not met yet."""
        return [one for one in self.standing.requirements if not one.done]


def members_of(session: Session, class_id: int, certifier_id: int | None) -> list[ClassMember]:
    """Return everybody in a class, by name; `certifier_id` is the person who would certify them."""
    numbers = session.scalars(select(Enrolment.id).where(Enrolment.class_id == class_id).order_by(Enrolment.id)).all()
    valid = valid_of(session, numbers)
    found = [ClassMember(one, obstacle_of(one, certifier_id), valid.get(one.enrolment.id)) for one in of_enrolments(session, list(numbers))]
    return sorted(found, key=lambda one: one.standing.enrolment.person.name.encode("gb18030", "replace"))


def obstacle_of(standing: Standing, certifier_id: int | None) -> Obstacle | None:
    """Return the obstacle to certifying a person; None if there is none. `certifier_id` is the person who would certify them."""
    enrolment = standing.enrolment
    frozen = frozen_because(enrolment)
    if frozen is not None:
        return Obstacle.ERASED if frozen is FreezeReason.ERASED else Obstacle.CERTIFIED
    if enrolment.status not in LEARNING:
        return Obstacle.STATE
    if enrolment.held_seconds:
        return Obstacle.HELD
    if not standing.requirements or not standing.done:
        return Obstacle.SHORT
    return Obstacle.OWN if enrolment.person_id == certifier_id else None
