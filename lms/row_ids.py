"""Read the id of a row that somebody typed or that stands in an address."""

import re

WHOLE = re.compile(r"[0-9]+")
WHOLE_MAX = 9  # digits; more would not fit into the column of an id


def row_id(said: str) -> int | None:
    """Return a whole number of ASCII digits that fits into an id; None if it is anything else. `int` also reads "1_0" and "１０"."""
    return int(said) if len(said) <= WHOLE_MAX and WHOLE.fullmatch(said) else None
