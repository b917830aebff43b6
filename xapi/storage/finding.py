"""Find the stored statements that a query asks for.

Each filter is one range of the key table's index, which is already in the order of storing. Further filters are looked up
for the same origin, so that a match comes from one statement and never from a mixture of a statement and its target.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, and_, bindparam, exists, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from xapi.rules.indexing import Key, Usage
from xapi.rules.query import Cursor, OneStatementQuery, StatementsQuery
from xapi.storage.models import IdRow, Instant, KeyRow, StatementRow, at_its_place
from xapi.storage.raw_sql import PreparedQuery

# Only the actual keys tell which of two filters matches few statements; a generic plan took four times as long. The rows read
# here are recent or read in order. With the page cost of a spinning disk, PostgreSQL would read everything that matches at once
# and sort it (300 ms instead of 3 for a course and a verb among 2,000,000 statements).
PLAN_FOR_THESE_KEYS = (
    "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL random_page_cost = 1.1; SET LOCAL enable_hashjoin = off;"
    " SET LOCAL enable_mergejoin = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off"
)
SLACK = 8  # a page is filled in one query unless more than this number of its rows are voided or found twice
MOST_AT_ONCE = 4_000


class FoundText(NamedTuple):
    """A statement's text, and the time at which it was stored."""

    text: str
    stored: datetime


def find_one(session: Session, query: OneStatementQuery, mine: Key | None) -> FoundText | None:
    """Return one statement; a voided one only if the query asks for a voided one (XAPI-00016)."""
    rows = _by_id(mine is not None).rows(session, {"id": query.id, "voided": query.voided, **dict(_named("mine", mine))})
    return FoundText(*rows[0]) if rows else None


@lru_cache(maxsize=2)
def _by_id(mine: bool) -> PreparedQuery:
    found = (
        select(StatementRow.text, StatementRow.stored)
        .join_from(IdRow, StatementRow, at_its_place())
        .where(IdRow.id == bindparam("id"), StatementRow.voided == bindparam("voided"))
    )
    return PreparedQuery(found.where(_has("mine", StatementRow.stored, StatementRow.sid, StatementRow.sid)) if mine else found)


def find_many(session: Session, query: StatementsQuery, mine: Key | None, horizon: datetime) -> tuple[list[str], Cursor | None]:
    """Return a page of texts, and the cursor to continue from if there are more.

    Ascending pages end at `horizon` (Consistent-Through): an open transaction may still add a statement beyond it but before
    the cursor, and a client that follows `more` would never see it.
    """
    settings = PLAN_FOR_THESE_KEYS if len(query.keys) + (mine is not None) > 1 else ""
    kept: dict[int, tuple[str, datetime]] = {}
    go_on, size = query, query.limit + 1 + SLACK
    while len(kept) <= query.limit:
        asked, told = question(go_on, mine, horizon, size)
        rows = asked.rows(session, told, settings)
        kept.update((sid, (text, stored)) for text, stored, sid in rows if text is not None)
        if len(rows) < size:
            break
        go_on, size = replace(query, after=Cursor(*rows[-1][1:])), min(size * 4, MOST_AT_ONCE)
    page = list(islice(kept.items(), query.limit))
    last = Cursor(page[-1][1][1].astimezone(UTC), page[-1][0]) if len(kept) > query.limit else None
    return [text for _, (text, _) in page], last


class _FilterKind(NamedTuple):
    """The kinds of filters that a query has. Queries of one kind share one SQL statement, which is built once."""

    keys: int
    mine: bool
    since: bool
    until: bool
    after: bool
    ascending: bool


def question(query: StatementsQuery, mine: Key | None, horizon: datetime, size: int) -> tuple[PreparedQuery, dict[str, object]]:
    """Return the query and its parameters for the next `size` places."""
    mine_only, since, until, after = (one is not None for one in (mine, query.since, query.until, query.after))
    told: dict[str, object] = {"since": query.since, "until": query.until, "horizon": horizon, "size": size}
    for number, key in enumerate(query.keys):
        told.update(_named(str(number), key))
    told.update(_named("mine", mine))
    if query.after is not None:
        told["after_stored"], told["after_sid"] = query.after
    return _chunk(_FilterKind(len(query.keys), mine_only, since, until, after, query.ascending)), told


def _named(name: str, key: Key | None) -> Iterator[tuple[str, object]]:
    """Yield the values of `_under(…, name)`."""
    if key is not None:
        yield from ((f"key_{name}", key[0]), (f"usage_{name}", int(key[1])))


@lru_cache(maxsize=256)
def _chunk(asked: _FilterKind) -> PreparedQuery:
    """Read the next places in order with their texts; a place may occur twice, and has no text if it is voided.

    The places are one range of one index, read in order and at most `size` long. The caller removes voided and repeated
    places, because a database that does this here would sort everything that matches, for every page.
    """
    size = bindparam("size", type_=Integer)
    if not asked.keys and not asked.mine:
        everything = select(StatementRow.text, StatementRow.stored, StatementRow.sid).where(StatementRow.voided.is_(False))
        return PreparedQuery(_in_order(everything, asked, StatementRow.stored, StatementRow.sid).limit(size))
    places = _by_keys(asked)
    found = _in_order(places, asked, *places.selected_columns).limit(size).subquery()
    here = and_(StatementRow.stored == found.c.stored, StatementRow.sid == found.c.sid, StatementRow.voided.is_(False))
    texts = select(StatementRow.text, found.c.stored, found.c.sid).outerjoin_from(found, StatementRow, here)
    return PreparedQuery(texts.order_by(*_order(asked, found.c.stored, found.c.sid)))


def _in_order(page: Any, asked: _FilterKind, stored: Any, sid: Any) -> Any:
    return page.where(*_range(asked, stored, sid)).order_by(*_order(asked, stored, sid))


def _order(asked: _FilterKind, stored: ColumnElement[Any], sid: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return (stored.asc(), sid.asc()) if asked.ascending else (stored.desc(), sid.desc())


def _by_keys(asked: _FilterKind) -> Select[datetime, int]:
    """Return the places of statements that have all the keys; `mine` must be a key of the statement itself, not of its target."""
    first_name, *others = [str(number) for number in range(asked.keys)] or ["mine"]
    first = aliased(KeyRow)
    found = select(first.stored, first.sid).where(*_under(first, first_name))
    for other in others:
        found = found.where(_has(other, first.stored, first.sid, first.origin))
    if asked.mine and asked.keys:
        found = found.where(_has("mine", first.stored, first.sid, first.sid))
    return found


def _has(name: str, stored: InstrumentedAttribute[Any], sid: InstrumentedAttribute[Any], origin: InstrumentedAttribute[Any]) -> Any:
    row = aliased(KeyRow)
    place = (row.stored == stored, row.sid == sid, row.origin == origin)
    return exists().where(*_under(row, name), *place)


def _under(row: type[KeyRow], name: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return row.key == bindparam(f"key_{name}"), row.usage == bindparam(f"usage_{name}")


def _range(asked: _FilterKind, stored: ColumnElement[Any], sid: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    limits = []
    if asked.since:
        limits.append(stored > bindparam("since"))
    if asked.until:
        limits.append(stored <= bindparam("until"))
    if asked.ascending:
        limits.append(stored <= bindparam("horizon"))
    if asked.after:
        place, after = tuple_(stored, sid), tuple_(bindparam("after_stored", type_=Instant), bindparam("after_sid", type_=BigInteger))
        limits.append(place > after if asked.ascending else place < after)
    return limits


def owned_by(owner: UUID) -> Key:
    """Return the key of statements written for `owner` (auth.Credential.owner)."""
    return owner, Usage.OWNER
