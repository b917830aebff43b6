"""Multipart requests with attachments, for conformance tests."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from werkzeug.test import TestResponse

from tests.integration.xapi.conftest import Store

BOUNDARY = "------314159265358979323846"
TEXT, PICTURE = b"here is a simple attachment", bytes(range(256)) * 40
MIXED = f"multipart/mixed; boundary={BOUNDARY}"


def sha2(content: bytes, kind: str = "sha256") -> str:
    return hashlib.new(kind, content).hexdigest()


def attachment(content: bytes, **properties: Any) -> dict[str, Any]:
    """Describe data as an attachment; None leaves a property out."""
    whole = {
        "usageType": "http://example.com/attachment-usage/test",
        "display": {"en-US": "A test attachment"},
        "contentType": "text/plain; charset=ascii",
        "length": len(content),
        "sha2": sha2(content),
        **properties,
    }
    return {name: value for name, value in whole.items() if value is not None}


Piece = tuple[Mapping[str, str], bytes]


def part(content: bytes, **headers: str | None) -> Piece:
    """Send data as a part; a header with the value None is left out."""
    named = {
        "Content-Type": "text/plain",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": sha2(content),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return {name: value for name, value in named.items() if value is not None}, content


def first(statements: Any) -> Piece:
    return {"Content-Type": "application/json"}, statements if isinstance(statements, bytes) else json.dumps(statements).encode()


def mixed(*pieces: Piece, end: bytes = b"--\r\n") -> bytes:
    body = b""
    for headers, content in pieces:
        lines = [f"--{BOUNDARY}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        body += "\r\n".join(lines).encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}".encode() + end


def send(store: Store, body: bytes, *, kind: str = MIXED, method: str = "POST", **how: Any) -> TestResponse:
    return store.ask(method, data=body, content_type=kind, **how)
