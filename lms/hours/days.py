"""On which local day is an interval? Used only if a policy limits the day.

A local day runs from the first instant with its date to the first instant with the next date: it has 23 or 25 hours
where clocks change.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from lms.hours.intervals import Slot

EPOCH = date(1970, 1, 1)
HOUR_S = 3600


@lru_cache(maxsize=4096)
def midnight(day: int, zone: str) -> int:
    """Return the first instant of a local day, given in days since 1970."""
    local = datetime.combine(EPOCH + timedelta(days=day), datetime.min.time(), ZoneInfo(zone))
    return int(local.astimezone(UTC).timestamp())


@lru_cache(maxsize=65536)
def _day_of_hour(hour: int, zone: str) -> int:
    return (datetime.fromtimestamp(hour * HOUR_S, ZoneInfo(zone)).date() - EPOCH).days


def day_of(instant: int, zone: str) -> int:
    """Return the local day of an instant, in days since 1970."""
    day = _day_of_hour(instant // HOUR_S, zone)
    return day + 1 if instant >= midnight(day + 1, zone) else day


def cut_at_midnight(slots: Iterable[Slot], zone: str) -> Iterator[tuple[int, Slot]]:
    """Yield (local day, slot) with every slot cut where a local day ends; `slots` come in order of time."""
    day = day_ends = -1
    for start, end, live in slots:
        since = start
        while since < end:
            if since >= day_ends:
                day = day_of(since, zone)
                day_ends = midnight(day + 1, zone)
            until = min(end, day_ends)
            yield day, (since, until, live)
            since = until
