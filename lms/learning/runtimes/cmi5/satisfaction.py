"""Which units, blocks and courses has a registration satisfied (9.3.9), and what does the LMS state of it?"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.formats.cmi5_values import BOTH, COMPLETED, EITHER, NOT_APPLICABLE, PASSED, AssignableUnit, Structure, key_of
from lms.learning import stating
from lms.learning.models import Cmi5Progress
from lms.learning.runtimes.cmi5 import statements
from lms.learning.runtimes.cmi5 import vocabulary as c
from lms.learning.runtimes.cmi5.statements import RegisteredLearner

COURSE, BLOCK = "course/", "block/"  # the first words of places; keys of activities have no slash


def progress_of(session: Session, registration: uuid.UUID) -> dict[str, Cmi5Progress]:
    """Return what a registration reached so far, by place."""
    rows = session.scalars(select(Cmi5Progress).where(Cmi5Progress.registration_id == registration))
    return {one.place: one for one in rows}


def note(session: Session, registration: uuid.UUID, place: str, reached: str, now: datetime) -> None:
    """Note that a unit was completed, passed or waived, or a place satisfied; the first time stays."""
    row = session.get(Cmi5Progress, (registration, place))
    if row is None:
        row = Cmi5Progress(registration_id=registration, place=place)
        session.add(row)
    if getattr(row, f"{reached}_at") is None:
        setattr(row, f"{reached}_at", now)
    session.flush()


def is_satisfied(unit: AssignableUnit, reached: Cmi5Progress | None) -> bool:
    """Say whether a unit's moveOn is met (10.2.5), or the unit is waived."""
    if unit.move_on == NOT_APPLICABLE:
        return True
    if reached is None:
        return False
    completed, passed = reached.completed_at is not None, reached.passed_at is not None
    met = {COMPLETED: completed, PASSED: passed, BOTH: completed and passed, EITHER: completed or passed}[unit.move_on]
    return met or reached.waived_at is not None


def evaluate(session: Session, who: RegisteredLearner, structure: Structure, session_id: uuid.UUID, now: datetime) -> int:
    """State every block, and the course, that is satisfied and was not stated yet; return how many statements were written.

    `session_id` is the session that led to it (9.3.9). Blocks inside come before those around them.
    """
    reached = progress_of(session, who.registration)
    done = {one.key for one in structure.units if is_satisfied(one, reached.get(one.key))}
    stated = 0
    for place, block in _places(structure):
        if _is_stated(reached.get(place)) or not done.issuperset(structure.keys_in(block)):
            continue
        statement = statements.satisfied(who, _target(who, structure, block), session_id, now)
        stating.store(session, [statement], who.public_url, now)
        note(session, who.registration, place, "satisfied", now)
        stated += 1
    return stated


def forget_waiver(session: Session, who: RegisteredLearner, structure: Structure, key: str) -> list[str] | None:
    """Forget that a unit was waived; return our ids of the blocks and the course that are not satisfied any more, None if it was not."""
    reached = progress_of(session, who.registration)
    row = reached.get(key)
    if row is None or row.waived_at is None:
        return None
    row.waived_at = None
    done = {one.key for one in structure.units if is_satisfied(one, reached.get(one.key))}
    lost = [(place, block) for place, block in _places(structure) if _is_stated(reached.get(place))]
    lost = [(place, block) for place, block in lost if not done.issuperset(structure.keys_in(block))]
    for place, _block in lost:
        reached[place].satisfied_at = None
    session.flush()
    return [_target(who, structure, block)[0] for _place, block in lost]


def _places(structure: Structure) -> list[tuple[str, str | None]]:
    """Return the places that can be satisfied, with their blocks; the innermost first, the course last."""
    depths: dict[str, int] = {}
    for unit in structure.units:
        depths.update({block: depth for depth, block in enumerate(unit.blocks)})
    inner = sorted(depths, key=lambda one: -depths[one])
    return [*((f"{BLOCK}{_block_key(structure, one)}", one) for one in inner), (f"{COURSE}{structure.package}", None)]


def _block_key(structure: Structure, block: str) -> str:
    """Return the key of a block in a course, which two packages with blocks of one id do not share."""
    return f"{structure.package}/{key_of(block)}" if structure.package else key_of(block)


def _is_stated(row: Cmi5Progress | None) -> bool:
    return row is not None and row.satisfied_at is not None


def _target(who: RegisteredLearner, structure: Structure, block: str | None) -> tuple[str, str, str]:
    if block is None:
        return who.course_of(structure.package), structure.id, c.COURSE_TYPE
    return who.block(_block_key(structure, block)), block, c.BLOCK_TYPE


def results_of(reached: Mapping[str, Cmi5Progress], key: str) -> frozenset[str]:
    """Return the verbs of results that a registration has of a unit, each of which may come once (9.3)."""
    row = reached.get(key)
    completed, passed = (row is not None and at is not None for at in ((row.completed_at, row.passed_at) if row else (None, None)))
    return frozenset({c.COMPLETED} if completed else ()) | frozenset({c.PASSED} if passed else ())
