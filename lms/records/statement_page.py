"""List the statements that an office may see, the latest first, paged by place in the order of storing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from lms.records.people import KnownPerson, OfficeScope, accounts_in, known_among, may_see
from xapi.queries import StatementFilter, StoredStatement, latest
from xapi.statements import Cursor

PAGE = 50
AT_ONCE = 200
MOST_READ = 2_000


@dataclass(frozen=True, slots=True)
class Record:
    """A statement within the office's scope, and its people."""

    seen: StoredStatement
    statement: dict[str, Any]
    people: Sequence[KnownPerson]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page; `next` is where to continue, `searched` says that it ended because enough was read, not because it is full."""

    records: Sequence[Record]
    next: Cursor | None
    searched: bool = False


def page(session: Session, statement_filter: StatementFilter, scope: OfficeScope, before: Cursor | None) -> RecordPage:
    """Return one page. It skips a limited number of other offices' statements, then ends."""
    found: list[Record] = []
    for _ in range(MOST_READ // AT_ONCE):
        batch = latest(session, statement_filter, AT_ONCE, before)
        found += visible(session, batch, scope)
        if len(found) > PAGE:
            return RecordPage(found[:PAGE], found[PAGE - 1].seen.place)
        if len(batch) < AT_ONCE:
            return RecordPage(found, None)
        before = batch[-1].place
    return RecordPage(found, before, searched=True)


def visible(session: Session, batch: Sequence[StoredStatement], scope: OfficeScope) -> list[Record]:
    """Return the part of a batch that the office may see."""
    read = [(seen, _readable(seen.text)) for seen in batch]
    accounts = [accounts_in(statement, scope.public_url) for _, statement in read]
    known = known_among(session, {account for found in accounts for account in found}, scope)
    records = [
        Record(seen, statement, [known[account] for account in found if account in known])
        for (seen, statement), found in zip(read, accounts, strict=True)
    ]
    return [record for record in records if may_see(record.people, scope)]


def _readable(text: str) -> dict[str, Any]:
    """Read a stored statement for a page; half surrogate pairs, which no page can show, become question marks."""
    try:
        found: dict[str, Any] = msgspec.json.decode(text)
    except msgspec.DecodeError:
        found = json.loads(json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace"))
    return found
