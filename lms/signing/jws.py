"""Sign a text as JSON Web Signature (RFC 7515, compact form), with the site's key and its certificate in the header."""

import base64
import json

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding

from lms.signing.key import SigningKey

CURVES = {"secp256r1": ("ES256", SHA256), "secp384r1": ("ES384", SHA384), "secp521r1": ("ES512", SHA512)}


def sign_text(content: bytes, key: SigningKey) -> str:
    """Return the signature with its content: header, content and signature, in base64url, joined by dots."""
    chain = [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in (key.certificate, *key.chain)]
    private = key.private
    algorithm = "RS256" if isinstance(private, RSAPrivateKey) else CURVES[private.curve.name][0]
    header = json.dumps({"alg": algorithm, "x5c": chain}).encode()
    signed = f"{_written(header)}.{_written(content)}"
    if isinstance(private, RSAPrivateKey):
        signature = private.sign(signed.encode(), PKCS1v15(), SHA256())
    else:
        size = (private.curve.key_size + 7) // 8
        numbers = decode_dss_signature(private.sign(signed.encode(), ECDSA(CURVES[private.curve.name][1]())))
        signature = b"".join(one.to_bytes(size, "big") for one in numbers)
    return f"{signed}.{_written(signature)}"


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
