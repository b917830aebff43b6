"""Which stored statements does a question mean?

Each filter is one range of the key table's index, already in the order of storing; further filters are looked up
beside it, for the same origin, so that a match is one statement's and never a mixture of a statement and its target.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, Row, Select, and_, bindparam, exists, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from xapi.indexing import Key, Usage
from xapi.models import IdRow, Instant, KeyRow, StatementRow, at_its_place
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
        found = found.where(_has("mine", StatementRow.stored, StatementRow.sid, StatementRow.sid))
    return session.connection().execute(found, dict(_named("mine", mine))).one_or_none()


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
        values = _values(go_on, mine, horizon, size)
        rows = connection.execute(_chunk(_asked(go_on, mine)), values).all()
        kept.update((Cursor(row.stored, row.sid), row.text) for row in rows if row.text is not None)
        if len(rows) < size:
            break
        go_on, size = replace(query, after=Cursor(rows[-1].stored, rows[-1].sid)), min(size * 4, MOST_AT_ONCE)
    page = list(kept.items())[: query.limit]
    return [text for _, text in page], page[-1][0] if len(kept) > query.limit else None


class _Asked(NamedTuple):
    """What kinds of limits a question has. Questions of one kind are one SQL statement, which is built once."""

    keys: int
    mine: bool
    since: bool
    until: bool
    after: bool
    ascending: bool


def _asked(query: Many, mine: Key | None) -> _Asked:
    mine_only, since, until, after = (one is not None for one in (mine, query.since, query.until, query.after))
    return _Asked(len(query.keys), mine_only, since, until, after, query.ascending)


def _values(query: Many, mine: Key | None, horizon: datetime, size: int) -> dict[str, object]:
    values: dict[str, object] = {"since": query.since, "until": query.until, "horizon": horizon, "size": size}
    for number, key in enumerate(query.keys):
        values.update(_named(str(number), key))
    values.update(_named("mine", mine))
    if query.after is not None:
        values["after_stored"], values["after_sid"] = query.after
    return values


def _named(name: str, key: Key | None) -> Iterator[tuple[str, object]]:
    """Yield the values of `_under(…, name)`."""
    if key is not None:
        yield from ((f"key_{name}", key[0]), (f"usage_{name}", int(key[1])))


@lru_cache(maxsize=256)
def _chunk(asked: _Asked) -> Select[Any, Any, Any]:
    """Return the next places in order with their texts; one may be there twice, and has no text where it is voided.

    The places are one range of one index, read in order and no further than `size`: what is voided or met twice is left
    to the caller, because a database that is asked for it here sorts everything that matches, for every page.
    """
    size = bindparam("size", type_=Integer)
    if not asked.keys and not asked.mine:
        everything = select(StatementRow.text, StatementRow.stored, StatementRow.sid).where(StatementRow.voided.is_(False))
        all_of_them: Select[Any, Any, Any] = _in_order(everything, asked, StatementRow.stored, StatementRow.sid)
        return all_of_them.limit(size)
    places = _by_keys(asked)
    found = _in_order(places, asked, *places.selected_columns).limit(size).subquery()
    here = and_(StatementRow.stored == found.c.stored, StatementRow.sid == found.c.sid, StatementRow.voided.is_(False))
    texts = select(StatementRow.text, found.c.stored, found.c.sid).outerjoin_from(found, StatementRow, here)
    return texts.order_by(*_order(asked, found.c.stored, found.c.sid))


def _in_order(page: Any, asked: _Asked, stored: Any, sid: Any) -> Any:
    return page.where(*_range(asked, stored, sid)).order_by(*_order(asked, stored, sid))


def _order(asked: _Asked, stored: ColumnElement[Any], sid: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return (stored.asc(), sid.asc()) if asked.ascending else (stored.desc(), sid.desc())


def _by_keys(asked: _Asked) -> Select[datetime, int]:
    """Return the places of what has all the keys; `mine` must be the statement's own, not its target's."""
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


def _range(asked: _Asked, stored: ColumnElement[Any], sid: ColumnElement[Any]) -> list[ColumnElement[bool]]:
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
    """Return the key of what was written on behalf of `owner` (auth.Credential.owner)."""
    return owner, Usage.OWNER
