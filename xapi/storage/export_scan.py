"""Which statements come next in the order of storing? For hosts that carry them elsewhere: exports, other stores.

It runs the filters of `viewer_queries` from the oldest statement on, and leaves out voided statements unless the filter asks for them.
A caller that keeps the place of its last statement continues from there and misses none, if it reads nothing beyond `visible_until`.
"""

import json
import uuid
from collections.abc import Callable, Generator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Uuid, bindparam, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from xapi.rules.query import Cursor
from xapi.storage.consistency import through
from xapi.storage.models import KeyRow, StatementRow
from xapi.storage.viewer_queries import AnyOf, StatementFilter, StoredStatement

AT_ONCE = {"stream_results": True, "yield_per": 500}
PLACE = (StatementRow.stored, StatementRow.sid)
SEEN = (StatementRow.id, *PLACE, StatementRow.voided, StatementRow.text)


def visible_until(writing: Session, clock: Callable[[], datetime]) -> datetime:
    """Return the instant before which every statement is visible; use it as a filter's `until`.

    Needs a session for writing: on SQLite its lock ensures that no other process has an open write, which would be
    known only in that process.
    """
    writing.connection()
    return through(writing, clock())


def scan_statements(
    session: Session, statement_filter: StatementFilter, after: Cursor | None = None, limit: int | None = None
) -> Generator[StoredStatement, None, None]:
    """Yield the statements after the place `after` (None: from the first). They are read in batches, so any number is possible.

    If you stop iterating early, close the generator before the session.
    """
    query = _next(session, select(*SEEN), statement_filter, after).limit(limit)
    with session.connection().execute(query, execution_options=AT_ONCE) as rows:
        yield from (StoredStatement(*row) for row in rows)


def scan_places(session: Session, statement_filter: StatementFilter) -> Generator[Cursor, None, None]:
    """Yield the places of these statements without reading the statements."""
    query = _next(session, select(*PLACE), statement_filter, None)
    with session.connection().execute(query, execution_options=AT_ONCE) as rows:
        yield from (Cursor(*row) for row in rows)


def _next(session: Session, query: Any, statement_filter: StatementFilter, after: Cursor | None) -> Any:
    dialect = session.connection().dialect.name
    limits = [_has(one, dialect) for one in statement_filter.filters]
    if not statement_filter.void:
        limits.append(StatementRow.voided.is_(False))
    if statement_filter.since is not None:
        limits.append(StatementRow.stored >= statement_filter.since)
    if statement_filter.until is not None:
        limits.append(StatementRow.stored < statement_filter.until)
    if after is not None:
        limits.append(tuple_(*PLACE) > tuple(after))
    return query.where(*limits).order_by(*PLACE)


def _has(one: AnyOf, dialect: str) -> ColumnElement[bool]:
    row = aliased(KeyRow)
    own = (row.stored == StatementRow.stored, row.sid == StatementRow.sid, row.origin == StatementRow.sid)
    keys = (row.key == one.keys[0]) if len(one.keys) == 1 else row.key.in_(_each(one.keys, dialect))
    return exists().where(keys, row.usage == int(one.usage), *own)


def _each(keys: Sequence[uuid.UUID], dialect: str) -> Any:
    """Return a query that yields these keys. They are one array parameter, because their number may exceed the parameter limit."""
    if dialect == "postgresql":
        return select(func.unnest(bindparam(None, list(keys), ARRAY(Uuid))))
    given = func.json_each(json.dumps([key.hex for key in keys])).table_valued("value")
    return select(given.c.value)
