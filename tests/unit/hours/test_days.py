"""On which local day is an instant, with any offset of the zone and any change of its clocks?"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.hours.days import EPOCH, cut_at_midnight, day_of, midnight

# Offsets of whole, half and quarter hours; clocks that change by an hour, by half of one, and at midnight itself.
ZONES = ["Asia/Shanghai", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"]
INSTANTS = st.integers(int(datetime(2015, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2026, 12, 31, tzinfo=UTC).timestamp()))


def date_of(instant: int, zone: str) -> date:
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).date()


def first_reading(day: date, zone: str) -> int:
    """Return the first instant that reads a date, found by looking at every minute around it."""
    near = int(datetime.combine(day, datetime.min.time(), UTC).timestamp()) - 86_400
    return next(instant for instant in range(near, near + 3 * 86_400, 60) if date_of(instant, zone) == day)


@pytest.mark.parametrize("zone", ZONES)
@given(INSTANTS)
def test_a_day_begins_with_the_first_instant_that_reads_its_date(zone: str, instant: int) -> None:
    day = date_of(instant, zone)
    begins = first_reading(day, zone)
    number = (day - EPOCH).days
    assert midnight(number, zone) == begins
    assert [day_of(one, zone) for one in (begins - 1, begins, begins + 1)] == [number - 1, number, number]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("Asia/Shanghai", date(2026, 3, 8), 24),
    ],
)
def test_a_day_has_23_or_25_hours_where_clocks_change(zone: str, day: date, hours: int) -> None:
    number = (day - EPOCH).days
    assert midnight(number + 1, zone) - midnight(number, zone) == hours * 3600


@pytest.mark.parametrize("zone", ZONES)
@given(INSTANTS, st.lists(st.integers(1, 200_000), min_size=1, max_size=6))
def test_slots_are_cut_where_days_end_and_nowhere_else(zone: str, start: int, lengths: list[int]) -> None:
    slots = []
    for number, seconds in enumerate(lengths):
        slots.append((start, start + seconds, number))
        start += seconds + 7_000
    pieces = list(cut_at_midnight(slots, zone))
    assert sum(end - since for _, (since, end, _) in pieces) == sum(lengths)
    for day, (since, end, live) in pieces:
        assert day_of(since, zone) == day_of(end - 1, zone) == day
        whole_from, whole_to, _ = slots[live]
        assert since in (whole_from, midnight(day, zone))
        assert end in (whole_to, midnight(day + 1, zone))


def test_days_are_numbered_from_1970() -> None:
    assert EPOCH + timedelta(days=day_of(0, "UTC")) == date(1970, 1, 1)
    assert day_of(86_399, "UTC") == 0
    assert day_of(86_400, "UTC") == 1
