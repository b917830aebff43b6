"""Which kinds of long work are there, and how does one of them report?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

Params = Mapping[str, Any]
Report = Callable[[int, int], None]  # (done, total); raises Cancelled where the person asked to stop


class Cancelled(Exception):
    """The person asked to stop."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a job made: a file, under the name that the person sees."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work. `run` may be begun again from the start, after a worker was killed, and must do no harm by that."""

    title: Callable[[Params], str]
    run: Callable[[Params, Report], Result]


def kind_of(name: str) -> Kind:
    """Return the kind of this name."""
    kinds: Mapping[str, Kind] = current_app.extensions["job_kinds"]
    return kinds[name]
