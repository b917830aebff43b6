"""Check signatures, if the library `cryptography` is installed; everything else is checked without it."""

import base64

from lms.signing.jws_check import HAS_LIBRARY, NotSigned, jws_content

if HAS_LIBRARY:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

__all__ = ["HAS_LIBRARY", "NotSigned", "anchor_fits", "jws_content"]


def anchor_fits(public_key: str, signature: str, signed: bytes) -> bool:
    """Say whether an anchor's signature fits; without the library, nothing is known, and it is not denied."""
    if not HAS_LIBRARY:
        return True
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), signed)
    except (ValueError, InvalidSignature):
        return False
    return True
