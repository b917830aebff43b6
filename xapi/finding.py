"""Which stored statements does a question mean?

Each filter is one range of the key table's index, already in the order of storing; further filters are looked up
beside it, for the same origin, so that a match is one statement's and never a mixture of a statement and its target.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from xapi.indexing import Key, Usage
from xapi.models import IdRow, KeyRow, StatementRow, at_its_place
from xapi.query import Cursor, Many, One

# Which of two filters few statements have is known from the keys only; a plan made for any keys took four times as long.
PLAN_FOR_THESE_KEYS = text("SET LOCAL plan_cache_mode = force_custom_plan")
Found = Row[str, datetime]


def find_one(session: Session, query: One, mine: Key | None) -> Found | None:
    """Return the (text, stored) of one statement; a voided one only if it is asked for as such (XAPI-00016)."""
    found = (
        select(StatementRow.text, StatementRow.stored)
        .join_from(IdRow, StatementRow, at_its_place())
        .where(IdRow.id == query.id, StatementRow.voided.is_(query.voided))
    )
    if mine is not None:
        found = found.where(_has(mine, StatementRow.stored, StatementRow.sid, StatementRow.sid))
    return session.connection().execute(found).one_or_none()


def find_many(session: Session, query: Many, mine: Key | None, horizon: datetime) -> tuple[list[str], Cursor | None]:
    """Return a page of texts and, where there is more, the cursor to go on from.

    Ascending pages end at `horizon` (Consistent-Through): beyond it an open transaction may yet put a statement before
    the cursor, and who follows `more` would never see it.
    """
    page = _everything(query) if not query.keys and mine is None else _by_keys(query, mine)
    stored, sid = page.selected_columns.stored, page.selected_columns.sid
    page = page.where(*_range(query, stored, sid, horizon))
    order = (stored.asc(), sid.asc()) if query.ascending else (stored.desc(), sid.desc())
    places = page.order_by(*order).limit(query.limit + 1).subquery()
    order = (places.c.stored.asc(), places.c.sid.asc()) if query.ascending else (places.c.stored.desc(), places.c.sid.desc())
    here = and_(StatementRow.stored == places.c.stored, StatementRow.sid == places.c.sid)
    texts = select(StatementRow.text, places.c.stored, places.c.sid).join(places, here).order_by(*order)
    connection = session.connection()
    if connection.dialect.name == "postgresql" and len(query.keys) + (mine is not None) > 1:
        connection.execute(PLAN_FOR_THESE_KEYS)
    rows = connection.execute(texts).all()
    kept = rows[: query.limit]
    return [row.text for row in kept], Cursor(kept[-1].stored, kept[-1].sid) if len(rows) > query.limit else None


def _everything(query: Many) -> Select[datetime, int]:
    return select(StatementRow.stored, StatementRow.sid).where(StatementRow.voided.is_(False))


def _by_keys(query: Many, mine: Key | None) -> Select[datetime, int]:
    """Return the places of what has all the keys; `mine` must be the statement's own, not its target's."""
    keys: Sequence[Key] = query.keys or ((mine,) if mine else ())
    (key, usage), *others = keys
    first = aliased(KeyRow)
    found = (
        select(first.stored, first.sid)
        .join(StatementRow, and_(StatementRow.stored == first.stored, StatementRow.sid == first.sid))
        .where(first.key == key, first.usage == int(usage), StatementRow.voided.is_(False))
        .distinct()  # found under its own keys and its target's
    )
    for other in others:
        found = found.where(_has(other, first.stored, first.sid, first.origin))
    if mine is not None and query.keys:
        found = found.where(_has(mine, first.stored, first.sid, first.sid))
    return found


def _has(key: Key, stored: InstrumentedAttribute[Any], sid: InstrumentedAttribute[Any], origin: InstrumentedAttribute[Any]) -> Any:
    row = aliased(KeyRow)
    place = (row.stored == stored, row.sid == sid, row.origin == origin)
    return exists().where(row.key == key[0], row.usage == int(key[1]), *place)


def _range(query: Many, stored: ColumnElement[Any], sid: ColumnElement[Any], horizon: datetime) -> list[ColumnElement[bool]]:
    limits = []
    if query.since is not None:
        limits.append(stored > query.since)
    if query.until is not None:
        limits.append(stored <= query.until)
    if query.ascending:
        limits.append(stored <= horizon)
    if query.after is not None:
        place = tuple_(stored, sid)
        limits.append(place > tuple(query.after) if query.ascending else place < tuple(query.after))
    return limits


def owned_by(owner: UUID) -> Key:
    """Return the key of what was written on behalf of `owner` (auth.Credential.owner)."""
    return owner, Usage.OWNER
