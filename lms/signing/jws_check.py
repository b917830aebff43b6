"""Check JSON Web Signatures. The stand-alone checker has this module too, so without the library `cryptography` it reads only."""

import base64
import binascii
import hashlib
import json
from typing import Any

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
except ImportError:
    HAS_LIBRARY = False
else:
    HAS_LIBRARY = True
    HASHES = {"ES256": SHA256(), "ES384": SHA384(), "ES512": SHA512()}


def is_jws(text: str) -> bool:
    """Say whether a text looks like a JSON Web Signature in compact form, and not like JSON."""
    return text.lstrip().startswith("eyJ") and text.count(".") == 2  # noqa: PLR2004


class NotSigned(Exception):
    """The signature is damaged, or does not fit; the message says which."""


def jws_content(text: str) -> tuple[bytes, str]:
    """Return the content of a JSON Web Signature and the fingerprint of its certificate; the signature fits, if the library is there.

    Raises:
        NotSigned: it is damaged, or the signature does not fit.
    """
    try:
        header_text, content_text, signature_text = text.strip().split(".")
        header: dict[str, Any] = json.loads(_read(header_text))
        content, signature = _read(content_text), _read(signature_text)
        certificate = _certificate(header)
    except (ValueError, KeyError, IndexError, TypeError, binascii.Error, RecursionError) as error:
        raise NotSigned("cannot be read") from error
    if HAS_LIBRARY:
        _verify(certificate, str(header.get("alg")), signature, f"{header_text}.{content_text}".encode())
    return content, hashlib.sha256(certificate).hexdigest()


def certificate_in(text: str) -> bytes:
    """Return the certificate (DER) in the header of a signature that `jws_content` has read."""
    return _certificate(json.loads(_read(text.strip().partition(".")[0])))


def _certificate(header: dict[str, Any]) -> bytes:
    return base64.b64decode(header["x5c"][0], validate=True)


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _verify(certificate: bytes, algorithm: str, signature: bytes, signed: bytes) -> None:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
        if isinstance(key, RSAPublicKey) and algorithm == "RS256":
            key.verify(signature, signed, PKCS1v15(), SHA256())
        elif isinstance(key, EllipticCurvePublicKey) and algorithm in HASHES:
            half = len(signature) // 2
            numbers = (int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
            key.verify(encode_dss_signature(*numbers), signed, ECDSA(HASHES[algorithm]))
        else:
            raise NotSigned(f"is of a kind that this program does not know ({algorithm})")
    except (ValueError, InvalidSignature) as error:
        raise NotSigned("does not fit: something was changed after it was signed") from error
