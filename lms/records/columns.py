"""The columns of a table of statements. Pure.

The last column has the whole statement as it is stored, so a table lacks nothing that an analyst may need later.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, Final, Literal

from xapi.statements import seconds_of, timestamp

Json = Mapping[str, Any]
Cell = str | float | bool | datetime | None
TEXT: Final = "text"
NUMBER: Final = "number"
TRUTH: Final = "truth"
INSTANT: Final = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `read` takes a parsed statement and returns None if the statement lacks the value."""

    name: str
    kind: Literal["text", "number", "truth", "instant"]
    read: Callable[[Json], Any]
    about: str


def _at(*path: str) -> Callable[[Json], Any]:
    def read(statement: Json) -> Any:
        found: Any = statement
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    return read


def _object(statement: Json) -> str | None:
    """Return the object's identifier: an id, or an account's name or mbox; None for a sub-statement."""
    target = statement["object"]
    found: str | None = target.get("id") or _at("account", "name")(target) or target.get("mbox")
    return found


def _activities(kind: str) -> Callable[[Json], str | None]:
    def read(statement: Json) -> str | None:
        found = _at("context", "contextActivities", kind)(statement) or []
        return " ".join(one["id"] for one in (found if isinstance(found, list) else [found])) or None  # an IRI contains no space

    return read


def _instant(name: str) -> Callable[[Json], datetime]:
    return lambda statement: timestamp(statement[name], name)


def _seconds(statement: Json) -> float | None:
    seconds = seconds_of(_at("result", "duration")(statement))
    return None if seconds is None else _number(float(seconds))


def _authority(statement: Json) -> str | None:
    found = statement.get("authority", {})
    return _at("account", "name")(found) or found.get("name")


COLUMNS = (
    Column("id", TEXT, _at("id"), "the statement's id"),
    Column("stored", INSTANT, _instant("stored"), "when this store received it (UTC)"),
    Column("timestamp", INSTANT, _instant("timestamp"), "when it happened, according to its author (UTC)"),
    Column("actor_home_page", TEXT, _at("actor", "account", "homePage"), "where the actor's account is"),
    Column("actor_account", TEXT, _at("actor", "account", "name"), "the account's name; our own people have an opaque one"),
    Column("actor_mbox", TEXT, _at("actor", "mbox"), "the actor's mail address, mailto:…"),
    Column("verb", TEXT, _at("verb", "id"), "the verb's IRI"),
    Column("object_type", TEXT, lambda one: one["object"].get("objectType", "Activity"), "Activity, Agent, Group …"),
    Column("object", TEXT, _object, "the object's id (of an agent: its account's name or mbox)"),
    Column("success", TRUTH, _at("result", "success"), "result.success"),
    Column("completion", TRUTH, _at("result", "completion"), "result.completion"),
    Column("score_scaled", NUMBER, _at("result", "score", "scaled"), "result.score.scaled, -1 to 1"),
    Column("score_raw", NUMBER, _at("result", "score", "raw"), "result.score.raw"),
    Column("score_min", NUMBER, _at("result", "score", "min"), "result.score.min"),
    Column("score_max", NUMBER, _at("result", "score", "max"), "result.score.max"),
    Column(
        "duration_s",
        NUMBER,
        _seconds,
        "result.duration in seconds; empty if it has years or months (other than 0), which have no fixed length",
    ),
    Column("registration", TEXT, _at("context", "registration"), "context.registration"),
    Column("parent", TEXT, _activities("parent"), "ids of contextActivities.parent, separated by spaces"),
    Column("grouping", TEXT, _activities("grouping"), "ids of contextActivities.grouping, separated by spaces"),
    Column("authority", TEXT, _authority, "who vouches for it"),
    Column("void", TRUTH, lambda _: None, "whether another statement voided it; voided statements are included only on request"),
    Column("statement", TEXT, lambda _: None, "the whole statement as JSON"),
)


def row_of(text: str, *, void: bool = False) -> list[Cell]:
    """Return a stored statement's cells, in the order of COLUMNS; the caller fills in `void`, which the text does not say."""
    statement = json.loads(text)
    return [*(_cell(column, statement) for column in COLUMNS[:-2]), void, one_line(text)]


def _cell(column: Column, statement: Json) -> Cell:
    found = column.read(statement)
    if column.kind == NUMBER and found is not None:
        return _number(found)
    if isinstance(found, str):
        return found.encode("utf-8", "replace").decode()  # half of a surrogate pair is not valid text outside JSON
    return found


def _number(found: int | float) -> float | None:
    try:
        number = float(found)
    except OverflowError:  # JSON allows whole numbers of any length
        return None
    return number if isfinite(number) else None


def one_line(text: str) -> str:
    """Return a statement's JSON on one line: line breaks outside its strings have no meaning, and inside there are none."""
    return text.replace("\r", " ").replace("\n", " ")
