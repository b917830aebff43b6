"""Read amounts of hours, days and other units from form fields."""

import re
from decimal import Decimal

AMOUNT = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?")
AMOUNT_MAX = 12  # characters, with the spaces around it


def read_amount(said: str) -> Decimal | None:
    """Return an amount written with ASCII digits, at most four before the point and two after it; None if it is anything else."""
    plain = said.strip() if len(said) <= AMOUNT_MAX else ""
    return Decimal(plain) if AMOUNT.fullmatch(plain) else None
