"""Which JSON document does a text hold? Numbers exactly as written, and nothing that readers would take differently."""

import json
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any

from lms.hours.json_reader import Problem, below

LONGEST_INT = 20  # digits; longer ones become decimals, which Python reads in linear time

Json = dict[str, Any]


class _Repeating(Json):
    """An object in which keys are given more than once; `keys_twice` names them."""

    keys_twice: list[str]


def load_json(text: str) -> tuple[Any, list[Problem]]:
    """Read a document, and name every key that is given more than once in one object: which of them would be meant?

    NaN, infinity and numbers beyond all bounds come out as floats, which no reader takes for a number.
    """
    try:
        document = json.loads(
            text.removeprefix("\ufeff"), object_pairs_hook=_pairs, parse_float=_decimal, parse_int=_whole, parse_constant=float
        )
    except json.JSONDecodeError as error:
        return None, [Problem("$", f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})")]
    except RecursionError:
        return None, [Problem("$", "is nested too deeply")]
    return document, _keys_given_twice(document)


def _pairs(items: list[tuple[str, Any]]) -> Json:
    found = dict(items)
    if len(found) == len(items):
        return found
    repeating = _Repeating(found)
    repeating.keys_twice = [name for name, times in Counter(name for name, _ in items).items() if times > 1]
    return repeating


def _decimal(text: str) -> Decimal | float:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond all bounds
        return float("inf")


def _whole(text: str) -> int | Decimal | float:
    return int(text) if len(text) <= LONGEST_INT else _decimal(text)


def _keys_given_twice(document: Any) -> list[Problem]:
    """Walk the document without recursion: it may be nested as deeply as the parser could bear."""
    problems = []
    waiting = [("$", document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _Repeating):
            problems += [Problem(below(path, name), "is given more than once") for name in value.keys_twice]
        if isinstance(value, dict):
            waiting += [(below(path, name), inner) for name, inner in value.items() if isinstance(inner, dict | list)]
        elif isinstance(value, list):
            waiting += [(f"{path}[{index}]", inner) for index, inner in enumerate(value) if isinstance(inner, dict | list)]
    return sorted(problems)
