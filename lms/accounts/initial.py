"""Initial passwords for people who have not chosen a password yet. Choosing one makes the initial one invalid.

An initial password is derived from SECRET_KEY, the account and a random number. So it is not stored anywhere, the database alone does
not reveal it, and thousands of them need no hashing. An attacker with SECRET_KEY needs none: the same key signs the sessions.

A new one is drawn when it is handed out, so an office sees each one only once.
"""

import hashlib
import hmac
import secrets
import unicodedata

from lms.sealing import derived
from lms.site_settings import site_settings

MARK = "$initial$"  # replaces the hash of a password
WAITING, GIVEN = MARK + "waiting$", MARK + "given$"  # nobody has seen it yet; it is on somebody's sheet
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without characters that look alike on paper: 0 O, 1 I L
GROUPS, GROUP = 3, 4  # 12 characters of 31: 59 bits
LONGEST_TYPED = 128  # with spaces and hyphens; normalising Unicode takes quadratic time
NONCE_BYTES = 16
PURPOSE = "initial passwords"


def draw(state: str = WAITING) -> str:
    """Return the value to store instead of a password's hash; it makes an earlier initial password invalid."""
    return state + secrets.token_hex(NONCE_BYTES)


def is_initial(stored: str | None) -> bool:
    """Say whether an account still has an initial password."""
    return stored is not None and stored.startswith(MARK)


def password_of(stored: str, account: str) -> str:
    """Return an account's initial password, such as K7MQ-2XWP-9RTA."""
    number = int.from_bytes(hmac.digest(_key(), f"{account}:{stored}".encode(), hashlib.sha256))
    signs = []
    for _position in range(GROUPS * GROUP):
        number, rest = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[rest])
    return "-".join("".join(signs[start : start + GROUP]) for start in range(0, len(signs), GROUP))


def is_right(stored: str, account: str, typed: str) -> bool:
    """Say whether this is an account's initial password, typed with or without hyphens, in any width and case."""
    if len(typed) > LONGEST_TYPED:
        return False
    plain = "".join(one for one in unicodedata.normalize("NFKC", typed).upper() if one.isalnum())
    return hmac.compare_digest(plain.encode(), password_of(stored, account).replace("-", "").encode())


def _key() -> bytes:
    return derived(site_settings().secret_key, PURPOSE)
