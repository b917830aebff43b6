"""Run an import page by page. If the other store fails, it waits and continues, or stops and reports the reason.

A page, the voided targets of its statements, and the place after it are one attempt: a failed attempt is repeated from its
start, and its statements are stored all together or not at all.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from lms.clock import now
from lms.db import database, transaction
from lms.egress.address import Address
from lms.federation.importing.models import Import, StatementSetAside
from lms.federation.importing.source import Fetched, Source, Unready, Unusable
from lms.federation.importing.storing import ImportPolicy, RefusedStatement, StoredPage, take, void_targets
from xapi import statements_stored
from xapi.errors import TooLarge
from xapi.statements import write_instant

WAITS = (1, 2, 4, 8, 15, 30, 60, 60)  # seconds, unless the store says how long
LONGEST_WAIT = 600
AT_ONCE = 500  # statements, if a store returns more in a page than was requested
# before the last statement: stores set `stored` before they commit, so a late statement may have an earlier time
OVERLAP = timedelta(minutes=1)
MOST_IDLE = 50  # pages in a row without new statements or progress
LOST_PLACE = (400, 404, 410)  # responses to an expired `more`


class ImportStopped(Exception):
    """The import stopped before its end; stored statements stay, and the next run continues from there."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of an import, and the result of this page."""

    read: int
    new: int
    aside: int
    reached: str
    refused: list[RefusedStatement]


@dataclass(slots=True)
class ImportRun:
    """One run of an import; `wait` sleeps, `say` reports the reason for a wait."""

    source: Source
    import_id: int
    policy: ImportPolicy
    wait: Callable[[float], None]
    say: Callable[[str], None]
    pages: int = 0
    seen: set[str] = field(default_factory=set)
    idle: int = 0

    def through(self) -> Iterator[Progress]:
        """Read to the end, and report the progress after each page.

        Raises:
            ImportStopped: before the end.
        """
        try:
            yield from self._pages()
        except ImportStopped as error:
            with transaction() as session:
                own = session.get_one(Import, self.import_id)
                own.problem, own.touched_at = str(error), now()
            raise

    def _pages(self) -> Iterator[Progress]:
        with database().reader() as session:
            own = session.get_one(Import, self.import_id)
            self.pages, link = own.pages, own.more or self._anew(own)
        resumed = bool(own.more)
        while link:
            if link in self.seen:
                raise ImportStopped(f"the store goes round in a circle: it names the page {link[-200:]!r} a second time")
            self.seen.add(link)
            try:
                link, progress = self._patiently(link)
            except Unusable as error:
                if not (resumed and error.status in LOST_PLACE):
                    raise ImportStopped(str(error)) from error
                link = self._anew(own)
            else:
                yield progress
            resumed = False

    def _anew(self, own: Import) -> str:
        """Return where to start without a page's address: after the last stored statement."""
        return self.source.first(own.page_size, write_instant(own.reached - OVERLAP) if own.reached else "")

    def _patiently(self, link: str) -> tuple[str, Progress]:
        for pause in WAITS:
            try:
                return self._attempt(link)
            except Unready as error:
                after = pause if error.after is None else error.after
                if after > LONGEST_WAIT:
                    raise ImportStopped(f"{error}; it asks to come back in {after:.0f} seconds") from error
                self.say(f"{error}; trying again in {after:.0f} s")
                self.wait(after)
        try:
            return self._attempt(link)
        except Unready as error:
            raise ImportStopped(f"{error}, {len(WAITS) + 1} times") from error

    def _attempt(self, link: str) -> tuple[str, Progress]:
        with ExitStack() as held:
            fetched = self._with_void(self.source.page(link, held), held)
            try:
                with transaction() as session:
                    progress, new = self._store(session, fetched)
            except TooLarge as error:
                raise ImportStopped(error.message) from error
            except DBAPIError as error:
                if isinstance(error, OperationalError):  # the connection was lost, or a lock or deadlock occurred: a second try succeeds
                    raise Unready(f"the database did not take it ({type(error.orig).__name__})") from error
                raise
        self.pages += 1
        if new:
            statements_stored.send(current_app._get_current_object(), count=new)  # type: ignore[attr-defined]
        return fetched.more, progress

    def _with_void(self, fetched: Fetched, held: ExitStack) -> Fetched:
        """Return the page together with the statements that its statements void; no page of the other store shows those."""
        with database().reader() as session:
            wanted = void_targets(session, fetched.statements)
        statements, attached = list(fetched.statements), dict(fetched.attached)
        for target in wanted:
            found = self.source.voided(target, held)
            statements[:0] = found.statements
            attached |= found.attached
        return replace(fetched, statements=statements, attached=attached)

    def _store(self, session: Session, fetched: Fetched) -> tuple[Progress, int]:
        own = session.get_one(Import, self.import_id, with_for_update=True)
        if own.pages != self.pages:
            raise ImportStopped("another run of the same import is under way")
        size = len(fetched.statements)
        taken = [
            take(session, own, replace(fetched, statements=fetched.statements[at : at + AT_ONCE]), self.policy)
            for at in range(0, size, AT_ONCE)
        ]
        new = sum(one.new for one in taken)
        self._move(own, fetched.more, taken)
        own.read, own.new = own.read + size, own.new + new
        aside = session.scalar(select(func.count()).where(StatementSetAside.import_id == own.id)) or 0
        reached = write_instant(own.reached) if own.reached else ""
        return Progress(own.read, own.new, aside, reached, [one for part in taken for one in part.refused]), new

    def _move(self, own: Import, more: str, taken: list[StoredPage]) -> None:
        """Move the import's place behind the page, unless the store makes no progress."""
        reached = max((one.reached for one in taken if one.reached), default=None)
        further = reached is not None and (own.reached is None or reached > own.reached)
        self.idle = 0 if further or any(one.new for one in taken) else self.idle + 1
        if self.idle > MOST_IDLE:
            raise ImportStopped(f"the store goes round in a circle: {MOST_IDLE} pages brought nothing new")
        if further:
            own.reached = reached
        own.more, own.pages, own.problem, own.touched_at = more, own.pages + 1, "", now()
        own.finished_at = own.finished_at if more else now()


def prepare(session: Session, address: Address, key: str, page_size: int, *, from_start: bool) -> Import:
    """Return the import from this store with this key: a new one, or an existing one to continue.

    With another page size it continues after its last statement instead of at the saved `more` address, which has a fixed size.
    """
    own = session.scalar(select(Import).where(Import.endpoint == address.url, Import.key == key).with_for_update())
    if own is None:
        own = Import(endpoint=address.url, internal=address.internal, key=key, page_size=page_size, begun_at=now(), touched_at=now())
        session.add(own)
    if own.page_size != page_size or from_start:
        own.page_size, own.more = page_size, ""
    if from_start:
        own.reached = None
    session.flush()
    return own


Counts = Mapping[str, int | str | None]


def counts(own: Import, aside: int) -> Counts:
    """Return the counts of an import, for programs."""
    return {
        "endpoint": own.endpoint,
        "read": own.read,
        "new": own.new,
        "aside": aside,
        "reached": write_instant(own.reached) if own.reached else None,
        "finished": write_instant(own.finished_at) if own.finished_at and not own.more else None,
        "problem": own.problem,
    }
