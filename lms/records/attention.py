"""List statements whose processing failed, within an office's scope, and try them again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

import xapi.outbox
from lms.crediting.drain import Retried, retry
from lms.db import Database
from lms.records.people import OfficeScope
from lms.records.statement_page import Record, visible
from xapi.outbox import Parked
from xapi.queries import some

PAGE = 50
AT_ONCE = 200
MOST_READ = 2_000


@dataclass(frozen=True, slots=True)
class ParkedStatement:
    """A statement that was set aside, with the reason."""

    row: Parked
    record: Record


@dataclass(frozen=True, slots=True)
class ParkedPage:
    """One page, the latest first; `next` is the outbox row from which to continue."""

    found: Sequence[ParkedStatement]
    next: int | None


def page(session: Session, scope: OfficeScope, before: int | None = None, reason: str = "") -> ParkedPage:
    """Return one page of statements that were set aside. It skips a limited number of other offices' statements, then ends."""
    found: list[ParkedStatement] = []
    for _ in range(MOST_READ // AT_ONCE):
        rows = xapi.outbox.parked(session, AT_ONCE, before=before, reason=reason)
        found += _seen(session, rows, scope)
        if len(found) > PAGE:
            return ParkedPage(found[:PAGE], found[PAGE - 1].row.id)
        if len(rows) < AT_ONCE:
            return ParkedPage(found, None)
        before = rows[-1].id
    return ParkedPage(found, before)


def _seen(session: Session, rows: Sequence[Parked], scope: OfficeScope) -> list[ParkedStatement]:
    records = {one.seen.id: one for one in visible(session, some(session, [row.statement_id for row in rows]), scope)}
    return [ParkedStatement(row, records[row.statement_id]) for row in rows if row.statement_id in records]


def retry_one(database: Database, scope: OfficeScope, statement_id: uuid.UUID, now: datetime) -> Retried:
    """Try one statement again, if it was set aside and this office may see it."""
    with database.reader() as session:
        rows = xapi.outbox.parked(session, 1, [statement_id])
        own = [one.row.id for one in _seen(session, rows, scope)]
    return retry(database, scope.public_url, now, own)


def retry_all(database: Database, scope: OfficeScope, reason: str, now: datetime) -> Retried:
    """Try all statements again that failed for one reason ('': any reason), each once, a few hundred at a time."""
    total, before = Retried(0, 0), None
    while True:
        with database.reader() as session:
            rows = xapi.outbox.parked(session, AT_ONCE, before=before, reason=reason)
            own = [one.row.id for one in _seen(session, rows, scope)]
        if not rows:
            return total
        again = retry(database, scope.public_url, now, own)
        total, before = Retried(total.done + again.done, total.failed + again.failed), rows[-1].id
