"""The settings and functions that the host application gives the record store."""

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
from xapi.storage.keys import RememberedKeys
from xapi.storage.store import CheckedRequest, insert_requests

Sessions = Callable[[], AbstractContextManager[Session]]
Authenticate = Callable[[str], Credential | None]  # from a bearer token
Clock = Callable[[], datetime]

MOST_BYTES = 16 * 2**20
MOST_ATTACHED_BYTES = 256 * 2**20
MOST_DOCUMENT_BYTES = 2**20
DOCUMENTS = Quota(2000, 16 * 2**20)  # for one agent, or for one activity without an agent


def nobody(_token: str) -> Credential | None:
    """Accept no bearer token except the store's own."""
    return None


def utc_now() -> datetime:
    """Return the machine's time as aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Mount:
    """One record store inside an application.

    `writers` and `readers` open sessions, which the store closes; only writers are committed. `home_page` is the homePage of
    every Basic key's authority. `most_bytes` limits what one request may hold in memory (JSON, a document); attachments are
    streamed, up to `most_attached_bytes`. `documents` limits how many documents, and bytes of them, are kept for one agent, or
    for one activity without an agent. `key_storage` limits how many bytes are kept of what one key stored: statements, their
    attachments and documents; None: no limit. `token_name` is a user name under which a host's token comes as the password of Basic,
    from clients that cannot send another scheme (cmi5 8.2.1); empty: there is none. `announces`: send the signal `statements_stored`.
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
    token_name: str = ""
    announces: bool = True
    watermark: Watermark = field(default_factory=Watermark)
    remembered_keys: RememberedKeys = field(default_factory=RememberedKeys)
    tally: KeyUsage = field(init=False)
    store: GroupCommit[CheckedRequest, int] = field(init=False)  # combines small simultaneous requests in one transaction

    def __post_init__(self) -> None:
        """Create the counters and the group commit with the mount's own sessions."""
        object.__setattr__(self, "tally", KeyUsage(self.writers))
        object.__setattr__(self, "store", GroupCommit(self.commit))

    def through(self) -> datetime:
        """Return Consistent-Through without querying when possible; if the database is not reachable, an older value."""
        reading = self.clock()
        known = self.watermark.last(reading)
        if known is not None:
            return known
        try:
            with self.readers() as session:
                return self.watermark.refresh(session, reading)
        except (DBAPIError, PoolExhausted):
            return self.watermark.stale

    def commit(self, requests: Sequence[CheckedRequest]) -> list[int]:
        """Store the input of several requests in one transaction, all or nothing; return how many statements were new of each.

        Raises:
            Conflicting: an id is stored with another body, or two requests have it with different bodies.
            Unauthorised: the API key of a request was revoked.
        """
        with self.writers() as session:
            announce(session, self.clock(), referring=any(one.refers for own in requests for one in own.checked))
            profiled = [(one.credential.profile, one) for one in requests if one.credential.profile is not None]
            for profile, one in profiled:
                profile.admit(session, [checked.received.parsed for checked in one.checked], self.clock())
            new = insert_requests(session, requests, self.clock())
            for profile, _ in profiled:
                profile.stored(session, self.clock())
            session.commit()
        return new
