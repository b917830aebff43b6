"""How is a secret kept that must be read again? Sealed with AES-256-GCM under a key derived from SECRET_KEY.

Whoever has the database alone reads nothing. Another SECRET_KEY opens nothing that was sealed under this one.
"""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class NotOpened(Exception):
    """It was sealed under another SECRET_KEY, for another purpose, or was changed since."""


def seal(secret: str, secret_key: str, purpose: str) -> str:
    """Return what may be kept of a secret; `purpose` must be the same to open it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(derived(secret_key, purpose)).encrypt(nonce, secret.encode(), None)).decode()


def unseal(sealed: str, secret_key: str, purpose: str) -> str:
    """Return the secret.

    Raises:
        NotOpened: SECRET_KEY or the purpose is another.
    """
    kept = base64.b64decode(sealed)
    try:
        return AESGCM(derived(secret_key, purpose)).decrypt(kept[:NONCE_BYTES], kept[NONCE_BYTES:], None).decode()
    except InvalidTag as error:
        raise NotOpened from error


def derived(secret_key: str, purpose: str) -> bytes:
    """Return 256 bits that follow from SECRET_KEY and a purpose, and tell nothing about either (RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret_key.encode())
