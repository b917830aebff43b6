"""List what a unit sent in a preview and what became of it, for the page. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

MOST_KEPT, MOST_OF_A_REQUEST = 200, 20
LONGEST_NAME, LONGEST_REASON = 100, 500  # characters
STATEMENTS = "statements"
SENDS, READING = frozenset({"POST", "PUT"}), frozenset({"GET", "HEAD", "OPTIONS"})

Json = dict[str, Any]
FETCHED_AGAIN: Json = {
    "name": "fetch",
    "status": 200,
    "why": "The token was handed out already, or this session has ended (8.2.3).",
    "met": [],
}


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """A request of a unit to its record store, with the answer that it got. `seen`: its statements, if they were read."""

    method: str
    resource: str
    body: bytes
    status: int = 0
    answer: bytes = b""
    seen: Sequence[Mapping[str, Any]] = ()

    @property
    def changes(self) -> bool:
        """Say whether it may change what is stored."""
        return self.method not in READING

    def answered(self, status: int, answer: bytes, seen: Sequence[Mapping[str, Any]]) -> "AnsweredRequest":
        """Return it with its answer."""
        return replace(self, status=status, answer=answer, seen=seen)


def reports_of(one: AnsweredRequest, met: Callable[[Mapping[str, Any]], list[str]]) -> list[Json]:
    """Return what is to be shown of a request: each statement, and all other requests that were refused. `met`: a statement's conditions.

    A document that is not there is no fault: units look for a bookmark before they write one.
    """
    refused = one.status >= HTTPStatus.BAD_REQUEST
    why = _reason(one.answer) if refused else ""
    if one.resource == STATEMENTS and one.method in SENDS:
        said = [*(one.seen or _parsed(one.body))][:MOST_OF_A_REQUEST]
        found = [_report(_verb(each), one.status, why, [] if refused else met(each)) for each in said]
        return found or [_report(f"{one.method} {one.resource}", one.status, why)]
    if refused and one.status != HTTPStatus.NOT_FOUND:
        return [_report(f"{one.method} {one.resource}", one.status, why)]
    return []


def add(kept: Sequence[Json], new: Sequence[Json], last: int) -> list[Json]:
    """Return the reports that are kept after new ones, which are numbered from `last` on; the oldest give way."""
    return [*kept, *({"number": last + at, **one} for at, one in enumerate(new, 1))][-MOST_KEPT:]


def _report(name: str, status: int, why: str, met: Sequence[str] = ()) -> Json:
    return {"name": name[:LONGEST_NAME], "status": status, "why": why[:LONGEST_REASON], "met": list(met)}


def _parsed(body: bytes) -> list[Json]:
    """Return the objects in a request that was refused."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return []
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


def _verb(statement: Mapping[str, Any]) -> str:
    """Return the last word of a statement's verb."""
    verb = statement.get("verb")
    iri = verb.get("id") if isinstance(verb, Mapping) else None
    return str(iri or "?").rstrip("/").rpartition("/")[2]


def _reason(answer: bytes) -> str:
    """Return the sentence of a refusal, which is problem+json."""
    try:
        return str(json.loads(answer)["detail"])
    except (ValueError, KeyError, TypeError):
        return ""
