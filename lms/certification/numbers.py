"""Numbers of certificates: the year, nine random characters and one that checks them, such as 2026-7K3Q9-XWM42. Pure but for chance.

Nobody can list the certificates of a site by counting, and a mistyped number is told from an unknown one.
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which people misread (Crockford's base 32)
RANDOM = 9  # characters, 45 bits
LONGEST = 40  # characters of a typed number that are examined
_MISREAD = str.maketrans("OIL", "011")
_FORM = re.compile(rf"(\d{{4}})([{ALPHABET}]{{{RANDOM + 1}}})")


def new_number(year: int) -> str:
    """Return a new number; the register refuses one that exists."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return _written(f"{year:04}", drawn + _check(f"{year:04}{drawn}"))


def read_number(typed: str) -> str | None:
    """Return a typed number in its usual form; None if it cannot be one. Spaces, hyphens, case and misread letters do not matter."""
    if len(typed) > LONGEST:
        return None
    plain = re.sub(r"[\s\-–—]", "", typed).upper().translate(_MISREAD)
    found = _FORM.fullmatch(plain)
    if found is None or not plain.isascii() or _check(plain[:-1]) != plain[-1]:
        return None
    return _written(*found.groups())


def _written(year: str, rest: str) -> str:
    return f"{year}-{rest[:5]}-{rest[5:]}"


def _check(text: str) -> str:
    """Return the check character. Odd weights have inverses modulo 32, so every single wrong character is found."""
    return ALPHABET[sum((2 * place + 1) * ALPHABET.index(one) for place, one in enumerate(text)) % len(ALPHABET)]
