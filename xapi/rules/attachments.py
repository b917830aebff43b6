"""Match attachment data with the statements of a request, and check its hash. (1.0.3 Data 2.4.11, Communication 1.5.2; 2.0 4.1.3)

The SHA-2 hash identifies an attachment: statements that name the same hash share one part. The store does not check
`length`; nothing in the specification lets a store refuse a wrong one.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from xapi.errors import BadRequest, TooLarge
from xapi.rules.multipart import Part

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
HASHES = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}  # by the length of their hexadecimal form
HELD_IN_MEMORY = 1024 * 1024
HASH_HEADER, ENCODING_HEADER = "x-experience-api-hash", "content-transfer-encoding"


@dataclass(frozen=True, slots=True)
class ReceivedAttachment:
    """Data that came with statements, checked against its hash; `content` is positioned at its beginning."""

    sha2: str
    size: int
    content: IO[bytes]

    def read(self) -> bytes:
        """Return all of it."""
        self.content.seek(0)
        return self.content.read()

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield it in pieces of `size` bytes."""
        self.content.seek(0)
        while piece := self.content.read(size):
            yield piece


NOTHING: Mapping[str, ReceivedAttachment] = {}


def attachments_of(statement: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (path below the statement, attachment) of a statement and its sub-statement, which may be unchecked."""
    if not isinstance(statement, dict):
        return
    given = statement.get("attachments")
    for index, attachment in enumerate(given if isinstance(given, list) else ()):
        if isinstance(attachment, dict):
            yield f"attachments[{index}]", attachment
    target = statement.get("object")
    if isinstance(target, dict) and target.get("objectType") == "SubStatement":
        yield from ((f"object.{path}", attachment) for path, attachment in attachments_of(target))


def sha2_of(attachment: Mapping[str, Any]) -> str:
    """Return an attachment's hash in lowercase; '' if it has none."""
    found = attachment.get("sha2")
    return found.lower() if isinstance(found, str) else ""


def collect(parts: Iterable[Part], statements: Iterable[Any], most_bytes: int, held: ExitStack) -> dict[str, ReceivedAttachment]:
    """Read the parts after the first one and return them by hash. They stay available until `held` is closed.

    Raises:
        BadRequest: a part does not belong to these statements or does not match its hash (XAPI-00128, -00132, -00135).
        TooLarge: together they have more than `most_bytes`.
    """
    named = {sha2_of(attachment) for statement in statements for _, attachment in attachments_of(statement)}
    found: dict[str, ReceivedAttachment] = {}
    left = most_bytes
    for number, part in enumerate(parts, start=2):
        sha2 = _hash_of(part, named, f"part {number}")
        content = held.enter_context(SpooledTemporaryFile(HELD_IN_MEMORY))  # noqa: SIM115 - `held` closes it
        attached = ReceivedAttachment(sha2, _write(part, sha2, content, left, f"part {number}"), content)
        left -= attached.size
        found.setdefault(sha2, attached)
    return found


def gather(parts: Iterable[Part], most_bytes: int, held: ExitStack) -> dict[str, ReceivedAttachment]:
    """Read the parts after the first one of another store's response; return them by hash. They stay available until `held` is closed.

    A part that does not match its hash is left out. The statement that needs it is then refused; the others are not.

    Raises:
        BadRequest: the body is not multipart, or it is truncated.
        TooLarge: together the parts have more than `most_bytes`.
    """
    found: dict[str, ReceivedAttachment] = {}
    left = most_bytes
    for number, part in enumerate(parts, start=2):
        sha2 = part.headers.get(HASH_HEADER, "").lower()
        if len(sha2) not in HASHES:
            continue
        content = held.enter_context(SpooledTemporaryFile(HELD_IN_MEMORY))  # noqa: SIM115 - `held` closes it
        with suppress(BadRequest):
            attached = ReceivedAttachment(sha2, _write(part, sha2, content, left, f"part {number}"), content)
            left -= attached.size
            found.setdefault(sha2, attached)
    return found


def _hash_of(part: Part, named: set[str], path: str) -> str:
    if part.headers.get(ENCODING_HEADER, "").lower() != "binary":
        raise BadRequest("needs the header Content-Transfer-Encoding: binary", path)
    sha2 = part.headers.get(HASH_HEADER, "").lower()
    if not sha2:
        raise BadRequest("needs the header X-Experience-API-Hash", path)
    if sha2 not in named or len(sha2) not in HASHES:
        raise BadRequest("is not an attachment of a statement in this request", path)
    return sha2


def _write(part: Part, sha2: str, content: IO[bytes], most_bytes: int, path: str) -> int:
    """Write a part's content and return its size."""
    seen, size = hashlib.new(HASHES[len(sha2)]), 0
    for chunk in part.chunks:
        size += len(chunk)
        if size > most_bytes:
            raise TooLarge("this and the parts before it are more than this store takes in one request", path)
        seen.update(chunk)
        content.write(chunk)
    if seen.hexdigest() != sha2:
        raise BadRequest("its content does not have the hash that X-Experience-API-Hash says", path)
    return size


def check_attached(statement: Mapping[str, Any], attached: Mapping[str, ReceivedAttachment], path: str) -> None:
    """Refuse an attachment that has neither a fileUrl nor data in the request (XAPI-00129)."""
    for where, attachment in attachments_of(statement):
        if "fileUrl" not in attachment and sha2_of(attachment) not in attached:
            raise BadRequest("needs a fileUrl, or its data as a part of the request", f"{path}.{where}")
