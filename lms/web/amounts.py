"""Read amounts of hours, days and other units, whole numbers, and days of a calendar, from form fields and addresses."""

import re
from datetime import date
from decimal import Decimal

from lms.row_ids import row_id

AMOUNT = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?")
AMOUNT_MAX = 12  # characters, with the spaces around it
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # as browsers send it; `date.fromisoformat` also reads weeks


def read_amount(said: str) -> Decimal | None:
    """Return an amount written with ASCII digits, at most four before the point and two after it; None if it is anything else."""
    plain = said.strip() if len(said) <= AMOUNT_MAX else ""
    return Decimal(plain) if AMOUNT.fullmatch(plain) else None


def read_day(said: str) -> date | None:
    """Return a day written as 2026-03-02, as browsers send it; None if it is anything else."""
    try:
        return date.fromisoformat(said) if DAY.fullmatch(said) else None
    except ValueError:
        return None


def whole_number(said: str) -> int:
    """Return a whole number written with ASCII digits, for `request.args.get(…, type=whole_number)`.

    Raises:
        ValueError: it is anything else, or longer than an id.
    """
    found = row_id(said)
    if found is None:
        raise ValueError("not a whole number")
    return found
