"""Merge a posted JSON document into the stored one. (1.0.3 Communication 2.2; 2.0 4.1.6.2) Pure.

Only top-level properties are merged, and each keeps its original text: no number is rounded and no character is escaped again.
"""

import json

from xapi.errors import BadRequest
from xapi.rules.statement_json import ReceivedStatement, joined, read

JSON = "application/json"


def is_json(content_type: str) -> bool:
    """Say whether a Content-Type announces JSON, with any parameters."""
    return content_type.partition(";")[0].strip().lower() == JSON


def merged(known: bytes, posted: bytes) -> bytes:
    """Return the stored object with the posted object's properties added (XAPI-00183, -00184).

    Raises:
        BadRequest: one of them is not a JSON object, or repeats a property.
    """
    stored, new = read_object(known, "the stored document"), read_object(posted, "the posted document")
    return joined({**stored.raw, **new.raw}).encode("utf-8")


def read_object(content: bytes, path: str) -> ReceivedStatement:
    """Read a JSON object with any properties; `path` names it in refusals."""
    if content.lstrip()[:1] == b"[":
        raise BadRequest("must be a JSON object, not an array", path)
    try:
        (found,), _ = read(content)
    except BadRequest as error:
        raise BadRequest(error.message, path) from error
    return found


def check_json(content: bytes, path: str) -> None:
    """Refuse content that is announced as JSON but is not JSON (1.0.3 Communication 3.2)."""
    try:
        json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadRequest("is announced as application/json but is not JSON", path) from error


def _refuse(name: str) -> None:
    raise ValueError(name)
