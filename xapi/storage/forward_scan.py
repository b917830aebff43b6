"""Which statements come after a place, in the order of storing? For a host that carries them elsewhere, in order and none left out.

Unlike `browsing` it goes forwards, what is voided is there like everything else, and a statement about another is found
with it, as in `finding`. How much is looked at in one call has a bound, so that a filter that matches next to nothing
still goes on from call to call. Give `until` no later than Consistent-Through: what an open transaction may yet put
before a place would never be met again.
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

LOOKED_AT = 2_000  # statements, in one call with a filter
MOST_HOPS = 20
SEEN = (StatementRow.id, StatementRow.stored, StatementRow.sid, StatementRow.voided, StatementRow.text)


class Stride(NamedTuple):
    """What was found, and the place up to which everything was looked at; None where nothing comes after."""

    found: list[StoredStatement]
    reached: Cursor | None


def following(session: Session, look: StatementFilter, after: Cursor | None, limit: int) -> Stride:
    """Return the next statements that pass `look`, at most `limit`, and how far that reaches."""
    window = _window(look, after, LOOKED_AT if look.filters else limit)
    place = window.subquery()
    here = and_(StatementRow.stored == place.c.stored, StatementRow.sid == place.c.sid)
    query = select(*SEEN).join(place, here).where(*_matches(look.filters, place.c.stored, place.c.sid))
    rows = session.connection().execute(query.order_by(place.c.stored, place.c.sid).limit(limit))
    found = [StoredStatement(*row) for row in rows]
    if len(found) == limit:
        return Stride(found, found[-1].place)
    last = session.connection().execute(select(place).order_by(place.c.stored.desc(), place.c.sid.desc()).limit(1)).one_or_none()
    return Stride(found, None if last is None else Cursor(*last))


def count_following(session: Session, look: StatementFilter, after: Cursor | None, most: int) -> tuple[int, bool]:
    """Return how many of the next `most` statements pass `look`, and whether there are more than that to look at."""
    place = _window(look, after, most + 1).subquery()
    counted = select(func.count()).select_from(place).where(*_matches(look.filters, place.c.stored, place.c.sid))
    connection = session.connection()
    there = connection.execute(select(func.count()).select_from(place)).scalar_one()
    return connection.execute(counted).scalar_one(), there > most


def earlier_about(session: Session, ids: Iterable[uuid.UUID], upto: Cursor) -> list[StoredStatement]:
    """Return the statements stored up to the place `upto` that are about these (voiding them, say), over several hops.

    One that came before what it is about was met when nobody could know yet that it passes a filter.
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


def _window(look: StatementFilter, after: Cursor | None, size: int) -> Select[datetime, int]:
    places = select(StatementRow.stored, StatementRow.sid)
    if look.since is not None:
        places = places.where(StatementRow.stored >= look.since)
    if look.until is not None:
        places = places.where(StatementRow.stored < look.until)
    if after is not None:
        places = places.where(tuple_(StatementRow.stored, StatementRow.sid) > tuple(after))
    return places.order_by(StatementRow.stored, StatementRow.sid).limit(size)


def _matches(filters: Sequence[AnyOf], stored: Any, sid: Any) -> list[ColumnElement[bool]]:
    """Return the condition that one statement, it or one that it is about, has a key of each filter; never a mixture."""
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
