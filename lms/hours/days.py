"""On which local day does an instant fall? Only asked where a policy limits the day."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = date(1970, 1, 1)


@lru_cache(maxsize=4096)
def midnight(day: int, zone: str) -> int:
    """Return the first instant of a local day (days since 1970); days of 23 and 25 hours included."""
    local = datetime.combine(EPOCH + timedelta(days=day), datetime.min.time(), ZoneInfo(zone))
    return int(local.astimezone(UTC).timestamp())


@lru_cache(maxsize=65536)
def _day_of_hour(hour: int, zone: str) -> int:
    return (datetime.fromtimestamp(hour * 3600, ZoneInfo(zone)).date() - EPOCH).days


def day_of(instant: int, zone: str) -> int:
    """Return the local day, in days since 1970."""
    day = _day_of_hour(instant // 3600, zone)
    return day + 1 if instant >= midnight(day + 1, zone) else day


def split(start: int, end: int, zone: str) -> list[tuple[int, int]]:
    """Return (local day, seconds of it) for every local day that `[start, end)` touches."""
    parts = []
    day = day_of(start, zone)
    while start < end:
        until = min(end, midnight(day + 1, zone))
        if until > start:
            parts.append((day, until - start))
        start, day = max(start, until), day + 1
    return parts

