"""Which stored statements does a question mean?

Each filter is one range of the key table's index, already in the order of storing; further filters are looked up
beside it, for the same origin, so that a match is one statement's and never a mixture of a statement and its target.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from xapi.indexing import Key, Usage
from xapi.models import IdRow, KeyRow, StatementRow, at_its_place
from xapi.query import Cursor, Many, One

# Which of two filters few statements have is known from the keys only; a plan made for any keys took four times as long. What
# is read here was written lately or is read in order: told that a page of it is as dear as on a turning disk, PostgreSQL reads
# everything that matches at once and sorts it (300 ms instead of 3 for a course and a verb among 2,000,000 statements).
PLAN_FOR_THESE_KEYS = text(
    "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL random_page_cost = 1.1; SET LOCAL enable_hashjoin = off;"
    " SET LOCAL enable_mergejoin = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off"
)
Found = Row[str, datetime]
SLACK = 8  # a page is whole at the first try unless more than so many of its places are voided or met twice
MOST_AT_ONCE = 4_000


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
    connection = session.connection()
    if connection.dialect.name == "postgresql" and len(query.keys) + (mine is not None) > 1:
        connection.execute(PLAN_FOR_THESE_KEYS)
    kept: dict[Cursor, str] = {}
    go_on, size = query, query.limit + 1 + SLACK
    while len(kept) <= query.limit:
        rows = connection.execute(_chunk(go_on, mine, horizon, size)).all()
        kept.update((Cursor(row.stored, row.sid), row.text) for row in rows if row.text is not None)
        if len(rows) < size:
            break
        go_on, size = replace(query, after=Cursor(rows[-1].stored, rows[-1].sid)), min(size * 4, MOST_AT_ONCE)
    page = list(kept.items())[: query.limit]
    return [text for _, text in page], page[-1][0] if len(kept) > query.limit else None


def _chunk(query: Many, mine: Key | None, horizon: datetime, size: int) -> Select[Any, Any, Any]:
    """Return the next places in order with their texts; one may be there twice, and has no text where it is voided.

    The places are one range of one index, read in order and no further than `size`: what is voided or met twice is left
    to the caller, because a database that is asked for it here sorts everything that matches, for every page.
    """
    if not query.keys and mine is None:
        everything = select(StatementRow.text, StatementRow.stored, StatementRow.sid).where(StatementRow.voided.is_(False))
        all_of_them: Select[Any, Any, Any] = _in_order(everything, query, horizon, StatementRow.stored, StatementRow.sid)
        return all_of_them.limit(size)
    places = _by_keys(query, mine)
    found = _in_order(places, query, horizon, *places.selected_columns).limit(size).subquery()
    here = and_(StatementRow.stored == found.c.stored, StatementRow.sid == found.c.sid, StatementRow.voided.is_(False))
    texts = select(StatementRow.text, found.c.stored, found.c.sid).outerjoin_from(found, StatementRow, here)
    return texts.order_by(*_order(query, found.c.stored, found.c.sid))


def _in_order(page: Any, query: Many, horizon: datetime, stored: Any, sid: Any) -> Any:
    return page.where(*_range(query, stored, sid, horizon)).order_by(*_order(query, stored, sid))


def _order(query: Many, stored: ColumnElement[Any], sid: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return (stored.asc(), sid.asc()) if query.ascending else (stored.desc(), sid.desc())


def _by_keys(query: Many, mine: Key | None) -> Select[datetime, int]:
    """Return the places of what has all the keys; `mine` must be the statement's own, not its target's."""
    keys: Sequence[Key] = query.keys or ((mine,) if mine else ())
    (key, usage), *others = keys
    first = aliased(KeyRow)
    found = select(first.stored, first.sid).where(first.key == key, first.usage == int(usage))
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
