"""How is a request body read so that nothing of a statement is lost or guessed at? Pure.

The parsed form serves checks and keys; the text of every top-level property is kept as it came, so that numbers,
escapes, half surrogate pairs and long integers are given back unchanged.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined] # public in fact: json.decoder documents it in its code
from typing import Any

import msgspec

from xapi.errors import BadRequest, TooLarge

MOST_STATEMENTS = 5000
MOST_CHARACTERS = 2**20  # of one statement: what it says of 100,000 people costs seconds to check and to find again
DEEPEST = 100
NESTED: Mapping[str, Any] = {"context": {"extensions": {}}}  # where the store adds to what came instead of replacing it
SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Received:
    """One statement as it came: parsed, and the text of each of its properties."""

    parsed: dict[str, Any]
    raw: dict[str, str]


def read(body: bytes) -> tuple[list[Received], bool]:
    """Read one statement or an array of them; say whether it was an array.

    Raises:
        BadRequest: no JSON, a repeated key, NaN, nested too deeply, something that is no object.
        TooLarge: more statements than the store takes at once, or one that is larger than it takes.
    """
    try:
        text = body.decode("utf-8")
        start = _skip(text, 0)
        many = text[start : start + 1] == "["
        found = list(_array(text, start)) if many else [_only(text, start)]
    except UnicodeDecodeError as error:
        raise BadRequest("the body is not UTF-8") from error
    except RecursionError as error:
        raise BadRequest("the body is nested too deeply") from error
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {str(error).partition(';')[0]}") from error
    if text.count("[") + text.count("{") > DEEPEST and any(_deeper(one.parsed) for one in found):
        raise BadRequest(f"the body is nested deeper than {DEEPEST}")
    return found, many


def received(statement: Mapping[str, Any]) -> Received:
    """Take a statement that our own code built."""
    return Received(dict(statement), {name: _write(value) for name, value in statement.items()})


def parse(text: str) -> Any:
    """Read JSON strictly: no repeated keys, no NaN."""
    return json.loads(text, object_pairs_hook=_pairs, parse_constant=_refuse_constant, parse_float=_finite)


def stored(text: str) -> Any:
    """Read the text of a stored statement. What is fast does not know half surrogate pairs, nor the longest numbers."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)


def _only(text: str, start: int) -> Received:
    found, end = _object(text, start, "statement")
    if _skip(text, end) != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return found


def _array(text: str, start: int) -> Iterator[Received]:
    at, index = _skip(text, start + 1), 0
    while text[at : at + 1] != "]" or index:
        if index >= MOST_STATEMENTS:
            raise TooLarge(f"at most {MOST_STATEMENTS} statements in one request")
        found, at = _object(text, at, f"statements[{index}]")
        yield found
        index, at = index + 1, _skip(text, at)
        if text[at : at + 1] == "]":
            break
        at = _skip(text, _expect(text, at, ","))
    if _skip(text, at + 1) != len(text):
        raise json.JSONDecodeError("Extra data", text, at + 1)


def _object(text: str, start: int, path: str) -> tuple[Received, int]:
    """Read an object, cutting out the text of each property; return where it ends."""
    if text[start : start + 1] != "{":
        _DECODER.raw_decode(text, start)
        raise BadRequest("must be an object", path)
    parsed: dict[str, Any] = {}
    raw: dict[str, str] = {}
    at = _skip(text, start + 1)
    while text[at : at + 1] != "}" or parsed:
        name, at = scanstring(text, _expect(text, at, '"'), True)
        at = _skip(text, _expect(text, _skip(text, at), ":"))
        value, end = _DECODER.raw_decode(text, at)
        if name in parsed:
            _refuse_twice(name)
        parsed[name], raw[name] = value, text[at:end]
        at = _skip(text, end)
        if text[at : at + 1] == "}":
            break
        at = _skip(text, _expect(text, at, ","))
    if at - start >= MOST_CHARACTERS:
        raise TooLarge(f"at most {MOST_CHARACTERS} characters in one statement", path)
    return Received(parsed, raw), at + 1


def _skip(text: str, at: int) -> int:
    return SPACE.match(text, at).end()  # type: ignore[union-attr] # matches the empty text, too


def _expect(text: str, at: int, sign: str) -> int:
    if text[at : at + 1] != sign:
        raise json.JSONDecodeError(f"Expecting {sign!r}", text, at)
    return at + 1


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        _refuse_twice(next(name for name in names if names.count(name) > 1))
    return found


def _refuse_twice(name: str) -> None:
    raise BadRequest(f"the key {name!r} is given more than once in one object")


def _refuse_constant(name: str) -> None:
    raise BadRequest(f"{name} is not a JSON number")


def _finite(number: str) -> float:
    found = float(number)
    if math.isinf(found):
        raise BadRequest(f"the number {number[:20]} is larger than a double can be")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_refuse_constant, parse_float=_finite)


def _deeper(parsed: Any) -> bool:
    level = [parsed]
    for _ in range(DEEPEST):
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item) if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def lay_over(parsed: Mapping[str, Any], own: Mapping[str, Any], nested: Mapping[str, Any] = NESTED) -> dict[str, Any]:
    """Return a parsed object with the store's own properties in it; inside `nested` ones, property by property."""
    merged = dict(parsed)
    for name, value in own.items():
        given = merged.get(name)
        if name not in nested or name not in merged:
            merged[name] = value
        elif isinstance(given, dict):
            merged[name] = lay_over(given, value, nested[name])
    return merged


def compose(taken: Received, own: Mapping[str, Any]) -> str:
    """Return a checked statement's text: everything as it came, but what is in `own` as the store sets it."""
    return _compose(taken.raw, own, NESTED)


def _compose(raw: Mapping[str, str], own: Mapping[str, Any], nested: Mapping[str, Any]) -> str:
    merged = dict(raw)
    for name, value in own.items():
        if name in nested and name in raw:
            merged[name] = _compose(_object(raw[name], 0, name)[0].raw, value, nested[name])
        else:
            merged[name] = _write(value)
    return _joined(merged)


def listed(taken: Received) -> Received:
    """Return a checked statement with every context activity in a list, as it is given back (XAPI-00096); the rest stays as it came."""
    raw = dict(taken.raw)
    if "context" in raw:
        raw["context"] = _with_lists(raw["context"], taken.parsed["context"])
    target = taken.parsed["object"]
    if target.get("objectType") == "SubStatement" and "context" in target:
        inside = _object(raw["object"], 0, "object")[0].raw
        raw["object"] = _joined({**inside, "context": _with_lists(inside["context"], target["context"])})
    return Received(taken.parsed, raw)


def _with_lists(text: str, context: Mapping[str, Any]) -> str:
    single = [name for name, value in context.get("contextActivities", {}).items() if isinstance(value, dict)]
    if not single:
        return text
    raw = _object(text, 0, "context")[0].raw
    activities = _object(raw["contextActivities"], 0, "contextActivities")[0].raw
    listed_ones = {name: f"[{value}]" if name in single else value for name, value in activities.items()}
    return _joined({**raw, "contextActivities": _joined(listed_ones)})


def _joined(raw: Mapping[str, str]) -> str:
    return "{" + ",".join(f"{_write(name)}:{text}" for name, text in raw.items()) + "}"


def _write(value: Any) -> str:
    return msgspec.json.encode(value).decode("utf-8")
