"""Which evidence may be gone? What the parts of the system that take something away tell those that verify."""

import uuid
from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session


def _nothing(_session: Session, _asked: object) -> Set[uuid.UUID]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class Removals:
    """How to ask which absences were recorded.

    `statements`: of statements that are known by their ids only, with the instants when they were stored, those that a recorded
    removal covers. `erased`: of people, those whose erasure was recorded; None where nobody knows.
    """

    statements: Callable[[Session, Mapping[uuid.UUID, datetime]], Set[uuid.UUID]] = _nothing
    erased: Callable[[Session, Collection[int]], Set[int]] | None = None


NOTHING = Removals()  # nothing may be gone
