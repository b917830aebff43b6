"""Load a JSON text strictly: texts that two programs could read differently are refused."""

import json
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any

from courses.strict_json.problem import Problem
from courses.strict_json.reader import below

LONGEST_INT = 20  # digits; longer ones become decimals, which Python reads in linear time

Json = dict[str, Any]


class _Repeating(Json):
    """An object in which keys are given more than once; `keys_twice` names them."""

    keys_twice: list[str]


def load_json(text: str, root: str = "$", *, floats: bool = False) -> tuple[Any, list[Problem]]:
    """Read a text, and name every key that is repeated in one object, because its meaning would be unclear.

    Numbers are returned exactly as written, as integers and decimals. NaN, infinity and extreme exponents become
    floats, which no reader accepts as numbers. With `floats`, fractions become floats, as Python writes them, and NaN and
    infinity are not JSON.
    """
    numbers = AS_PYTHON_WRITES if floats else EXACTLY
    try:
        found = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_pairs, **numbers)
    except json.JSONDecodeError as error:
        return None, [Problem("not-json", root, {"why": f"{error.msg} (line {error.lineno}, column {error.colno})"})]
    except RecursionError:
        return None, [Problem("nested-too-deeply", root)]
    except ValueError as error:
        return None, [Problem("not-json", root, {"why": str(error)})]
    return found, _keys_given_twice(found, root)


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
    except InvalidOperation:  # an extreme exponent
        return float("inf")


def _whole(text: str) -> int | Decimal | float:
    return int(text) if len(text) <= LONGEST_INT else _decimal(text)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


EXACTLY: Json = {"parse_float": _decimal, "parse_int": _whole, "parse_constant": float}
AS_PYTHON_WRITES: Json = {"parse_constant": _no_constant}


def _keys_given_twice(found: Any, root: str) -> list[Problem]:
    """Walk the values without recursion, because they may be nested as deeply as the parser allows."""
    problems = []
    waiting = [(root, found)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _Repeating):
            problems += [Problem("given-twice", below(path, name)) for name in value.keys_twice]
        if isinstance(value, dict):
            waiting += [(below(path, name), inner) for name, inner in value.items() if isinstance(inner, dict | list)]
        elif isinstance(value, list):
            waiting += [(f"{path}[{index}]", inner) for index, inner in enumerate(value) if isinstance(inner, dict | list)]
    return sorted(problems, key=lambda one: one.path)
