"""Recorded removals of evidence. Packages that remove something report it here to the verification."""

import uuid
from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session


def _nothing(_session: Session, _asked: object) -> Set[uuid.UUID]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class Removals:
    """Functions that return recorded removals.

    `statements`: of statements of which only the id exists, given with their times of storing, return those that a recorded
    removal covers. `erased`: of these people, return those whose erasure was recorded; None if unknown.
    """

    statements: Callable[[Session, Mapping[uuid.UUID, datetime]], Set[uuid.UUID]] = _nothing
    erased: Callable[[Session, Collection[int]], Set[int]] | None = None


NOTHING = Removals()  # no evidence may be missing
