"""Could hours and days earned elsewhere have passed between their dates, all entries of a person together? Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from lms.hours import LifetimeRule

DAY_MINUTES = 24 * 60
NOTHING = Decimal(0)


class Dated(NamedTuple):
    """An amount of hours or days, and the dates between which it passed."""

    kind: str
    first_on: date
    last_on: date
    unit: str
    amount: Decimal


def minutes_of(one: Dated, rules: Sequence[LifetimeRule]) -> Decimal:
    """Return the most minutes that an amount is worth under any of the rules; 0 for days that no rule counts."""
    if one.unit == "hours":
        return one.amount * max((rule.hour_minutes for rule in rules), default=0)
    worth = [(kind.hours_a_day or 0) * rule.hour_minutes for rule in rules for kind in rule.kinds if kind.key == one.kind]
    return one.amount * max(worth, default=0)


def fits(new: Dated, others: Iterable[Dated], rules: Sequence[LifetimeRule]) -> bool:
    """Return whether a new amount has room beside the others.

    Between any two dates, the amounts that lie wholly between them must not come to more minutes, or more days, than passed.
    """
    together = [(one, minutes_of(one, rules)) for one in sorted([new, *others], key=lambda one: one.last_on)]
    for since in {one.first_on for one, _worth in together if one.first_on <= new.first_on}:
        minutes = days = NOTHING
        for one, worth in together:
            if one.first_on < since:
                continue
            minutes += worth
            days += one.amount if one.unit == "days" else NOTHING
            passed = (one.last_on - since).days + 1
            if one.last_on >= new.last_on and (minutes > passed * DAY_MINUTES or days > passed):
                return False
    return True
