"""How is untrusted JSON read so that every mistake is named and none is guessed at?"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LONGEST_TEXT = 500
EARLIEST, LATEST = 0, 253_370_764_800  # 1970 to 9999


class Problem(NamedTuple):
    """What is wrong, and where (a JSON path)."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class Reader:
    """Reads values of a document and collects what is wrong; after a problem a harmless value stands in."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def refuse(self, path: str, message: str, value: object = None) -> None:
        """Note a problem; a value that is absent has been noted already."""
        if value is not _ABSENT:
            self.problems.append(Problem(path, message))

    def object(self, value: Any, path: str, required: set[str], optional: set[str]) -> dict[str, Any] | None:
        """Return an object that has the required keys and no unknown ones; None where it is no object."""
        if not isinstance(value, dict):
            self.refuse(path, "is missing" if value is None else "must be an object")
            return None
        for key in sorted(required - set(value)):
            self.refuse(f"{path}.{key}", "is missing")
        for key in sorted(set(value) - required - optional):
            self.refuse(f"{path}.{key}", "is not known here")
        return {**dict.fromkeys(required - set(value), _ABSENT), **value}

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
        """Return a text of reasonable length."""
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            self.refuse(path, f"must be a text of at most {LONGEST_TEXT} characters", value)
            return ""
        return value

    def boolean(self, value: Any, path: str) -> bool:
        """Return true or false."""
        if not isinstance(value, bool):
            self.refuse(path, "must be true or false")
            return False
        return value

    def whole(self, value: Any, path: str, *, least: int = 0, most: int = 10**9) -> int:
        """Return a whole number within bounds."""
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(path, f"must be a whole number from {least} to {most}", value)
            return least
        return value

    def number(self, value: Any, path: str, *, above: Decimal | None = None, most: Decimal = Decimal(10**9)) -> Decimal:
        """Return a number from 0 (or above `above`) to `most`, exactly as written."""
        fine = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if not fine or not 0 <= value <= most or (above is not None and value <= above):
            least = "from 0" if above is None else f"above {above}"
            self.refuse(path, f"must be a number {least}, at most {most}", value)
            return Decimal(1)
        return Decimal(value)

    def decimal_text(self, value: Any, path: str) -> Decimal:
        """Return a positive decimal written as text, such as "0.1"."""
        try:
            found = Decimal(value) if isinstance(value, str) and len(value) < 20 else Decimal(0)  # noqa: PLR2004
        except InvalidOperation:
            found = Decimal(0)
        if not found.is_finite() or not Decimal("0.001") <= found <= Decimal(1000):
            self.refuse(path, 'must be a decimal text from "0.001" to "1000", such as "0.1"', value)
            return Decimal(1)
        return found

    def zone(self, value: Any, path: str) -> str:
        """Return the name of a time zone that exists."""
        try:
            return ZoneInfo(value).key if isinstance(value, str) else self._no_zone(value, path)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return self._no_zone(value, path)

    def _no_zone(self, value: Any, path: str) -> str:
        self.refuse(path, "must be a time zone's name, such as Asia/Shanghai", value)
        return "UTC"

    def instant(self, value: Any, path: str) -> int:
        """Return an ISO 8601 instant with its zone as whole seconds since 1970, floored."""
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) >= 16 else None  # noqa: PLR2004
            if found is not None and found.tzinfo is not None:
                at = int(found.timestamp() // 1)
                if EARLIEST <= at <= LATEST:
                    return at
        except (ValueError, OverflowError):
            pass
        self.refuse(path, "must be an instant with its zone, such as 2026-03-01T10:00:00Z", value)
        return 0


_ABSENT = type("Absent", (), {"__repr__": lambda _self: "absent"})()
