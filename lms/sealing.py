"""Encrypt secrets that must be readable again, with AES-256-GCM under a key derived from SECRET_KEY.

The database alone reveals nothing. A different SECRET_KEY cannot open what was sealed under this one.
"""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class NotOpened(Exception):
    """It was sealed under another SECRET_KEY or for another purpose, or it was changed."""


def seal(secret: str, secret_key: str, purpose: str) -> str:
    """Return the sealed form of a secret; opening it needs the same `purpose`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(derived(secret_key, purpose)).encrypt(nonce, secret.encode(), None)).decode()


def unseal(sealed: str, secret_key: str, purpose: str) -> str:
    """Return the secret.

    Raises:
        NotOpened: SECRET_KEY or the purpose is different.
    """
    kept = base64.b64decode(sealed)
    try:
        return AESGCM(derived(secret_key, purpose)).decrypt(kept[:NONCE_BYTES], kept[NONCE_BYTES:], None).decode()
    except InvalidTag as error:
        raise NotOpened from error


def derived(secret_key: str, purpose: str) -> bytes:
    """Return 256 bits that are derived from SECRET_KEY and a purpose, and reveal nothing about either (RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret_key.encode())
