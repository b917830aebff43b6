"""Read a multipart/mixed body with parts of any size. (RFC 2046, 5.1) Pure.

A part's content is read in chunks as it arrives and is never held in memory as a whole.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from xapi.errors import BadRequest

CHUNK = 64 * 1024
LONGEST_BOUNDARY = 70
LONGEST_HEADERS = 16 * 1024
FOLD = re.compile(r"(?<=[^\r\n])\r\n[ \t]+")  # RFC 5322 2.2.3: a line that begins with a space continues the header
END = "the body ended before its last boundary"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its headers by lowercase name, and its content as it arrives. It cannot be read after the next part was requested."""

    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    @property
    def media_type(self) -> str:
        """Return the part's type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def read(self, most: int) -> bytes | None:
        """Return the whole content; None if it is longer than `most` bytes."""
        found = bytearray()
        for chunk in self.chunks:
            found += chunk
            if len(found) > most:
                return None
        return bytes(found)


def parts(read: Callable[[int], bytes], boundary: str) -> Iterator[Part]:
    """Yield the parts of a body. `read` returns up to the given number of its next bytes, and no bytes at the end.

    Raises:
        BadRequest: no boundary, malformed headers, or an end before the last boundary.
    """
    if not 1 <= len(boundary) <= LONGEST_BOUNDARY or not boundary.isascii():
        raise BadRequest("multipart/mixed needs a boundary of 1 to 70 characters", "Content-Type")
    body = _PartBody(read, b"\r\n--" + boundary.encode())
    for _ in body.until_boundary():
        pass  # text before the first boundary has no meaning
    while body.goes_on():
        part = Part(body.headers(), body.until_boundary())
        yield part
        for _ in part.chunks:
            pass
    while read(CHUNK):
        # nor has text after the last one; it is read because unread bytes would close the connection, perhaps before the response arrives
        pass


class _PartBody:
    """The part of the body that has arrived but was not returned yet."""

    def __init__(self, read: Callable[[int], bytes], boundary: bytes) -> None:
        self._read = read
        self._boundary = boundary
        self._here = b"\r\n"  # a boundary may be the very first line

    def until_boundary(self) -> Iterator[bytes]:
        """Yield the content before the next boundary, and skip the boundary."""
        held = len(self._boundary) - 1  # half of a boundary may have arrived
        while (at := self._here.find(self._boundary)) < 0:
            if len(self._here) > held:
                chunk, self._here = self._here[:-held], self._here[-held:]
                yield chunk
            self._arrive()
        chunk, self._here = self._here[:at], self._here[at + len(self._boundary) :]
        if chunk:
            yield chunk

    def goes_on(self) -> bool:
        """Say whether a part follows the boundary just read."""
        while b"\r\n" not in self._here and not self._here.startswith(b"--"):
            if len(self._here) > LONGEST_BOUNDARY:
                raise BadRequest("a boundary is followed by something else than a new line")
            self._arrive()
        if self._here.startswith(b"--"):
            return False
        padding, _, _ = self._here.partition(b"\r\n")
        if padding.strip(b" \t"):
            raise BadRequest("a boundary is followed by something else than a new line")
        self._here = self._here[len(padding) :]
        return True

    def headers(self) -> dict[str, str]:
        """Read a part's headers and the empty line after them."""
        while (at := self._here.find(b"\r\n\r\n")) < 0:
            if len(self._here) > LONGEST_HEADERS:
                raise BadRequest("the headers of a part are too long or do not end")
            self._arrive()
        head, self._here = self._here[:at].decode("latin-1"), self._here[at + 4 :]
        found = {}
        for line in FOLD.sub(" ", head).split("\r\n")[1:]:
            name, colon, value = line.partition(":")
            if not colon:
                raise BadRequest("a part has a malformed header")
            found[name.strip().lower()] = value.strip()
        return found

    def _arrive(self) -> None:
        arrived = self._read(CHUNK)
        if not arrived:
            raise BadRequest(END)
        self._here += arrived
