"""Up to which instant is every statement visible? (Consistent-Through, XAPI-00153)

`stored` is set before the commit, so an open transaction could later add a statement below the current time. Therefore a writer first
announces the clock time that it read, and sets `stored` afterwards; a reader first reads the clock and then the
announcements. If a reader does not see a writer's announcement, that writer's `stored` is later than the reader's clock.
On PostgreSQL the announcement is an advisory lock: every machine sees it, and the end of the transaction always
removes it. On SQLite, which supports one process only, it is kept in this process.
"""

import threading
import weakref
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, SessionTransaction

from xapi.rules.values import EPOCH, MICROSECOND
from xapi.storage.raw_sql import ask, read

TAG_SHIFT = 52  # microseconds since 1970 fit below it until 2112
STAMP_TAG, REFERENCE_TAG = 0x5A1, 0x5A2
STAMP = "SELECT pg_advisory_xact_lock_shared(%(stamp)s), "  # raw SQL, because it runs with every statement that is stored
ANNOUNCE = STAMP + "pg_advisory_xact_lock_shared(%(references)s)"
ANNOUNCE_REFERRING = STAMP + "pg_advisory_xact_lock(%(references)s)"
EXCLUDE = text("SELECT pg_advisory_xact_lock(:references)")
OPEN = (
    "SELECT min((classid::bigint << 32) | objid::bigint) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
    " AND (classid::bigint >> 20) = %(tag)s AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_ANNOUNCED, _EXCLUSIVE = "xapi_announced", "xapi_exclusive"

_Announcement = tuple["weakref.ref[Session]", "weakref.ref[SessionTransaction]", object, datetime]
_lock = threading.Lock()
_announced: list[_Announcement] = []


def announce(session: Session, at: datetime, *, referring: bool = False) -> None:
    """Announce that this transaction will store statements stamped `at` or later; call it once for each transaction.

    `referring`: some statements are about other statements (for example, they void them). Such a write waits for all open writes and
    blocks new ones, because two transactions cannot see each other's statements and a reference must find its target.
    """
    connection = session.connection()
    on_postgresql = connection.dialect.name == "postgresql"
    transaction = session.get_transaction()
    if session.info.get(_ANNOUNCED, _nothing)() is not transaction:
        session.info[_ANNOUNCED] = weakref.ref(transaction)
        if on_postgresql:
            locks = {"stamp": STAMP_TAG << TAG_SHIFT | (at - EPOCH) // MICROSECOND, "references": REFERENCE_TAG << TAG_SHIFT}
            ask(connection, ANNOUNCE_REFERRING if referring else ANNOUNCE, locks)
        else:
            _register(session, at)
    elif referring and on_postgresql and session.info.get(_EXCLUSIVE, _nothing)() is not transaction:
        connection.execute(EXCLUDE, {"references": REFERENCE_TAG << TAG_SHIFT})
    if referring:
        session.info[_EXCLUSIVE] = weakref.ref(transaction)


def through(session: Session, reading: datetime) -> datetime:
    """Return the instant up to which every statement is visible; `reading` is the clock, read before this call."""
    if session.get_bind().dialect.name == "postgresql":
        ((lock,),) = read(session, OPEN, {"tag": STAMP_TAG})
        oldest = None if lock is None else EPOCH + (lock - (STAMP_TAG << TAG_SHIFT)) * MICROSECOND
    else:
        oldest = _oldest(_pool_of(session))
    return reading if oldest is None else min(reading, oldest - timedelta(microseconds=1))


def _nothing() -> None:
    return None


def _pool_of(session: Session) -> object:
    bind: Any = session.get_bind()
    return bind.engine.pool


def _register(session: Session, at: datetime) -> None:
    transaction = session.get_transaction()
    if transaction is not None:
        with _lock:
            _announced[:] = [one for one in _announced if _still_open(one)]
            _announced.append((weakref.ref(session), weakref.ref(transaction), _pool_of(session), at))


def _oldest(pool: object) -> datetime | None:
    with _lock:
        _announced[:] = [one for one in _announced if _still_open(one)]
        return min((at for _, _, of, at in _announced if of is pool), default=None)


def _still_open(one: _Announcement) -> bool:
    session, transaction = one[0](), one[1]()
    return session is not None and transaction is not None and session.get_transaction() is transaction


class Watermark:
    """Consistent-Through for responses that do not query the database: a value from one second ago is still correct."""

    FRESH = timedelta(seconds=1)
    LATELY = timedelta(milliseconds=200)

    def __init__(self) -> None:
        self._known = EPOCH  # correct with any open transaction
        self._read_at = EPOCH

    def refresh(self, session: Session, reading: datetime) -> datetime:
        """Read the value from the database; `reading` is the clock, read before this call."""
        self._known, self._read_at = through(session, reading), reading
        return self._known

    @property
    def stale(self) -> datetime:
        """Return the last value that was read, of any age: it is never wrong, only old."""
        return self._known

    def last(self, reading: datetime, within: timedelta = FRESH) -> datetime | None:
        """Return the last value that was read, or None if it was read more than a second ago."""
        return self._known if abs(reading - self._read_at) < within else None

    def lately(self, session: Session, reading: datetime) -> datetime:
        """Return a value that is at most 200 ms old, and read it if necessary. So a client waits at most 200 ms for a new statement."""
        return self.last(reading, self.LATELY) or self.refresh(session, reading)
