"""Has a document changed since somebody read it? Entity tags and conditions on them. Pure.

Sources: xAPI 1.0.3 Communication 3.1; 2.0 4.1.4; RFC 9110 8.8.3 and 13.1.
"""

import hashlib
import re
from dataclasses import dataclass

TAG = re.compile(r'(?:W/)?"([^"]*)"|([^\s,"]+)')  # quotes are forgotten often enough
ANY = "*"


def etag_of(content: bytes) -> str:
    """Return a content's tag, without its quotes: the SHA-1 in lower-case hexadecimal that 1.0.3 demands."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Precondition:
    """What a request demands of the document that is there: its If-Match and If-None-Match, None where it has none."""

    if_match: str | None = None
    if_none_match: str | None = None

    @property
    def given(self) -> bool:
        """Say whether the request demands anything."""
        return self.if_match is not None or self.if_none_match is not None

    def holds(self, etag: str | None) -> bool:
        """Say whether a document with this tag, or None for no document, is what the request demands."""
        if self.if_match is not None and not _among(etag, self.if_match):
            return False
        return self.if_none_match is None or not _among(etag, self.if_none_match)


def _among(etag: str | None, header: str) -> bool:
    """Look a tag up; W/ is passed over, because only a proxy that compressed our answer puts it before our tags."""
    if etag is None or header.strip() == ANY:
        return etag is not None
    return any(etag in found for found in TAG.findall(header))
