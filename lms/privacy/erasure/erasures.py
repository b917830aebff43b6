"""Who was erased, when, by whom, and how much went? Numbers only: nothing here leads back to anybody."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.privacy.erasure.models import Erasure

PAGE = 50


@dataclass(frozen=True, slots=True)
class ErasureLine:
    """An erasure, and the name of who asked for it (None: on the command line)."""

    row: Erasure
    by: str | None


@dataclass(frozen=True, slots=True)
class ErasurePage:
    """One page, the latest first; `next` is the id before which to go on."""

    lines: Sequence[ErasureLine]
    total: int
    next: int | None


def of_person(session: Session, person_id: int) -> ErasureLine | None:
    """Return somebody's erasure, if they were erased."""
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
