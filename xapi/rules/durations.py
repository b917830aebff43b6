"""How long is an ISO 8601 duration? Every module that counts durations uses this reader."""

from decimal import Decimal

from xapi.rules.values import DURATION, LONGEST_DURATION

DATES = {"W": 604_800, "D": 86_400, "M": 0, "Y": 0}  # seconds; months and years have no fixed length, so only 0 of them is accepted
TIMES = {"H": 3_600, "M": 60, "S": 1}


def seconds_of(duration: object) -> Decimal | None:
    """Return a duration in seconds; None if the store would not accept it, or if it has years or months other than 0."""
    if not isinstance(duration, str) or len(duration) > LONGEST_DURATION or not DURATION.fullmatch(duration):
        return None
    dates, _, times = duration[1:].partition("T")
    total = Decimal(0)
    for part, lengths in ((dates, DATES), (times, TIMES)):
        number = ""
        for sign in part.replace(",", "."):
            if sign not in lengths:
                number += sign
                continue
            if not lengths[sign] and Decimal(number):
                return None
            total, number = total + Decimal(number) * lengths[sign], ""
    return total
