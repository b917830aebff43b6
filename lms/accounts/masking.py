"""Mask names, and user names and texts with telephone numbers, identity numbers or e-mail addresses. Pure."""

import re
import unicodedata

SHOWN_FIRST, SHOWN_LAST = 3, 4  # of a telephone number: 138****1111
LONG = 9  # characters; longer user names show these first and last characters
# An address, or as many digits as only telephone and identity numbers have, also written in groups: 138-0013-8000.
PERSONAL = re.compile(r"@|\d(?:[\W_]*\d){8}")

LONGEST = 400  # characters of a text; longer ones are refused elsewhere


def masked_name(name: str) -> str:
    """Mask all characters of a name except the first: 张*, 欧**."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 2)


def masked_numbers(text: str) -> str:
    """Return a text in which the middle digits of each long number are hidden."""
    return re.sub(r"(?<=\d{4})\d(?=[\dXx]{3})", "*", unicodedata.normalize("NFKC", text[:LONGEST]))


def masked_username(username: str) -> str:
    """Hide the middle of a user name: 138****1111, t*****r, li****@example.org. A person who knows it recognises it."""
    name, at, domain = username.partition("@")
    first, last = (SHOWN_FIRST, SHOWN_LAST) if len(name) >= LONG else (1, 1 if len(name) > 2 and not at else 0)  # noqa: PLR2004
    hidden = max(1, len(name) - first - last)
    return f"{name[:first]}{'*' * hidden}{name[len(name) - last :] if last else ''}{at}{domain}"


def listed_username(username: str, *, whole: bool = False) -> str:
    """Return a user name for a list: masked if it is a telephone number, an identity number or an e-mail address, otherwise whole.

    `whole`: not masked, because somebody asked for it with a reason that is recorded.
    """
    return username if whole or not PERSONAL.search(username) else masked_username(username)
