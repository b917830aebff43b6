"""Detect Chinese identity numbers. None may be stored (privacy), so a list or a user name with one is refused. Pure.

GB 11643-1999: 17 digits and a check character, with the date of birth in digits 7 to 14. The older form has 15 digits, with the
date in digits 7 to 12. A number with an impossible date is accepted, because staff numbers and school codes are as long.
"""

import re
import unicodedata
from datetime import date

LONGEST = 400  # characters examined; longer texts are refused elsewhere
NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:((?:19|20)\d\d)(\d\d)(\d\d)\d{3}[0-9Xx]|(\d\d)(\d\d)(\d\d)\d{3})(?![0-9A-Za-z])", re.ASCII
)
LIKE_ONE = re.compile(r"\d{17}[\dXx]", re.ASCII)


def has_identity_number(text: str) -> bool:
    """Say whether a text contains an identity number, in digits of any width, also if it is written in groups."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    together = "".join(one for one in plain if one not in " -\u00a0\t")
    return any(map(_is_dated, NUMBER.finditer(plain))) or (LIKE_ONE.fullmatch(together) is not None and _dated_number(together))


def may_be_identity_number(text: str) -> bool:
    """Say whether a whole text looks like an identity number with any date: a mistyped one is private too."""
    return LIKE_ONE.fullmatch(text) is not None or has_identity_number(text)


def _dated_number(text: str) -> bool:
    found = NUMBER.fullmatch(text)
    return found is not None and _is_dated(found)


def _is_dated(found: re.Match[str]) -> bool:
    year, month, day = (found[1], found[2], found[3]) if found[1] else (f"19{found[4]}", found[5], found[6])
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
