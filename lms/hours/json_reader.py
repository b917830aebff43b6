"""How is untrusted JSON read so that every mistake is named and none is guessed at?"""

import json
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LONGEST_TEXT = 500
LONGEST_DECIMAL = 20
SHORTEST_INSTANT = 16  # 20260301T100000Z
MOST_DECIMALS = 400  # what the smallest binary fraction takes
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = 0, 253_370_764_800  # 1970 to 9999
PLAIN_NAME = re.compile(r"\w+", re.ASCII)
ON_THIS_MACHINE = {"localtime", "posixrules", "Factory"}  # not the same zone everywhere


class Problem(NamedTuple):
    """What is wrong, and where (a JSON path)."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def below(path: str, name: str) -> str:
    """Return the JSON path of an object's key, on one line whatever the key holds."""
    return f"{path}.{name}" if PLAIN_NAME.fullmatch(name) else f"{path}[{json.dumps(name)}]"


class Reader:
    """Reads values of a document and collects what is wrong; after a problem a harmless value stands in."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def refuse(self, path: str, message: str, value: object = None) -> None:
        """Note a problem; a value that is absent has been noted already."""
        if value is not _ABSENT:
            self.problems.append(Problem(path, message))

    def object(self, value: Any, path: str, required: Collection[str], optional: Collection[str]) -> dict[str, Any] | None:
        """Return an object that has the required keys and no unknown ones; None where it is no object."""
        if not isinstance(value, dict):
            self.refuse(path, "is missing" if value is None else "must be an object", value)
            return None
        absent = [key for key in sorted(required) if key not in value]
        for key in absent:
            self.refuse(below(path, key), "is missing")
        for key in value:
            if key not in required and key not in optional:
                self.refuse(below(path, key), "is not known here")
        return {**dict.fromkeys(absent, _ABSENT), **value}

    def mapping(self, value: Any, path: str) -> Mapping[str, Any]:
        """Return an object with free keys."""
        if not isinstance(value, dict):
            self.refuse(path, "must be an object", value)
            return {}
        return value

    def array(self, value: Any, path: str) -> list[Any]:
        """Return an array."""
        if not isinstance(value, list):
            self.refuse(path, "must be an array", value)
            return []
        return value

    def text(self, value: Any, path: str) -> str:
        """Return a text of reasonable length, without halves of characters."""
        if not isinstance(value, str) or len(value) > LONGEST_TEXT or not (value.isascii() or _is_whole(value)):
            self.refuse(path, f"must be a text of at most {LONGEST_TEXT} characters", value)
            return ""
        return value

    def boolean(self, value: Any, path: str) -> bool:
        """Return true or false."""
        if not isinstance(value, bool):
            self.refuse(path, "must be true or false", value)
            return False
        return value

    def whole(self, value: Any, path: str, *, least: int = 0, most: int = 10**9) -> int:
        """Return a whole number within bounds; 45.0 is one too."""
        fine = isinstance(value, int | Decimal) and not isinstance(value, bool) and least <= value <= most
        if not fine or value != int(value):
            self.refuse(path, f"must be a whole number from {least} to {most}", value)
            return least
        return int(value)

    def number(self, value: Any, path: str, *, above: Decimal | None = None, most: Decimal = Decimal(10**9)) -> Decimal:
        """Return a number from 0 (or above `above`) to `most`, exactly as written."""
        fine = isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 <= value <= most
        if fine and (above is None or value > above):
            found = Decimal(value)
            if abs(int(found.as_tuple().exponent)) <= MOST_DECIMALS:
                return found
        self.refuse(path, f"must be a number {'from 0' if above is None else f'above {above}'}, at most {most}", value)
        return Decimal(1)

    def decimal_text(self, value: Any, path: str) -> Decimal:
        """Return a positive decimal written as text, such as "0.1"."""
        try:
            found = Decimal(value) if isinstance(value, str) and len(value) < LONGEST_DECIMAL else Decimal(0)
        except InvalidOperation:
            found = Decimal(0)
        if not found.is_finite() or not Decimal("0.001") <= found <= Decimal(1000):
            self.refuse(path, 'must be a decimal text from "0.001" to "1000", such as "0.1"', value)
            return Decimal(1)
        return found

    def zone(self, value: Any, path: str) -> str:
        """Return the name of a time zone that exists, the same on every machine."""
        try:
            if isinstance(value, str) and value not in ON_THIS_MACHINE:
                return str(ZoneInfo(value).key)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
        self.refuse(path, "must be a time zone's name, such as Asia/Shanghai", value)
        return "UTC"

    def instant(self, value: Any, path: str) -> int | None:
        """Return an ISO 8601 instant with its zone as whole seconds since 1970, floored; None where it is none."""
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) >= SHORTEST_INSTANT else None
            if found is not None and found.tzinfo is not None:
                at = (found - EPOCH) // timedelta(seconds=1)
                if EARLIEST <= at <= LATEST:
                    return at
        except (ValueError, OverflowError):
            pass
        self.refuse(path, "must be an instant with its zone, such as 2026-03-01T10:00:00Z", value)
        return None

    def span(self, found: Mapping[str, Any], path: str, first: str, last: str) -> tuple[int, int]:
        """Return two instants of an object, the first not after the last."""
        start, end = self.instant(found[first], f"{path}.{first}"), self.instant(found[last], f"{path}.{last}")
        if start is not None and end is not None and start > end:
            self.refuse(f"{path}.{first}", f"lies after {last!r}")
        return start or 0, end or 0


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_ABSENT = type("Absent", (), {"__repr__": lambda _self: "absent"})()
