"""What does the host application give the record store?"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session

from xapi.rules.auth import Credential, Quota
from xapi.storage.consistency import Watermark, announce
from xapi.storage.group_commit import GroupCommit
from xapi.storage.key_usage import KeyUsage
from xapi.storage.store import RequestBatch, insert_brought

Sessions = Callable[[], AbstractContextManager[Session]]
Authenticate = Callable[[str], Credential | None]  # of a bearer token
Clock = Callable[[], datetime]

MOST_BYTES = 16 * 2**20
MOST_ATTACHED_BYTES = 256 * 2**20
MOST_DOCUMENT_BYTES = 2**20
DOCUMENTS = Quota(2000, 16 * 2**20)  # of one agent, or of one activity with no agent


def nobody(_token: str) -> Credential | None:
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
    a document); attachments beside it pass through, up to `most_attached_bytes`. `documents` is how many documents, and
    bytes of them, are kept for one agent, or for one activity with no agent. `key_storage` is how many bytes are kept
    of what one key stored, statements with their attachments and documents; None: as many as come.
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
    documents: Quota = DOCUMENTS
    key_storage: int | None = None
    watermark: Watermark = field(default_factory=Watermark)
    tally: KeyUsage = field(init=False)
    store: GroupCommit[RequestBatch, int] = field(init=False)  # small requests that come at the same time, in one transaction

    def __post_init__(self) -> None:
        """Count and store with the mount's own sessions."""
        object.__setattr__(self, "tally", KeyUsage(self.writers))
        object.__setattr__(self, "store", GroupCommit(self.commit))

    def through(self) -> datetime:
        """Return Consistent-Through for an answer that asks the database nothing else; not the newest where it does not answer."""
        reading = self.clock()
        known = self.watermark.last(reading)
        if known is not None:
            return known
        try:
            with self.readers() as session:
                return self.watermark.refresh(session, reading)
        except (DBAPIError, PoolExhausted):
            return self.watermark.stale

    def commit(self, brought: Sequence[RequestBatch]) -> list[int]:
        """Store what requests brought in one transaction, all of it or nothing; return how many were new of each.

        Raises:
            Conflicting: an id is stored with another body, or two requests bring it with different ones.
        """
        with self.writers() as session:
            announce(session, self.clock(), referring=any(one.refers for own in brought for one in own.admitted))
            new = insert_brought(session, brought, self.clock())
            session.commit()
        return new
