"""Add and compare decimals exactly, independent of the program's decimal context."""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact

PLACES = 9  # more than any amount that is read
EXACT = Context(prec=200, traps=[Inexact])


def add(numbers: Iterable[Decimal]) -> Decimal:
    """Return the exact sum."""
    total = Decimal(0)
    for number in numbers:
        total = EXACT.add(total, number)
    return total


def missing_of(target: Decimal, earned: Decimal) -> Decimal:
    """Return the amount missing to a target, 0 if it is reached."""
    return max(Decimal(0), EXACT.subtract(target, earned))


def share_of(units: int, whole: int) -> Decimal:
    """Return the number of wholes in this number of units, for example of days in half-days: exact to nine places, rounded down."""
    return EXACT.normalize(Decimal(f"{units * 10**PLACES // whole}E-{PLACES}"))


def plain_text(number: Decimal) -> str:
    """Write a number without an exponent and without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
