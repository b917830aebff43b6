"""Which ways of writing a name or a user name are the same one? Pure.

Whoever calls has checked the length: composing marks is quadratic.
"""

import re
import unicodedata

LONGEST = 400  # characters; whatever is longer is no name and is not looked at
DOT = "\u00b7"
# The signs that people and programs write for the dot between the parts of a name (W3C clreq, "Interpuncts"; GB/T 15834-2011, 4.13).
DOTS = "\u00b7\u0387\u16eb\u2022\u2024\u2027\u2219\u22c5\u2e31\u2e33\u30fb\ufe52\uff65\u25cf\u26ab\u26ac"
AROUND_DOT = re.compile(rf" ?[{DOTS}] ?")
FULL_STOP = re.compile(r"(?<=[\u3400-\u9fff]) ?[.\uff0e\uff61] ?(?=[\u3400-\u9fff])")  # a dot only between two Chinese characters
LATIN_PART = re.compile(r"[^\W\d_\u3400-\u9fff]", re.UNICODE)


def spaced(text: str) -> str:
    """Return a text composed, with single plain spaces where there were any."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def as_name(text: str) -> str:
    """Return a person's name as it is kept: single spaces, and one sign for the dot between its parts."""
    return FULL_STOP.sub(DOT, AROUND_DOT.sub(DOT, spaced(text)))


def joined(family: str, given: str) -> str:
    """Return a name of two parts: in Chinese the family name first and no space, else the given name first."""
    if not family or not given:
        return family or given
    return f"{given} {family}" if LATIN_PART.search(family + given) else family + given


def name_key(name: str) -> str:
    """Return a name in which only the words matter, to compare it."""
    return "".join(unicodedata.normalize("NFKC", as_name(name)).split()).casefold()


def as_username(text: str) -> str:
    """Return a user name as it is kept: in digits and letters of plain width, lower case, without spaces. '' for what is far too long."""
    return "" if len(text) > LONGEST else "".join(unicodedata.normalize("NFKC", text).split()).lower()
