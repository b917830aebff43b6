"""Statements with attachments' data, for tests of removals."""

import hashlib
from typing import Any

from tests.integration.xapi.conftest import statement


def with_data(data: bytes, **properties: Any) -> tuple[dict[str, Any], bytes]:
    sha2 = hashlib.sha256(data).hexdigest()
    kind = {"usageType": "https://x.example/u", "display": {"en": "a"}, "contentType": "text/plain", "length": len(data), "sha2": sha2}
    head = f"Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha2}\r\n\r\n"
    return statement(attachments=[kind], **properties), b"--x\r\n" + head.encode() + data + b"\r\n"
