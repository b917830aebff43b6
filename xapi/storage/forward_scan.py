"""Find the statements after a place, in the order of storing, for a host that forwards them elsewhere without gaps.

Unlike `viewer_queries` it reads forwards and includes voided statements, and it finds a statement through the statement that it
refers to, as `finding` does. One call examines a limited number of statements, so that a filter that matches almost nothing
still makes progress from call to call. `until` must not be later than Consistent-Through: an open transaction may still
add a statement before a place that was already passed.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from xapi.rules.query import Cursor
from xapi.storage.models import KeyRow, ReferenceRow, StatementRow
from xapi.storage.viewer_queries import AnyOf, StatementFilter, StoredStatement

LOOKED_AT = 2_000  # statements examined in one call with a filter
MOST_HOPS = 20
SEEN = (StatementRow.id, StatementRow.stored, StatementRow.sid, StatementRow.voided, StatementRow.text)


class ScanStep(NamedTuple):
    """The statements found, and the place up to which all were examined; None if none comes after."""

    found: list[StoredStatement]
    reached: Cursor | None


def scan_forward(session: Session, statement_filter: StatementFilter, after: Cursor | None, limit: int) -> ScanStep:
    """Return the next statements that pass `statement_filter`, at most `limit`, and the place up to which all were examined."""
    window = _window(statement_filter, after, LOOKED_AT if statement_filter.filters else limit)
    place = window.subquery()
    here = and_(StatementRow.stored == place.c.stored, StatementRow.sid == place.c.sid)
    query = select(*SEEN).join(place, here).where(*_matches(statement_filter.filters, place.c.stored, place.c.sid))
    rows = session.connection().execute(query.order_by(place.c.stored, place.c.sid).limit(limit))
    found = [StoredStatement(*row) for row in rows]
    if len(found) == limit:
        return ScanStep(found, found[-1].place)
    last = session.connection().execute(select(place).order_by(place.c.stored.desc(), place.c.sid.desc()).limit(1)).one_or_none()
    return ScanStep(found, None if last is None else Cursor(*last))


def count_forward(session: Session, statement_filter: StatementFilter, after: Cursor | None, most: int) -> tuple[int, bool]:
    """Return how many of the next `most` statements pass `statement_filter`, and whether there are more to examine."""
    place = _window(statement_filter, after, most + 1).subquery()
    counted = select(func.count()).select_from(place).where(*_matches(statement_filter.filters, place.c.stored, place.c.sid))
    connection = session.connection()
    there = connection.execute(select(func.count()).select_from(place)).scalar_one()
    return connection.execute(counted).scalar_one(), there > most


def earlier_about(session: Session, ids: Iterable[uuid.UUID], upto: Cursor) -> list[StoredStatement]:
    """Return the statements stored up to the place `upto` that refer to these (for example, void them), directly or over several hops.

    If such a statement was stored before its target, the scan passed it when it could not know yet that it passes a filter.
    """
    found: dict[uuid.UUID, StoredStatement] = {}
    level = set(ids)
    for _ in range(MOST_HOPS):
        if not level:
            break
        here = and_(StatementRow.stored == ReferenceRow.stored, StatementRow.sid == ReferenceRow.sid)
        earlier = tuple_(ReferenceRow.stored, ReferenceRow.sid) <= tuple(upto)
        rows = session.connection().execute(select(*SEEN).join(ReferenceRow, here).where(ReferenceRow.refers.in_(level), earlier))
        level = {row.id for row in (StoredStatement(*row) for row in rows) if found.setdefault(row.id, row) is row}
    return sorted(found.values(), key=lambda one: one.place)


def _window(statement_filter: StatementFilter, after: Cursor | None, size: int) -> Select[datetime, int]:
    places = select(StatementRow.stored, StatementRow.sid)
    if statement_filter.since is not None:
        places = places.where(StatementRow.stored >= statement_filter.since)
    if statement_filter.until is not None:
        places = places.where(StatementRow.stored < statement_filter.until)
    if after is not None:
        places = places.where(tuple_(StatementRow.stored, StatementRow.sid) > tuple(after))
    return places.order_by(StatementRow.stored, StatementRow.sid).limit(size)


def _matches(filters: Sequence[AnyOf], stored: Any, sid: Any) -> list[ColumnElement[bool]]:
    """Return the condition that one statement (it, or one that it refers to) has a key of each filter; never a mixture of both."""
    if not filters:
        return []
    first, *others = filters
    row = aliased(KeyRow)
    same = [
        exists().where(other.key.in_(one.keys), other.usage == int(one.usage), *_place(other, stored, sid), other.origin == row.origin)
        for one in others
        for other in (aliased(KeyRow),)
    ]
    return [exists().where(row.key.in_(first.keys), row.usage == int(first.usage), *_place(row, stored, sid), *same)]


def _place(row: Any, stored: Any, sid: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return row.stored == stored, row.sid == sid
