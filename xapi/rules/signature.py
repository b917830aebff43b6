"""Does a signed statement match its signature? (1.0.3 Data 2.6; 2.0 4.2.6; RFC 7515, 7518) Pure.

The signature is a JSON Web Signature in its compact form, made by RSA with SHA-2. If it includes its certificates (`x5c`), the first
one must verify the signature, and each must be issued by the next. The caller decides whether to trust the end of that
chain. Without certificates the signature cannot be checked; the statement can be stored all the same.
"""

import base64
import binascii
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

from xapi.errors import BadRequest
from xapi.rules.attachments import SIGNATURE, ReceivedAttachment, sha2_of
from xapi.rules.equality import digest
from xapi.rules.statement_json import parse

ALGORITHMS = {"RS256": SHA256(), "RS384": SHA384(), "RS512": SHA512()}
MOST_BYTES = 4 * 2**20
MOST_CERTIFICATES = 10


def check_signatures(statement: Mapping[str, Any], attached: Mapping[str, ReceivedAttachment], path: str) -> None:
    """Check every signature among a checked statement's attachments.

    Raises:
        BadRequest: a signature is missing, is malformed, or signs another statement (XAPI-00115 to -00117).
    """
    for index, attachment in enumerate(statement.get("attachments", ())):
        if attachment["usageType"] == SIGNATURE:
            _check(statement, attachment, attached.get(sha2_of(attachment)), f"{path}.attachments[{index}]")


def _check(statement: Mapping[str, Any], attachment: Mapping[str, Any], given: ReceivedAttachment | None, path: str) -> None:
    if attachment["contentType"] != "application/octet-stream":
        raise BadRequest("a signature has the contentType application/octet-stream", f"{path}.contentType")
    if given is None:
        raise BadRequest("the signature itself must be a part of the request", path)
    if given.size > MOST_BYTES:
        raise BadRequest(f"a signature has at most {MOST_BYTES} bytes", path)
    header, payload, signed, signature = _taken_apart(given.read(), path)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise BadRequest(f"a signature is made by {', '.join(ALGORITHMS)}, not {str(algorithm)[:20]}", path)
    if not _is_the_same(payload, statement):
        raise BadRequest("the signature is for another statement", path)
    if "x5c" in header:
        _verify(_certificates(header["x5c"], path), signature, signed, algorithm, path)


def _taken_apart(jws: bytes, path: str) -> tuple[Mapping[str, Any], Any, bytes, bytes]:
    """Return the header, the payload, the signed bytes, and the signature."""
    try:
        header, payload, signature = jws.strip().split(b".")
        read_header, read_payload = parse(_decoded(header).decode()), parse(_decoded(payload).decode())
        if not isinstance(read_header, dict):
            raise TypeError
        return read_header, read_payload, header + b"." + payload, _decoded(signature)
    except (ValueError, TypeError, RecursionError, BadRequest) as error:
        raise BadRequest("is not a JSON Web Signature in compact form", path) from error


def _decoded(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _is_the_same(payload: Any, statement: Mapping[str, Any]) -> bool:
    if not isinstance(payload, dict) or ("id" in payload and str(payload["id"]).lower() != str(statement.get("id")).lower()):
        return False
    try:
        return _unsigned(payload) == _unsigned(statement)
    except (BadRequest, RecursionError):  # the payload has a value that no statement may have
        return False


def _unsigned(statement: Mapping[str, Any]) -> str:
    """Return the digest of a statement without the properties that are added after signing."""
    given = statement.get("attachments")
    others = [one for one in given if not isinstance(one, dict) or one.get("usageType") != SIGNATURE] if isinstance(given, list) else []
    rest = {name: value for name, value in statement.items() if name != "attachments"}
    return digest({**rest, "attachments": others} if others else rest)


def _certificates(chain: Any, path: str) -> Sequence[x509.Certificate]:
    if not isinstance(chain, list) or not 1 <= len(chain) <= MOST_CERTIFICATES or not all(isinstance(one, str) for one in chain):
        raise BadRequest(f"x5c must have 1 to {MOST_CERTIFICATES} certificates", path)
    try:
        return [x509.load_der_x509_certificate(base64.b64decode(one, validate=True)) for one in chain]
    except (ValueError, binascii.Error) as error:
        raise BadRequest("x5c has a value that is not an X.509 certificate", path) from error


def _verify(chain: Sequence[x509.Certificate], signature: bytes, signed: bytes, algorithm: str, path: str) -> None:
    key = chain[0].public_key()
    if not isinstance(key, RSAPublicKey):
        raise BadRequest("the signing certificate has no RSA key", path)
    try:
        for issued, issuer in itertools.pairwise(chain):
            issued.verify_directly_issued_by(issuer)
        key.verify(signature, signed, PKCS1v15(), ALGORITHMS[algorithm])
    except (InvalidSignature, ValueError, TypeError) as error:
        raise BadRequest("the signature does not match its certificates", path) from error
