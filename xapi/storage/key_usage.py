"""Count which API keys are used, and what they were refused, at almost no cost for the requests.

A request only adds to numbers in memory. The first request after ten seconds writes them, in a separate transaction. Refusals
are written at once while they are few, so that somebody who sets up a client sees them. If there are too many, the rest waits for
the next write and is lost if the process is killed before. An error while writing never fails a request.

The refusals of a key on one day are one row for each reason, so their number is always limited. Of a key that the store
does not know, only the refusal is kept, under NOBODY.
"""

import atexit
import re
import threading
import weakref
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import Any, NamedTuple

from sqlalchemy import Table, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session

from xapi.errors import XapiError
from xapi.rules.auth import Credential
from xapi.rules.values import EPOCH
from xapi.storage.models import ApiKey, RefusalRow

Sessions = Callable[[], AbstractContextManager[Session]]
NOBODY = ""  # the key of requests that name no key, or a key that the store does not know
EVERY = timedelta(seconds=10)
AT_ONCE = 10  # refusals that are written one by one within EVERY
DAYS = 30
LONGEST = 300
SAID = re.compile(r"'[^']*(?:'|\Z)|\"[^\"]*(?:\"|\Z)|https?://\S+|(?<![^\s'\"])[^\s@'\"]++@\S+")
PLAIN = re.compile(r"[A-Za-z]{1,30}(\[\d+\])?")


class RefusedRequest(NamedTuple):
    """A refused request: the key, the word for the reason, and the error text."""

    key: str
    reason: str
    said: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The refusals of a key for one reason: their number, the last time, and the error text of that time."""

    reason: str
    times: int
    last: datetime
    said: str

    def and_(self, other: "Refused") -> "Refused":
        """Add up two counts of the same reason."""
        latest = max(self, other, key=lambda one: one.last)
        return Refused(self.reason, self.times + other.times, latest.last, latest.said)


def refusal_of(error: XapiError, credential: Credential | None, doing: str) -> RefusedRequest | None:
    """Describe a refusal; return None if something is only missing, or if the credential belongs to the host.

    Quotations from the request (in quotation marks, or names of extensions) are left out, because they may be about people.
    """
    if error.stranger is not None:
        return RefusedRequest(error.stranger.key, error.stranger.reason, doing)
    if not error.reason or credential is None or not credential.key:
        return None
    names = error.path.split(".")
    plain = list(takewhile(PLAIN.fullmatch, names))
    path = ".".join(plain if len(plain) == len(names) else [*plain, "…"]) if error.path else ""
    said = ": ".join(part for part in (doing, path, SAID.sub("…", error.message[:LONGEST])) if part)
    return RefusedRequest(credential.key, error.reason, said[:LONGEST])


class KeyUsage:
    """The counts of one process, and the time at which they were last written."""

    def __init__(self, writers: Sessions) -> None:
        self._writers = writers
        self._lock = threading.Lock()
        self._used: dict[str, datetime] = {}
        self._refused: dict[tuple[str, date], dict[str, Refused]] = defaultdict(dict)
        self._written = EPOCH
        self._left = AT_ONCE
        closing = partial(_close, weakref.ref(self))
        atexit.register(closing)
        weakref.finalize(self, atexit.unregister, closing).atexit = False  # one that is gone has nothing to write

    def note(self, credential: Credential | None, refusal: RefusedRequest | None, now: datetime) -> None:
        """Note a request: the key that it used, and the reason if it was refused."""
        used = credential.key if credential is not None else ""
        if not used and refusal is None:
            return
        with self._lock:
            if used:
                self._used[used] = now
            if refusal is not None:
                self._add(refusal.key, now.astimezone(UTC).date(), Refused(refusal.reason, 1, now, refusal.said))
            due = self._due(now, refused=refusal is not None)
        if due:
            self.write()

    def write(self) -> None:
        """Write the counts. Counts that cannot be written now are kept for the next time."""
        with self._lock:
            used, refused = self._used, self._refused
            self._used, self._refused = {}, defaultdict(dict)
        if not used and not refused:
            return
        try:
            with self._writers() as session:
                _write(session, used, refused)
                session.commit()
        except (DBAPIError, PoolExhausted):
            self._put_back(used, refused)

    def _due(self, now: datetime, *, refused: bool) -> bool:
        if abs(now - self._written) >= EVERY:
            self._written, self._left = now, AT_ONCE
            return True
        self._left -= refused
        return refused and self._left >= 0

    def _add(self, key: str, day: date, more: Refused) -> None:
        that_day = self._refused[key, day]
        there = that_day.get(more.reason)
        that_day[more.reason] = there.and_(more) if there else more

    def _put_back(self, used: Mapping[str, datetime], refused: Mapping[tuple[str, date], Mapping[str, Refused]]) -> None:
        with self._lock:
            self._used = {**used, **self._used}
            for (key, day), reasons in refused.items():
                for one in reasons.values():
                    self._add(key, day, one)


def first_day(now: datetime) -> date:
    """Return the first day that is kept: today and the thirty days before it."""
    return now.astimezone(UTC).date() - timedelta(days=DAYS)


def refused_since(session: Session, day: date) -> Mapping[str, Sequence[Refused]]:
    """Return what each key was refused since a day (UTC), the most frequent reason first; unknown keys are under NOBODY."""
    found: dict[str, dict[str, Refused]] = defaultdict(dict)
    for row in session.scalars(select(RefusalRow).where(RefusalRow.day >= day)):
        one = Refused(row.reason, row.times, row.last, row.said)
        there = found[row.key].get(row.reason)
        found[row.key][row.reason] = there.and_(one) if there else one
    return {key: sorted(reasons.values(), key=lambda one: (-one.times, one.reason)) for key, reasons in found.items()}


def _adding() -> dict[str, Any]:
    """Return, by dialect, an INSERT that adds to an existing row."""
    table: Table = RefusalRow.__table__  # type: ignore[assignment]
    found: dict[str, Any] = {}
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite)):
        adding = dialect.insert(table)
        more, there = adding.excluded, table.c
        newer = more.last >= there.last
        changes = {
            "times": there.times + more.times,
            "last": case((newer, more.last), else_=there.last),
            "said": case((newer, more.said), else_=there.said),
        }
        found[name] = adding.on_conflict_do_update(index_elements=["key", "day", "reason"], set_=changes)
    return found


ADD = _adding()


def _write(session: Session, used: Mapping[str, datetime], refused: Mapping[tuple[str, date], Mapping[str, Refused]]) -> None:
    """Write rows in one fixed order, so that two writers cannot deadlock."""
    for key, at in sorted(used.items()):
        earlier = or_(ApiKey.last_used.is_(None), ApiKey.last_used < at)
        session.execute(update(ApiKey).where(ApiKey.key == key, earlier).values(last_used=at))
    connection = session.connection()
    for (key, day), reasons in sorted(refused.items()):
        session.execute(delete(RefusalRow).where(RefusalRow.key == key, RefusalRow.day < day - timedelta(days=DAYS)))
        connection.execute(ADD[connection.dialect.name], [{"key": key, "day": day, **asdict(reasons[name])} for name in sorted(reasons)])


def _close(tally: "weakref.ref[KeyUsage]") -> None:
    found = tally()
    if found is not None:
        found.write()
