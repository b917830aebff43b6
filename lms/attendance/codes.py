"""The code that a screen shows for a few seconds. It names a session, a direction (in or out) and a time. Pure.

A code is derived from the site's secret, the session and the time, so no code is stored, and every web
process can make and check it. A code cannot be guessed: its signature has 72 bits.
"""

import base64
import hmac
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

IN, OUT = WAYS = ("in", "out")
CHANGES_S = 5  # a screen shows a new code after this number of seconds
FRESH = timedelta(seconds=15)  # a scan counts by itself if it is received this soon after its code was first shown
CLAIMED = timedelta(days=7)  # a later scan may be claimed for this long
EARLY, LATE = timedelta(hours=1), timedelta(hours=1)  # codes are shown from this long before a session until this long after it
PURPOSE = "attendance code"  # of the key (lms.sealing.derived)

_SAYS = struct.Struct(">IIB")  # session, number of the step since 1970, way
_MARK_BYTES = 9
_CODE = re.compile(r"[A-Za-z0-9_-]{24}")


@dataclass(frozen=True, slots=True)
class Code:
    """A decoded code. `at` is the instant at which a screen began to show it."""

    session_id: int
    way: str
    at: datetime

    def fresh(self, received: datetime) -> bool:
        """Say whether a scan that the server received at this instant counts by itself."""
        return self.at <= received < self.at + FRESH

    def claimable(self, received: datetime) -> bool:
        """Say whether a person who had no network may still claim it."""
        return self.at <= received < self.at + CLAIMED


def code_at(session_id: int, way: str, at: datetime) -> Code:
    """Return a session's code at an instant."""
    step = int(at.timestamp()) // CHANGES_S
    return Code(session_id, way, datetime.fromtimestamp(step * CHANGES_S, UTC))


def write_code(code: Code, key: bytes) -> str:
    """Return a code in the form used in an address: 24 letters and digits."""
    said = _SAYS.pack(code.session_id, int(code.at.timestamp()) // CHANGES_S, WAYS.index(code.way))
    return base64.urlsafe_b64encode(said + _mark(said, key)).decode()


def read_code(text: str, key: bytes) -> Code | None:
    """Return the content of a code; None if this site did not make it."""
    if not _CODE.fullmatch(text):
        return None
    whole = base64.urlsafe_b64decode(text)
    said, mark = whole[: _SAYS.size], whole[_SAYS.size :]
    session_id, step, way = _SAYS.unpack(said)
    if not hmac.compare_digest(mark, _mark(said, key)) or way >= len(WAYS):
        return None
    return Code(session_id, WAYS[way], datetime.fromtimestamp(step * CHANGES_S, UTC))


def _mark(said: bytes, key: bytes) -> bytes:
    return hmac.digest(key, said, sha256)[:_MARK_BYTES]
