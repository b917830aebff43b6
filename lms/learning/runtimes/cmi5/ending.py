"""End sessions of units that did not say `terminated` (9.3.6), and waive units (9.3.7)."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.formats.cmi5_values import AssignableUnit, Structure
from lms.learning import stating
from lms.learning.models import Cmi5Session, Launch
from lms.learning.runtimes.cmi5 import satisfaction, statements
from lms.learning.runtimes.cmi5.statements import RegisteredLearner, StatedUnit

ABANDONED, TERMINATED = "abandoned", "terminated"


class RegisteredUnit(Protocol):
    """A unit within a registration."""

    @property
    def who(self) -> RegisteredLearner:
        """The learner and the course."""

    @property
    def structure(self) -> Structure:
        """The course structure."""

    @property
    def unit(self) -> AssignableUnit:
        """The unit."""


def abandon_all(session: Session, of: RegisteredUnit, now: datetime) -> int:
    """Abandon every running session of a unit in its registration; return how many there were."""
    own = (Cmi5Session.registration_id == of.who.registration, Cmi5Session.activity == of.unit.key, Cmi5Session.ended_at.is_(None))
    running = session.scalars(select(Cmi5Session).where(*own).order_by(Cmi5Session.launched_at).with_for_update()).all()
    for one in running:
        abandon(session, of, one, now)
    return len(running)


def abandon(session: Session, of: RegisteredUnit, running: Cmi5Session, now: datetime) -> None:
    """End a locked session and state it; its token ends with it."""
    running.ended_at, running.ending = now, ABANDONED
    session.flush()
    seconds = int(((running.last_at or running.launched_at) - running.launched_at).total_seconds())
    stating.store(session, [statements.abandoned(StatedUnit(of.who, of.unit, running.id), seconds, now)], of.who.public_url, now)


def waive(session: Session, of: RegisteredUnit, reason: str, now: datetime) -> bool:
    """Waive a unit for a registration; return False if its moveOn is met or it was waived before."""
    reached = satisfaction.progress_of(session, of.who.registration).get(of.unit.key)
    if satisfaction.is_satisfied(of.unit, reached):
        return False
    session_id = uuid.uuid4()
    stating.store(session, [statements.waived(StatedUnit(of.who, of.unit, session_id), reason, now)], of.who.public_url, now)
    satisfaction.note(session, of.who.registration, of.unit.key, "waived", now)
    satisfaction.evaluate(session, of.who, of.structure, session_id, now)
    return True


def overdue(session: Session, limit: int) -> Sequence[uuid.UUID]:
    """Return sessions that still run although their launch has ended."""
    ended = select(Cmi5Session.id).join(Launch, Launch.id == Cmi5Session.launch_id)
    return session.scalars(ended.where(Cmi5Session.ended_at.is_(None), Launch.ended_at.is_not(None)).limit(limit)).all()
