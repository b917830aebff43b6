"""How is a request body read so that nothing of a statement is lost or guessed at? Pure.

The parsed form serves checks and keys; the text of every top-level property is kept as it came, so that numbers,
escapes and long integers are given back unchanged.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from xapi.errors import BadRequest, TooLarge

MOST_STATEMENTS = 5000
DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Received:
    """One statement as it came: parsed, and the text of each of its properties."""

    parsed: dict[str, Any]
    raw: Mapping[str, msgspec.Raw]


def read(body: bytes) -> list[Received]:
    """Read one statement or an array of them.

    Raises:
        BadRequest: no JSON, a repeated key, NaN, lone surrogates, nested too deeply.
        TooLarge: more statements than the store takes at once.
    """
    parsed = parse(body)
    many = isinstance(parsed, list)
    items = parsed if many else [parsed]
    if len(items) > MOST_STATEMENTS:
        raise TooLarge(f"at most {MOST_STATEMENTS} statements in one request")
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise BadRequest("must be an object", f"statements[{index}]" if many else "statement")
    raws = (
        msgspec.json.decode(body, type=list[dict[str, msgspec.Raw]]) if many else [msgspec.json.decode(body, type=dict[str, msgspec.Raw])]
    )
    return [Received(item, raw) for item, raw in zip(items, raws, strict=True)]


def received(statement: Mapping[str, Any]) -> Received:
    """Take a statement that our own code built."""
    raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in statement.items()}
    return Received(dict(statement), raw)


def parse(body: bytes) -> Any:
    """Read JSON strictly."""
    try:
        text = body.decode("utf-8")
        parsed = json.loads(text, object_pairs_hook=_pairs, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise BadRequest("the body is not UTF-8") from error
    except RecursionError as error:
        raise BadRequest("the body is nested too deeply") from error
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {str(error).partition(';')[0]}") from error
    if text.count("[") + text.count("{") > DEEPEST and _deeper(parsed):
        raise BadRequest(f"the body is nested deeper than {DEEPEST}")
    if "\\ud" in text.lower():
        _refuse_surrogates(parsed)
    return parsed


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadRequest(f"the key {twice!r} is given more than once in one object")
    return found


def _refuse_constant(name: str) -> None:
    raise BadRequest(f"{name} is not a JSON number")


def _deeper(parsed: Any) -> bool:
    level = [parsed]
    for _ in range(DEEPEST):
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item) if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def _refuse_surrogates(parsed: Any) -> None:
    try:
        json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadRequest("a text has half a surrogate pair, which is no character") from error


def compose(taken: Received, own: Mapping[str, Any]) -> str:
    """Return the statement's text: each property as it came, but those in `own` as the store sets them."""
    merged = {**taken.raw, **{name: msgspec.Raw(msgspec.json.encode(value)) for name, value in own.items()}}
    return msgspec.json.encode(merged).decode("utf-8")
