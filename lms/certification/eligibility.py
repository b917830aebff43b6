"""Decide which members of a class can be certified, and what the others lack."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Organisation
from lms.certification.printable import glyphs_missing, placeholders_missing
from lms.classes.freezing import FreezeReason, frozen_because
from lms.classes.models import LEARNING, Enrolment, TrainingClass
from lms.crediting.certified import valid_of
from lms.crediting.models import Certificate
from lms.crediting.standing import Standing, of_enrolments
from lms.printing.letterheads import SetLetterhead, letterheads_of
from lms.programmes.progress import RequirementProgress
from lms.transcripts.identity import Belongs, belongs_of


class Obstacle(StrEnum):
    """The reasons why somebody cannot be certified."""

    CERTIFIED = "certified"
    ERASED = "erased"
    STATE = "state"  # nominated only, or left the class
    SHORT = "short"  # something is missing
    HELD = "held"  # hours are held for review; somebody decides about them first
    UNPROPOSED = "unproposed"  # the programme asks for two people, and nobody has proposed the certificate
    GLYPH = "glyph"  # no font has a character of the name, or of another printed text
    WORDING = "wording"  # the office's wording asks for something that this certificate does not have
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
    unprintable: Sequence[str] = ()  # the characters or placeholders of Obstacle.GLYPH and Obstacle.WORDING

    @property
    def missing(self) -> Sequence[RequirementProgress]:
        """The requirements that are not met yet."""
        return [one for one in self.standing.requirements if not one.done]


def members_of(session: Session, class_id: int, certifier_id: int | None) -> list[ClassMember]:
    """Return everybody in a class, by name; `certifier_id` is the person who would certify them."""
    numbers = session.scalars(select(Enrolment.id).where(Enrolment.class_id == class_id).order_by(Enrolment.id)).all()
    valid, belongs = valid_of(session, numbers), belongs_of(session, numbers)
    provider = select(Organisation).join(TrainingClass, TrainingClass.provider_id == Organisation.id).where(TrainingClass.id == class_id)
    head = letterheads_of(session, session.scalars(provider).all())
    found = []
    for one in of_enrolments(session, list(numbers)):
        letterhead = head.get(one.training_class.provider_id)
        obstacle = obstacle_of(one, certifier_id)
        unprintable: tuple[str, ...] = ()
        if obstacle is None:
            obstacle, unprintable = obstacle_to_printing(one, belongs[one.enrolment.id], letterhead)
        found.append(ClassMember(one, obstacle, valid.get(one.enrolment.id), unprintable))
    return sorted(found, key=lambda one: one.standing.enrolment.person.name.encode("gb18030", "replace"))


def obstacle_to_printing(standing: Standing, belongs: Belongs, letterhead: SetLetterhead | None) -> tuple[Obstacle | None, tuple[str, ...]]:
    """Return why a person's certificate could not be printed, and the placeholders or characters that prevent it."""
    if placeholders := placeholders_missing(standing, letterhead):
        return Obstacle.WORDING, tuple(placeholders)
    glyphs = glyphs_missing(standing, belongs)
    return Obstacle.GLYPH if glyphs else None, tuple(glyphs)


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
