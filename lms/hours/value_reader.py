"""Read the instants, time zones and decimals of a bundle or programme document."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from courses.strict_json.reader import Reader

LONGEST_DECIMAL = 20
DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")
SHORTEST_INSTANT = 16  # 20260301T100000Z
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = 0, 253_370_764_800  # 1970 to 9999
ON_THIS_MACHINE = {"localtime", "posixrules", "Factory"}  # not the same zone everywhere


class ValueReader(Reader):
    """Reads the values from which hours are decided."""

    def decimal_text(self, value: Any, path: str) -> Decimal:
        """Return a positive decimal written as text, such as "0.1"."""
        plain = isinstance(value, str) and len(value) < LONGEST_DECIMAL and DECIMAL.fullmatch(value)
        found = Decimal(value) if plain else Decimal(0)  # alone, Decimal reads "1_0" as 10, and digits of any script
        if not Decimal("0.001") <= found <= Decimal(1000):
            self.refuse("decimal-text", path, value)
            return Decimal(1)
        return found

    def zone(self, value: Any, path: str) -> str:
        """Return the name of a time zone that exists, the same on every machine."""
        try:
            if isinstance(value, str) and value not in ON_THIS_MACHINE:
                return str(ZoneInfo(value).key)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
        self.refuse("time-zone", path, value)
        return "UTC"

    def instant(self, value: Any, path: str) -> int | None:
        """Return an ISO 8601 instant with its zone as whole seconds since 1970, rounded down; None if the value is not one."""
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) >= SHORTEST_INSTANT else None
            if found is not None and found.tzinfo is not None:
                at = (found - EPOCH) // timedelta(seconds=1)
                if EARLIEST <= at <= LATEST:
                    return at
        except (ValueError, OverflowError):
            pass
        self.refuse("instant", path, value)
        return None

    def span(self, found: Mapping[str, Any], path: str, first: str, last: str) -> tuple[int, int]:
        """Return the two instants of an object; the first must not be after the second."""
        start, end = self.instant(found[first], f"{path}.{first}"), self.instant(found[last], f"{path}.{last}")
        if start is not None and end is not None and start > end:
            self.refuse("after", f"{path}.{first}", other=last)
        return start or 0, end or 0
