"""The list of erasures: who asked for them, when, and how much was erased. It contains nothing that identifies the erased person."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.privacy.erasure.models import Erasure

PAGE = 50


@dataclass(frozen=True, slots=True)
class ErasureLine:
    """An erasure, and the name of the person who asked for it (None: from the command line)."""

    row: Erasure
    by: str | None


@dataclass(frozen=True, slots=True)
class ErasurePage:
    """One page, the latest first; `next` is the id from which to continue."""

    lines: Sequence[ErasureLine]
    total: int
    next: int | None


def of_person(session: Session, person_id: int) -> ErasureLine | None:
    """Return a person's erasure, if they were erased."""
    row = session.execute(_all().where(Erasure.person_id == person_id)).first()
    return ErasureLine(*row) if row else None


def page_of(session: Session, before: int | None) -> ErasurePage:
    """Return one page of all erasures."""
    wanted = _all() if before is None else _all().where(Erasure.id < before)
    lines = [ErasureLine(*row) for row in session.execute(wanted.order_by(Erasure.id.desc()).limit(PAGE + 1))]
    total = session.scalar(select(func.count()).select_from(Erasure)) or 0
    return ErasurePage(lines[:PAGE], total, lines[PAGE - 1].row.id if len(lines) > PAGE else None)


def _all() -> Select[Erasure, str]:
    return select(Erasure, Person.name).outerjoin(Person, Person.id == Erasure.asked_by)
