"""Has a document changed since a client read it? Entity tags and conditions on them. Pure.

Sources: xAPI 1.0.3 Communication 3.1; 2.0 4.1.4; RFC 9110 8.8.3 and 13.1.
"""

import hashlib
import re
from dataclasses import dataclass

TAG = re.compile(r'(?:W/)?"([^"]*)"|([^\s,"]+)')  # many clients forget the quotation marks
ANY = "*"


def etag_of(content: bytes) -> str:
    """Return a content's tag without quotation marks: SHA-1 in lowercase hexadecimal, which 1.0.3 requires."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Precondition:
    """The conditions of a request on the stored document: its If-Match and If-None-Match, None if absent."""

    if_match: str | None = None
    if_none_match: str | None = None

    @property
    def given(self) -> bool:
        """Say whether the request has a condition."""
        return self.if_match is not None or self.if_none_match is not None

    def holds(self, etag: str | None) -> bool:
        """Say whether a document with this tag (None: no document) satisfies the conditions."""
        if self.if_match is not None and not _among(etag, self.if_match):
            return False
        return self.if_none_match is None or not _among(etag, self.if_none_match)


def _among(etag: str | None, header: str) -> bool:
    """Look for a tag. W/ is ignored, because only a proxy that compressed our response adds it to our tags."""
    if etag is None or header.strip() == ANY:
        return etag is not None
    return any(etag in found for found in TAG.findall(header))
