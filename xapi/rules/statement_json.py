"""Read a request body so that no part of a statement is lost or guessed. Pure.

Checks and keys use the parsed form. The text is kept as received, so that numbers, escapes, half surrogate pairs and long integers
are returned unchanged. The C parser reads ordinary bodies; anything unusual is read again by a slower, careful parser.
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
MOST_CHARACTERS = 2**20  # of one statement: one that names 100,000 people would take seconds to check and to index
DEEPEST = 100
LONGEST_SHOWN = 200  # characters of the request that a refusal quotes
# properties in which the store adds to the received values instead of replacing them
NESTED: Mapping[str, Any] = {"context": {"extensions": {}}}
SPACE = re.compile(r"[ \t\n\r]*")
BLANKS, QUOTE, ESCAPED_QUOTE = b" \t\n\r", b'"', rb"\u0022"
_PARSED, _PIECES = msgspec.json.Decoder(), msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class ReceivedStatement:
    """One statement as received: its parsed form and its text."""

    parsed: dict[str, Any]
    text: str

    @property
    def raw(self) -> dict[str, str]:
        """Return the text of each property."""
        return _cut(self.text)


def read(body: bytes) -> tuple[list[ReceivedStatement], bool]:
    """Read one statement or an array of them; say whether it was an array.

    Raises:
        BadRequest: not JSON, a repeated key, NaN, nested too deeply, or an item that is not an object.
        TooLarge: more statements than the store accepts in one request, or a statement larger than it accepts.
    """
    found, many = _quickly(body) or _carefully(body)
    if any(one.text.count("[") + one.text.count("{") > DEEPEST and _deeper(one.parsed) for one in found):
        raise BadRequest(f"the body is nested deeper than {DEEPEST}")
    return found, many


def received(statement: Mapping[str, Any]) -> ReceivedStatement:
    """Wrap a statement that our own code built."""
    text = _write(statement)
    return ReceivedStatement(_PARSED.decode(text), text)


def _quickly(body: bytes) -> tuple[list[ReceivedStatement], bool] | None:
    """Read a body with the C parser, or leave it to `_carefully`, which explains errors and handles rare cases.

    The C parser drops the first of two equal keys without an error. Writing the parsed body again shows this: the new text then has
    fewer quotation marks, because every string has its own and writing never changes their number (except for ESCAPED_QUOTE).
    """
    try:
        many = body.lstrip(BLANKS)[:1] == b"["
        pieces: list[Any] = _PIECES.decode(body) if many else [body.strip(BLANKS)]
        parsed = [_PARSED.decode(one) for one in pieces[:MOST_STATEMENTS]]
        quotes = msgspec.json.encode(parsed).count(QUOTE)
        found = [ReceivedStatement(one, str(text, "utf-8")) for one, text in zip(parsed, pieces, strict=False) if isinstance(one, dict)]
    except (msgspec.DecodeError, UnicodeError, RecursionError, OverflowError):
        return None
    plain = len(found) == len(pieces) and quotes == body.count(QUOTE) and ESCAPED_QUOTE not in body
    return (found, many) if plain and all(len(one.text) <= MOST_CHARACTERS for one in found) else None


def _carefully(body: bytes) -> tuple[list[ReceivedStatement], bool]:
    try:
        text = body.decode("utf-8")
        start = _skip(text, 0)
        many = text[start : start + 1] == "["
        return list(_array(text, start)) if many else [_only(text, start)], many
    except UnicodeDecodeError as error:
        raise BadRequest("the body is not UTF-8") from error
    except RecursionError as error:
        raise BadRequest("the body is nested too deeply") from error
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {str(error).partition(';')[0]}") from error


def parse(text: str) -> Any:
    """Read JSON strictly: no repeated keys, no NaN."""
    return json.loads(text, object_pairs_hook=_pairs, parse_constant=_refuse_constant, parse_float=_finite)


def stored(text: str) -> Any:
    """Read the text of a stored statement. The fast parser cannot read half surrogate pairs or the longest numbers."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)


def _only(text: str, start: int) -> ReceivedStatement:
    found, end = _one(text, start, "statement")
    if _skip(text, end) != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return found


def _array(text: str, start: int) -> Iterator[ReceivedStatement]:
    at, index = _skip(text, start + 1), 0
    while text[at : at + 1] != "]" or index:
        if index >= MOST_STATEMENTS:
            raise TooLarge(f"at most {MOST_STATEMENTS} statements in one request")
        found, at = _one(text, at, f"statements[{index}]")
        yield found
        index, at = index + 1, _skip(text, at)
        if text[at : at + 1] == "]":
            break
        at = _skip(text, _expect(text, at, ","))
    if _skip(text, at + 1) != len(text):
        raise json.JSONDecodeError("Extra data", text, at + 1)


def _one(text: str, start: int, path: str) -> tuple[ReceivedStatement, int]:
    """Read an object and return the position of its end."""
    value, end = _DECODER.raw_decode(text, start)
    if not isinstance(value, dict):
        raise BadRequest("must be an object", path)
    if end - start > MOST_CHARACTERS:
        raise TooLarge(f"at most {MOST_CHARACTERS} characters in one statement", path)
    return ReceivedStatement(value, text[start:end]), end


def _cut(text: str) -> dict[str, str]:
    """Return the text of each property of an object that was already parsed."""
    found: dict[str, str] = {}
    at = _skip(text, 1)
    while text[at] != "}":
        name, at = scanstring(text, _expect(text, at, '"'), True)
        at = _skip(text, _expect(text, _skip(text, at), ":"))
        _, end = _DECODER.raw_decode(text, at)
        found[name] = text[at:end]
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _skip(text: str, at: int) -> int:
    return SPACE.match(text, at).end()  # type: ignore[union-attr] # matches the empty text, too


def _expect(text: str, at: int, sign: str) -> int:
    if text[at : at + 1] != sign:
        raise json.JSONDecodeError(f"Expecting {sign!r}", text, at)
    return at + 1


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        _refuse_twice(next(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
    return found


def _refuse_twice(name: str) -> None:
    raise BadRequest(f"the key {name[:LONGEST_SHOWN]!r} is given more than once in one object")


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
    """Return a parsed object with the store's own properties added; `nested` objects are merged property by property."""
    merged = dict(parsed)
    for name, value in own.items():
        given = merged.get(name)
        if name not in nested or name not in merged:
            merged[name] = value
        elif isinstance(given, dict):
            merged[name] = lay_over(given, value, nested[name])
    return merged


def compose(received: ReceivedStatement, own: Mapping[str, Any]) -> str:
    """Return a checked statement's text: as received, except for the properties in `own`, which the store sets."""
    if own and received.parsed and own.keys().isdisjoint(received.parsed):
        return f"{received.text[:-1]},{_write(own)[1:]}"
    return _compose(received.raw, own, NESTED)


def _compose(raw: Mapping[str, str], own: Mapping[str, Any], nested: Mapping[str, Any]) -> str:
    merged = dict(raw)
    for name, value in own.items():
        if name in nested and name in raw:
            merged[name] = _compose(_cut(raw[name]), value, nested[name])
        else:
            merged[name] = _write(value)
    return joined(merged)


def listed(received: ReceivedStatement) -> ReceivedStatement:
    """Return a checked statement with each context activity in a list, as responses require (XAPI-00096); the rest stays unchanged."""
    target = received.parsed["object"]
    inside = target.get("context") if target.get("objectType") == "SubStatement" else None
    if not any(_singles(context) for context in (received.parsed.get("context"), inside)):
        return received
    raw = received.raw
    if "context" in raw:
        raw["context"] = _with_lists(raw["context"], received.parsed["context"])
    if inside is not None:
        below = _cut(raw["object"])
        raw["object"] = joined({**below, "context": _with_lists(below["context"], inside)})
    return ReceivedStatement(received.parsed, joined(raw))


def _singles(context: Mapping[str, Any] | None) -> list[str]:
    """Return the names of context activities that are not in a list."""
    return [name for name, value in (context or {}).get("contextActivities", {}).items() if isinstance(value, dict)]


def _with_lists(text: str, context: Mapping[str, Any]) -> str:
    single = _singles(context)
    if not single:
        return text
    raw = _cut(text)
    listed_ones = {name: f"[{value}]" if name in single else value for name, value in _cut(raw["contextActivities"]).items()}
    return joined({**raw, "contextActivities": joined(listed_ones)})


def joined(raw: Mapping[str, str]) -> str:
    """Write an object from the texts of its properties."""
    return "{" + ",".join(f"{_write(name)}:{text}" for name, text in raw.items()) + "}"


def _write(value: Any) -> str:
    return msgspec.json.encode(value).decode("utf-8")
