"""What does the host application give the record store?"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Request
from sqlalchemy.orm import Session

from xapi.auth import Credential
from xapi.consistency import Watermark
from xapi.keys import KnownKeys
from xapi.tally import Tally

Sessions = Callable[[], AbstractContextManager[Session]]
Authenticate = Callable[[Request], Credential | None]
Clock = Callable[[], datetime]

MOST_BYTES = 16 * 2**20
MOST_ATTACHED_BYTES = 256 * 2**20
MOST_DOCUMENT_BYTES = 2**20


def nobody(_request: Request) -> Credential | None:
    """Know no tokens beside the store's own."""
    return None


def utc_now() -> datetime:
    """Return the machine's time as aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Mount:
    """One record store inside an application.

    `writers` and `readers` open sessions that the store closes; only writers are committed. `home_page` is whose keys
    these are: the homePage of every Basic key's authority. `most_bytes` is what one request may bring into memory (JSON,
    a document); attachments beside it pass through, up to `most_attached_bytes`.
    """

    writers: Sessions
    readers: Sessions
    authenticate: Authenticate
    clock: Clock
    home_page: str
    default_version: str = "1.0.3"
    most_bytes: int = MOST_BYTES
    most_attached_bytes: int = MOST_ATTACHED_BYTES
    most_document_bytes: int = MOST_DOCUMENT_BYTES
    watermark: Watermark = field(default_factory=Watermark)
    known_keys: KnownKeys = field(default_factory=KnownKeys)
    tally: Tally = field(init=False)

    def __post_init__(self) -> None:
        """Count with the mount's own sessions."""
        object.__setattr__(self, "tally", Tally(self.writers))
