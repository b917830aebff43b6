"""Read the values of a JSON file. Every mistake is recorded with its path, and reading continues."""

import json
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from courses.strict_json.problem import Problem

LONGEST_TEXT = 500
LONGEST_SLUG = 64
MOST_DECIMALS = 400  # enough for the smallest binary fraction
PLAIN_NAME = re.compile(r"\w+", re.ASCII)
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
ABSENT = type("Absent", (), {"__repr__": lambda _self: "absent"})()


def below(path: str, name: str) -> str:
    """Return the path of an object's key, always on one line."""
    if not PLAIN_NAME.fullmatch(name):
        return f"{path}[{json.dumps(name)}]"
    return f"{path}.{name}" if path else name


class Reader:
    """Reads values of a JSON file and collects problems; a harmless value replaces each bad one."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def refuse(self, code: str, path: str, value: object = None, **params: str | int) -> None:
        """Record a problem, unless the value is absent, which was recorded before."""
        if value is not ABSENT:
            self.problems.append(Problem(code, path, params))

    def object(self, value: Any, path: str, required: Collection[str], optional: Collection[str]) -> dict[str, Any] | None:
        """Return an object that has the required keys and no unknown ones; None if the value is not an object."""
        if not isinstance(value, dict):
            code = "missing" if value is None else "not-an-object"
            self.refuse(code, path, value)
            return None
        absent = [key for key in sorted(required) if key not in value]
        for key in absent:
            self.refuse("missing", below(path, key))
        for key in value:
            if key not in required and key not in optional:
                self.refuse("unknown-key", below(path, key))
        return {**dict.fromkeys(absent, ABSENT), **value}

    def mapping(self, value: Any, path: str) -> Mapping[str, Any]:
        """Return an object with arbitrary keys."""
        if not isinstance(value, dict):
            self.refuse("not-an-object", path, value)
            return {}
        return value

    def array(self, value: Any, path: str, most: int | None = None) -> list[Any]:
        """Return an array; with `most`, it must have at least one value and at most that many."""
        if most is None and not isinstance(value, list):
            self.refuse("not-an-array", path, value)
        elif most is not None and not (isinstance(value, list) and 1 <= len(value) <= most):
            self.refuse("array-length", path, value, most=most)
        else:
            return list(value)
        return []

    def text(self, value: Any, path: str) -> str:
        """Return a text of limited length, without half surrogate pairs."""
        if not isinstance(value, str) or len(value) > LONGEST_TEXT or not (value.isascii() or _is_whole(value)):
            self.refuse("text", path, value, most=LONGEST_TEXT)
            return ""
        return value

    def slug(self, value: Any, path: str) -> str:
        """Return a key for addresses and files: lowercase letters, digits, single hyphens."""
        if not isinstance(value, str) or len(value) > LONGEST_SLUG or not SLUG.fullmatch(value):
            self.refuse("slug", path, value, most=LONGEST_SLUG)
            return ""
        return value

    def choice(self, value: Any, path: str, choices: Collection[str]) -> str:
        """Return one of the given words; the empty text replaces a bad one."""
        if not isinstance(value, str) or value not in choices:
            self.refuse("choice", path, value, choices=", ".join(choices))
            return ""
        return value

    def boolean(self, value: Any, path: str) -> bool:
        """Return true or false."""
        if not isinstance(value, bool):
            self.refuse("not-a-boolean", path, value)
            return False
        return value

    def whole(self, value: Any, path: str, *, least: int = 0, most: int = 10**9) -> int:
        """Return a whole number within limits; 45.0 is accepted too if numbers are read exactly."""
        fine = isinstance(value, int | Decimal) and not isinstance(value, bool) and least <= value <= most
        if not fine or value != int(value):
            self.refuse("whole-number", path, value, least=least, most=most)
            return least
        return int(value)

    def number(self, value: Any, path: str, *, above: Decimal | None = None, most: Decimal = Decimal(10**9)) -> Decimal:
        """Return a number from 0 (or above `above`) to `most`, exactly as written."""
        fine = isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 <= value <= most
        if fine and (above is None or value > above):
            found = Decimal(value)
            if abs(int(found.as_tuple().exponent)) <= MOST_DECIMALS:
                return found
        if above is None:
            self.refuse("number", path, value, most=str(most))
        else:
            self.refuse("number-above", path, value, above=str(above), most=str(most))
        return Decimal(1)


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
