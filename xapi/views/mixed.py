"""Send and receive statements together with their attachments' data, as multipart/mixed. (1.0.3 Communication 1.5.2; 2.0 4.1.3)

An attachment is never held in memory as a whole, in either direction.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from flask import Response
from werkzeug.http import parse_options_header

from xapi.errors import BadRequest, TooLarge
from xapi.rules.attachments import ReceivedAttachment, collect
from xapi.rules.multipart import parts
from xapi.rules.statement_json import ReceivedStatement, read
from xapi.storage.packing import JSON, MIXED, pack
from xapi.views.call import Call


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """The input of a request: statements, whether they were an array, and their attachments' data by hash."""

    statements: Sequence[ReceivedStatement]
    many: bool
    attached: Mapping[str, ReceivedAttachment] = field(default_factory=dict)


def take(call: Call, held: ExitStack) -> ReceivedRequest:
    """Read the statements of a request: JSON alone, or multipart/mixed with data, which stays available until `held` is closed.

    Raises:
        BadRequest: another content type, or parts that break the rules (XAPI-00127 to -00135).
    """
    if call.media_type == JSON:
        return ReceivedRequest(*read(call.body))
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
    return ReceivedRequest(statements, many, attached)


def answer(call: Call, text: str, statements: Sequence[str]) -> Response:
    """Answer with JSON, followed by the stored data of these statements' attachments; each hash once."""
    packed = pack(call.mount.readers, text, statements)
    return Response(packed.chunks, content_type=packed.content_type, headers={"Content-Length": str(packed.length)})
