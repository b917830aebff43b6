"""Write statements and their attachments' data as one multipart/mixed body. (1.0.3 Communication 1.5.2; 2.0 4.1.3)

The data is never held in memory as a whole.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from xapi.rules.attachments import attachments_of, sha2_of
from xapi.storage.files import StoredAttachment, content_of, kept_for

MIXED = "multipart/mixed"
JSON = "application/json"


class Packed(NamedTuple):
    """A body to send: its type, its length in bytes, and its pieces."""

    content_type: str
    length: int
    chunks: Iterator[bytes]


def pack(sessions: Callable[[], AbstractContextManager[Session]], text: str, statements: Sequence[str]) -> Packed:
    """Write JSON, followed by the stored data of these statements' attachments; each hash once.

    The data is read from separate sessions while the body is sent.
    """
    types = {key: kind for one in statements if '"attachments"' in one for key, kind in _types(json.loads(one))}
    kept: dict[str, StoredAttachment] = {}
    if types:
        with sessions() as session:
            kept = {one.sha2: one for one in kept_for(session, {statement_id for statement_id, _ in types})}
    boundary = uuid.uuid4().hex
    heads = {
        one.sha2: _head(boundary, types.get((one.statement_id, one.sha2), ""), {"X-Experience-API-Hash": one.sha2}) for one in kept.values()
    }
    opening = _head(boundary, JSON, {}) + text.encode("utf-8", "surrogatepass")
    closing = f"\r\n--{boundary}--\r\n".encode()
    length = len(opening) + len(closing) + sum(2 + len(heads[one.sha2]) + one.size for one in kept.values())
    body = _body(sessions, opening, [(heads[one.sha2], one) for one in kept.values()], closing)
    return Packed(f"{MIXED}; boundary={boundary}", length, body)


def _types(statement: Mapping[str, Any]) -> Iterator[tuple[tuple[uuid.UUID, str], str]]:
    for _, attachment in attachments_of(statement):
        yield (uuid.UUID(statement["id"]), sha2_of(attachment)), attachment["contentType"]


def _head(boundary: str, content_type: str, more: Mapping[str, str]) -> bytes:
    kind = "".join(character for character in content_type if " " <= character < "\x7f") or "application/octet-stream"
    lines = [f"--{boundary}", f"Content-Type: {kind}"]
    lines += ["Content-Transfer-Encoding: binary", *(f"{name}: {value}" for name, value in more.items())] if more else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _body(
    sessions: Callable[[], AbstractContextManager[Session]], opening: bytes, files: Sequence[tuple[bytes, StoredAttachment]], closing: bytes
) -> Iterator[bytes]:
    yield opening
    for head, one in files:
        yield b"\r\n" + head
        with sessions() as session:
            yield from content_of(session, one.sha2, one.size)
    yield closing
