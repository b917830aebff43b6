"""How do statements come and go together with their attachments' data? As multipart/mixed. (1.0.3 Communication 1.5.2; 2.0 4.1.3)

Neither way is an attachment ever held whole in memory.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from flask import Response
from werkzeug.http import parse_options_header

from xapi.attachments import Attached, attachments_of, collect, sha2_of
from xapi.errors import BadRequest, TooLarge
from xapi.files import Kept, content_of, kept_for
from xapi.mount import Mount
from xapi.multipart import parts
from xapi.reading import Received, read
from xapi.views.call import Call

MIXED = "multipart/mixed"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a request brought: statements, whether they were an array, and the data of their attachments by hash."""

    statements: Sequence[Received]
    many: bool
    attached: Mapping[str, Attached] = field(default_factory=dict)


def take(call: Call, held: ExitStack) -> Taken:
    """Read the statements of a request, alone (application/json) or with data (multipart/mixed), which `held` keeps until it is closed.

    Raises:
        BadRequest: another content type, or parts that are not as they must be (XAPI-00127 to -00135).
    """
    if call.media_type == JSON:
        return Taken(*read(call.body))
    if call.media_type != MIXED:
        raise BadRequest(f"must be {JSON} or {MIXED}, not {call.media_type or 'absent'}", "Content-Type")
    boundary = parse_options_header(call.headers.get("Content-Type"))[1].get("boundary", "")
    given = parts(call.incoming.reader(call.mount.most_attached_bytes), boundary)
    first = next(given, None)
    if first is None or first.media_type != JSON:
        raise BadRequest(f"must be {JSON} with all statements (XAPI-00134)", "part 1")
    text = first.read(call.mount.most_bytes)
    if text is None:
        raise TooLarge(f"at most {call.mount.most_bytes} bytes of statements in one request", "part 1")
    statements, many = read(text)
    attached = collect(given, [one.parsed for one in statements], call.mount.most_attached_bytes, held)
    return Taken(statements, many, attached)


def answer(call: Call, text: str, statements: Sequence[str]) -> Response:
    """Answer with JSON and, after it, the data that is kept for the attachments of these statements; each hash once."""
    types = {key: kind for one in statements if '"attachments"' in one for key, kind in _types(json.loads(one))}
    kept: dict[str, Kept] = {}
    if types:
        with call.mount.readers() as session:
            kept = {one.sha2: one for one in kept_for(session, {statement_id for statement_id, _ in types})}
    boundary = uuid.uuid4().hex
    heads = {
        one.sha2: _head(boundary, types.get((one.statement_id, one.sha2), ""), {"X-Experience-API-Hash": one.sha2}) for one in kept.values()
    }
    opening = _head(boundary, JSON, {}) + text.encode("utf-8", "surrogatepass")
    closing = f"\r\n--{boundary}--\r\n".encode()
    length = len(opening) + len(closing) + sum(2 + len(heads[one.sha2]) + one.size for one in kept.values())
    body = _body(call.mount, opening, [(heads[one.sha2], one) for one in kept.values()], closing)
    return Response(body, content_type=f"{MIXED}; boundary={boundary}", headers={"Content-Length": str(length)})


def _types(statement: Mapping[str, Any]) -> Iterator[tuple[tuple[uuid.UUID, str], str]]:
    for _, attachment in attachments_of(statement):
        yield (uuid.UUID(statement["id"]), sha2_of(attachment)), attachment["contentType"]


def _head(boundary: str, content_type: str, more: Mapping[str, str]) -> bytes:
    kind = "".join(sign for sign in content_type if " " <= sign < "\x7f") or "application/octet-stream"
    lines = [f"--{boundary}", f"Content-Type: {kind}"]
    lines += ["Content-Transfer-Encoding: binary", *(f"{name}: {value}" for name, value in more.items())] if more else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _body(mount: Mount, opening: bytes, files: Sequence[tuple[bytes, Kept]], closing: bytes) -> Iterator[bytes]:
    yield opening
    for head, one in files:
        yield b"\r\n" + head
        with mount.readers() as session:
            yield from content_of(session, one.sha2, one.size)
    yield closing
