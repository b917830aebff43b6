"""Normal forms of names and user names, so that different spellings of the same name are equal. Pure.

The caller has checked the length, because composing characters takes quadratic time.
"""

import re
import unicodedata

LONGEST = 400  # characters; a longer text is not a name and is not examined
DOT = "\u00b7"
# The characters that people and programs write for the dot between the parts of a name (W3C clreq, "Interpuncts"; GB/T 15834-2011, 4.13).
DOTS = "\u00b7\u0387\u16eb\u2022\u2024\u2027\u2219\u22c5\u2e31\u2e33\u30fb\ufe52\uff65\u25cf\u26ab\u26ac"
AROUND_DOT = re.compile(rf" ?[{DOTS}] ?")
FULL_STOP = re.compile(r"(?<=[\u3400-\u9fff]) ?[.\uff0e\uff61] ?(?=[\u3400-\u9fff])")  # a dot only between two Chinese characters
LATIN_PART = re.compile(r"[^\W\d_\u3400-\u9fff]", re.UNICODE)


def spaced(text: str) -> str:
    """Return a text in Unicode's composed form, with single plain spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def as_name(text: str) -> str:
    """Return a person's name in its stored form: single spaces, and one character for the dot between its parts."""
    return FULL_STOP.sub(DOT, AROUND_DOT.sub(DOT, spaced(text)))


def joined(family: str, given: str) -> str:
    """Join the two parts of a name: in Chinese the family name first and no space, otherwise the given name first."""
    if not family or not given:
        return family or given
    return f"{given} {family}" if LATIN_PART.search(family + given) else family + given


def name_key(name: str) -> str:
    """Return a form of a name for comparison, without spaces, width and case."""
    return "".join(unicodedata.normalize("NFKC", as_name(name)).split()).casefold()


def as_username(text: str) -> str:
    """Return a user name in its stored form: plain width, lowercase, no spaces. '' if it is far too long."""
    return "" if len(text) > LONGEST else "".join(unicodedata.normalize("NFKC", text).split()).lower()
