"""The kinds of long work and their properties."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.offices import is_office_of

Params = Mapping[str, Any]
Piece = Sequence[int]  # the content of one step, usually ids
ReportProgress = Callable[[int, int], None]  # how much of the job is done, of how much


def _to_nobody(_done: int, _total: int) -> None:
    """Report no progress."""


def _its_owner(_session: Session, _person: Person, _params: Params) -> bool:
    """Leave the result to its owner, with any roles."""
    return True


def of_office(session: Session, person: Person, params: Params) -> bool:
    """Say whether the owner works now for the office whose `path` the job has, or for one above it."""
    return is_office_of(session, person, params["path"])


@dataclass(frozen=True, slots=True)
class JobOrder:
    """The request and its time: the result describes that moment, even if the work is started again later.

    A long piece calls `report` now and then: it shows the progress, keeps the lease, and raises TurnLost if the job was cancelled.
    """

    params: Params
    asked_at: datetime
    report: ReportProgress = field(default=_to_nobody, compare=False)


class WorkRefused(Exception):
    """The work cannot be done, and trying again would not help; `reason` is kept for the job's `refusal`, which makes words of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of work: planned once, made piece by piece, joined at the end.

    A worker may be killed at any point, so each step may run twice and must do no harm. `join` writes the result
    and returns the file name for the person; without it, the job leaves no file. `size` is what a piece adds to the
    progress: by default its number of ids. `next_link`: a link for the time after the job, as text and address.
    `refusal`: the words, in the reader's language, for the reason of a `WorkRefused` that `make` or `join` raised.
    `can_go_on`: may it be continued after a failure? Not a list of teachers, which is checked again before it is confirmed.
    `may_have`: may the owner still download the result? An office that they lost gives them nothing any more.
    """

    title: Callable[[Params], str]
    plan: Callable[[Params], Sequence[Piece]]
    make: Callable[[JobOrder, Piece], bytes]
    join: Callable[[JobOrder, Iterable[bytes], IO[bytes]], str] | None = None
    size: Callable[[Piece], int] = len
    next_link: Callable[[Params], tuple[str, str]] | None = None
    may_have: Callable[[Session, Person, Params], bool] = _its_owner
    refusal: Callable[[str], str] | None = None
    can_go_on: bool = True


def kind_of(name: str) -> JobKind:
    """Return the kind with this name."""
    kinds: Mapping[str, JobKind] = current_app.extensions["job_kinds"]
    return kinds[name]
