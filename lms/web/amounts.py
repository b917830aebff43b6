"""Read amounts of hours, days and other units, and whole numbers, from form fields and addresses."""

import re
from decimal import Decimal

AMOUNT = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?")
WHOLE = re.compile(r"[0-9]+")
WHOLE_MAX = 9  # digits
AMOUNT_MAX = 12  # characters, with the spaces around it


def read_amount(said: str) -> Decimal | None:
    """Return an amount written with ASCII digits, at most four before the point and two after it; None if it is anything else."""
    plain = said.strip() if len(said) <= AMOUNT_MAX else ""
    return Decimal(plain) if AMOUNT.fullmatch(plain) else None


def whole_number(said: str) -> int:
    """Return a whole number written with ASCII digits, for `request.args.get(…, type=whole_number)`; `int` also reads "1_0" and "１０".

    Raises:
        ValueError: it is anything else, or longer than an id.
    """
    if len(said) > WHOLE_MAX or not WHOLE.fullmatch(said):
        raise ValueError("not a whole number")
    return int(said)
