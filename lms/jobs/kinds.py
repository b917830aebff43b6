"""Which kinds of long work are there, and what does each of them say about itself?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from flask import current_app

Params = Mapping[str, Any]
Piece = Sequence[int]  # what one step is about, most often ids


@dataclass(frozen=True, slots=True)
class JobOrder:
    """What somebody asked for, and when: a result speaks of that moment, however often its making is begun again."""

    params: Params
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of work: planned once, made piece by piece, joined at the end.

    A worker may be killed anywhere: each step may be taken twice and must do no harm by that. `join` writes the result
    and returns the name that the person sees. `size` is what a piece adds to the progress: its ids, where nothing else is said.
    `onward`: where somebody goes on when it is done, as words and an address.
    """

    title: Callable[[Params], str]
    plan: Callable[[Params], Sequence[Piece]]
    make: Callable[[JobOrder, Piece], bytes]
    join: Callable[[JobOrder, Iterable[bytes], IO[bytes]], str]
    size: Callable[[Piece], int] = len
    onward: Callable[[Params], tuple[str, str]] | None = None


def kind_of(name: str) -> JobKind:
    """Return the kind of this name."""
    kinds: Mapping[str, JobKind] = current_app.extensions["job_kinds"]
    return kinds[name]
