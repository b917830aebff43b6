"""How many months of practice have passed, and which of them have enough logs?

Month n runs from S(n - 1) to S(n). S(n) is the day of `starts` n months later, or the last day of the month if that month
is shorter. Every S(n) is counted from `starts`: 31 January is followed by 28 February and 31 March.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from lms.hours.days import EPOCH, day_of
from lms.hours.track_values import Logged

YearMonthDay = tuple[int, int, int]  # year, month, day; a month may end after the last year that `date` supports


def months_earned(logs: Iterable[Logged], starts: date, logs_a_month: int, today: date) -> int:
    """Return how many months have passed by `today` and have at least `logs_a_month` different logs dated in them."""
    logs_of: dict[int, set[str]] = defaultdict(set)
    for seen in logs:
        if seen.on >= starts:
            logs_of[month_of(seen.on, starts)].add(seen.log)
    passed = _day(today)
    return sum(len(held) >= logs_a_month and end_of_month(starts, month) <= passed for month, held in logs_of.items())


def month_of(on: date, starts: date) -> int:
    """Return the number of the month that contains a day; the first is 1, and days before `starts` get 0 or less."""
    full = (on.year - starts.year) * 12 + on.month - starts.month
    return full + 1 if end_of_month(starts, full) <= _day(on) else full


def month_window(on: date, starts: date) -> tuple[date, date]:
    """Return the first day of the month that contains a day, and the day after its last."""
    number = month_of(on, starts)
    return date(*end_of_month(starts, number - 1)), date(*end_of_month(starts, number))


def end_of_month(starts: date, number: int) -> YearMonthDay:
    """Return S(number), the day on which that month has passed."""
    year, month = divmod(starts.year * 12 + starts.month - 1 + number, 12)
    return year, month + 1, min(starts.day, monthrange(year, month + 1)[1])


def local_date(at: int, zone: str) -> date:
    """Return the local date of an instant."""
    return EPOCH + timedelta(days=day_of(at, zone))


def _day(on: date) -> YearMonthDay:
    return on.year, on.month, on.day
