"""Must a signed statement match its signature? (1.0.3 Data 2.6; 2.0 4.2.6; XAPI-00115 to -00117)"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.conformance.attachments import attachment, first, mixed, part, send
from tests.integration.xapi.conftest import VERB, Store, statement
from xapi.rules.attachments import SIGNATURE
from xapi.storage.models import StatementRow

OCTETS = "application/octet-stream"
SHA2 = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}
KEYS = {name: rsa.generate_private_key(65537, 2048) for name in ("signer", "issuer")}
ON = datetime(2026, 1, 1, tzinfo=UTC)


def certificate(of: str, by: str, key: Any = None) -> str:
    """Return a certificate in the form of `x5c`."""
    names = {who: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, who)]) for who in ("signer", "issuer")}
    made = (
        x509.CertificateBuilder()
        .subject_name(names[of])
        .issuer_name(names[by])
        .public_key((key or KEYS[of]).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ON)
        .not_valid_after(ON + timedelta(days=900))
        .sign(KEYS[by], hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def signature(payload: Any, *, key: str = "signer", alg: str = "RS256", **header: Any) -> bytes:
    """Sign a payload (as JSON, or bytes unchanged)."""
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = f"{encoded(json.dumps({'alg': alg, **header}).encode())}.{encoded(content)}"
    return f"{signed}.{encoded(KEYS[key].sign(signed.encode(), PKCS1v15(), SHA2.get(alg, hashes.SHA256())))}".encode()


def signed(sent: Mapping[str, Any], jws: bytes, **properties: Any) -> bytes:
    """Return a request with a statement and its signature."""
    described = attachment(jws, usageType=SIGNATURE, **{"contentType": OCTETS, **properties})
    return mixed(first({**sent, "attachments": [*sent.get("attachments", ()), described]}), part(jws))


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("alg", list(SHA2))
def test_a_signature_by_rsa_with_sha_2_is_taken(store: Store, version: str, alg: str) -> None:
    sent = statement()
    assert send(store, signed(sent, signature(sent, alg=alg)), version=version).status_code == 200
    assert store.get(statementId=sent["id"], version=version).json["attachments"][0]["usageType"] == SIGNATURE


def test_certificates_are_checked_each_by_the_next(local_store: Store) -> None:
    for chain in ([certificate("signer", "signer")], [certificate("signer", "issuer"), certificate("issuer", "issuer")]):
        sent = statement()
        assert send(local_store, signed(sent, signature(sent, x5c=chain))).status_code == 200


def test_compared_are_statements_not_bytes(local_store: Store) -> None:
    """Ignored: order, time zone, hundredths of a second, a verb's display, the properties that the store sets."""
    sent = statement(
        verb={"id": VERB, "display": {"en": "did"}},
        timestamp="2026-03-01T10:00:00+08:00",
        result={"duration": "PT1.234S", "score": {"raw": 1.0}},
    )
    payload = dict(reversed(sent.items())) | {
        "timestamp": "2026-03-01T02:00:00Z",
        "result": {"score": {"raw": 1}, "duration": "PT1.23S"},
        "verb": {"id": VERB},
        "version": "1.0.0",
    }
    assert send(local_store, signed(sent, signature(payload))).status_code == 200


def test_other_attachments_are_signed_too(local_store: Store) -> None:
    with_file = statement(attachments=[attachment(b"x", fileUrl="https://files.example/x")])
    assert send(local_store, signed(with_file, signature(with_file))).status_code == 200
    other = {**with_file, "attachments": [attachment(b"y", fileUrl="https://files.example/x")]}
    assert send(local_store, signed({**with_file, "id": None, **statement()}, signature(other))).status_code == 400


SENT = statement()
ELLIPTIC = ec.generate_private_key(ec.SECP256R1())
WRONG: list[tuple[str, str, bytes]] = [
    ("another content type", "XAPI-00115", signed(SENT, signature(SENT), contentType="text/plain")),
    ("the signature missing", "XAPI-00115", mixed(first({**SENT, "attachments": [attachment(b"x", usageType=SIGNATURE, contentType=OCTETS)]}))),
    ("only a link to it", "XAPI-00115", mixed(first({**SENT, "attachments": [attachment(b"x", usageType=SIGNATURE, contentType=OCTETS, fileUrl="https://files.example/s")]}))),
    ("no JWS", "XAPI-00115", signed(SENT, b"not a signature")),
    ("two parts", "XAPI-00115", signed(SENT, b"e30.e30")),
    ("a header that is not JSON", "XAPI-00115", signed(SENT, b"eA.e30.eA")),
    ("a header that is not an object", "XAPI-00115", signed(SENT, b"W10.e30.eA")),
    ("no base64", "XAPI-00115", signed(SENT, b"e30.e30.!!")),
    ("a payload that is not JSON", "XAPI-00116", signed(SENT, signature(json.dumps(SENT).replace('"', "'", 1).encode()))),
    ("a payload that is not a statement", "XAPI-00116", signed(SENT, signature([1]))),
    ("another statement", "XAPI-00116", signed(SENT, signature({**SENT, "verb": {"id": "http://example.com/other"}}))),
    ("another id", "XAPI-00116", signed(SENT, signature({**SENT, "id": statement()["id"]}))),
    ("a malformed timestamp", "XAPI-00116", signed(SENT, signature({**SENT, "timestamp": "soon"}))),
    ("a payload nested too deeply", "XAPI-00116", signed(SENT, signature(b'{"a":' * 600 + b"1" + b"}" * 600))),
    ("HS256", "XAPI-00117", signed(SENT, signature(SENT, alg="HS256"))),
    ("none", "XAPI-00117", signed(SENT, signature(SENT, alg="none"))),
    ("lowercase", "XAPI-00117", signed(SENT, signature(SENT, alg="rs256"))),
    ("another's certificate", "Data 2.6", signed(SENT, signature(SENT, x5c=[certificate("issuer", "issuer")]))),
    ("another issuer", "Data 2.6", signed(SENT, signature(SENT, x5c=[certificate("signer", "signer"), certificate("issuer", "issuer")]))),
    ("a malformed certificate", "Data 2.6", signed(SENT, signature(SENT, x5c=["AAAA"]))),
    ("a certificate that is not base64", "Data 2.6", signed(SENT, signature(SENT, x5c=["é"]))),
    ("no certificate in x5c", "Data 2.6", signed(SENT, signature(SENT, x5c=[]))),
    ("x5c that is a text", "Data 2.6", signed(SENT, signature(SENT, x5c="AAAA"))),
    ("a certificate with no RSA key", "Data 2.6", signed(SENT, signature(SENT, x5c=[certificate("signer", "issuer", ELLIPTIC)]))),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "_clause", "body"), WRONG, ids=[f"{name} ({clause})" for name, clause, _ in WRONG])
def test_a_malformed_signature_is_refused_and_nothing_is_stored(local_store: Store, _name: str, _clause: str, body: bytes) -> None:
    answer = send(local_store, body)
    assert (answer.status_code, answer.json["path"].partition(".contentType")[0]) == (400, "statement.attachments[0]")
    assert local_store.count(StatementRow) == 0
