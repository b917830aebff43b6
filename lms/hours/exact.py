"""How are decimals added and compared exactly, whatever decimal context the program has set?"""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact

PLACES = 9  # more than any amount that is read has
EXACT = Context(prec=200, traps=[Inexact])


def add(numbers: Iterable[Decimal]) -> Decimal:
    """Return the exact sum."""
    total = Decimal(0)
    for number in numbers:
        total = EXACT.add(total, number)
    return total


def missing_of(target: Decimal, earned: Decimal) -> Decimal:
    """Return what is missing of a target, 0 where it is reached."""
    return max(Decimal(0), EXACT.subtract(target, earned))


def share_of(units: int, whole: int) -> Decimal:
    """Return how many wholes so many units make, as days are made of half-days: exact to nine places, rounded down."""
    return EXACT.normalize(Decimal(f"{units * 10**PLACES // whole}E-{PLACES}"))


def plain_text(number: Decimal) -> str:
    """Write a number without an exponent and without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
