"""How does somebody sign in who has chosen no password yet? With an initial one, that is worth nothing once they have.

It follows from SECRET_KEY, the account and a number drawn for it. So nobody keeps any, the database alone gives none away, and a
sheet for thousands costs no hashing. Whoever has SECRET_KEY could sign in as anybody without: it signs the sessions too.

It is drawn anew when it is handed out, so an office sees each one once: what waits is told to nobody, and what was told is not told again.
"""

import hashlib
import hmac
import secrets
import unicodedata

from flask import current_app

from lms.sealing import derived

MARK = "$initial$"  # stands where a hash would
WAITING, GIVEN = MARK + "waiting$", MARK + "given$"  # nobody has seen it yet; it is on somebody's sheet
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without what looks alike on paper: 0 O, 1 I L
GROUPS, GROUP = 3, 4  # 12 of 31 signs: 59 bits
LONGEST_TYPED = 128  # with blanks and hyphens; Unicode is normalised in a time that grows with the square of the length
NONCE_BYTES = 16
PURPOSE = "initial passwords"


def draw(state: str = WAITING) -> str:
    """Return what to store instead of a password's hash; an earlier initial password is worth nothing from then on."""
    return state + secrets.token_hex(NONCE_BYTES)


def is_initial(stored: str | None) -> bool:
    """Say whether an account has an initial password and none of its person's own."""
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
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    return hmac.compare_digest(plain.encode(), password_of(stored, account).replace("-", "").encode())


def _key() -> bytes:
    return derived(current_app.extensions["settings"].secret_key, PURPOSE)
