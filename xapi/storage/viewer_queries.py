"""Query statements for a host's pages, the latest first. The host applies its own access rules.

Unlike `finding`, which answers API requests: a filter may match any of many keys (everybody in a class, a course and its
activities), voided statements are included and marked, and a statement is found by its own keys only, not by its target's.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, bindparam, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from xapi.rules.indexing import Usage
from xapi.rules.query import Cursor
from xapi.storage.finding import PLAN_FOR_THESE_KEYS
from xapi.storage.models import IdRow, KeyRow, ReferenceRow, StatementRow, at_its_place


class StoredStatement(NamedTuple):
    """A stored statement at its place in the order of storing."""

    id: uuid.UUID
    stored: datetime
    sid: int
    voided: bool
    text: str

    @property
    def place(self) -> Cursor:
        """The place from which to continue with statements stored earlier."""
        return Cursor(self.stored, self.sid)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A filter: statements that have one of `keys`."""

    usage: Usage
    keys: Sequence[uuid.UUID]


@dataclass(frozen=True, slots=True)
class StatementFilter:
    """A query for statements that pass all `filters`, stored at `since` or later and before `until`.

    The keys of the first filter are scanned and the others are looked up, so put the filter that matches fewest statements first.
    `void` includes voided statements, where this makes a difference (`export_scan.scan_statements`).
    """

    filters: Sequence[AnyOf] = ()
    since: datetime | None = None
    until: datetime | None = None
    void: bool = False


def latest(session: Session, statement_filter: StatementFilter, limit: int, before: Cursor | None = None) -> list[StoredStatement]:
    """Return the latest `limit` statements stored before the place `before` (None: the latest of all)."""
    connection = session.connection()
    if not statement_filter.filters:
        places = select(StatementRow.stored, StatementRow.sid).where(
            *_range(statement_filter, before, StatementRow.stored, StatementRow.sid)
        )
    elif len(statement_filter.filters[0].keys) > 1 and connection.dialect.name == "postgresql":
        places = _each_keys_latest(statement_filter, limit, before)
    else:
        places = _with_keys(statement_filter, before)
    stored, sid = places.selected_columns
    found = places.order_by(stored.desc(), sid.desc()).limit(limit).subquery()
    columns = (StatementRow.id, found.c.stored, found.c.sid, StatementRow.voided, StatementRow.text)
    here = and_(StatementRow.stored == found.c.stored, StatementRow.sid == found.c.sid)
    query = select(*columns).join(found, here).order_by(found.c.stored.desc(), found.c.sid.desc())
    if statement_filter.filters and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(PLAN_FOR_THESE_KEYS)
    return [StoredStatement(*row) for row in connection.execute(query)]


def _with_keys(statement_filter: StatementFilter, before: Cursor | None) -> Select[datetime, int]:
    first, *others = statement_filter.filters
    row = aliased(KeyRow)
    places = select(row.stored, row.sid).where(
        row.key.in_(first.keys), *_own(row, first), *_range(statement_filter, before, row.stored, row.sid)
    )
    if len(first.keys) > 1:
        places = places.distinct()
    return places.where(*(_has(other, row) for other in others))


def _each_keys_latest(statement_filter: StatementFilter, limit: int, before: Cursor | None) -> Select[datetime, int]:
    """Return the latest of each key; the latest of all are among them. This reads one short index range for each key."""
    first, *others = statement_filter.filters
    wanted = func.unnest(bindparam("wanted", list(first.keys), ARRAY(Uuid))).table_valued("key").render_derived("wanted")
    row = aliased(KeyRow)
    own = select(row.stored, row.sid).where(
        row.key == wanted.c.key, *_own(row, first), *_range(statement_filter, before, row.stored, row.sid)
    )
    each = own.where(*(_has(other, row) for other in others)).order_by(row.stored.desc(), row.sid.desc()).limit(limit).lateral("each")
    return select(each.c.stored, each.c.sid).select_from(wanted).join(each, bindparam("always", value=True)).distinct()


def _own(row: Any, one: AnyOf) -> tuple[ColumnElement[bool], ...]:
    return row.usage == int(one.usage), row.origin == row.sid


def _has(one: AnyOf, place: Any) -> ColumnElement[bool]:
    row = aliased(KeyRow)
    same = (row.stored == place.stored, row.sid == place.sid, row.origin == place.sid)
    return exists().where(row.key.in_(one.keys), row.usage == int(one.usage), *same)


def _range(statement_filter: StatementFilter, before: Cursor | None, stored: Any, sid: Any) -> list[ColumnElement[bool]]:
    limits = []
    if statement_filter.since is not None:
        limits.append(stored >= statement_filter.since)
    if statement_filter.until is not None:
        limits.append(stored < statement_filter.until)
    if before is not None:
        limits.append(tuple_(stored, sid) < tuple(before))
    return limits


def some(session: Session, ids: Iterable[uuid.UUID]) -> list[StoredStatement]:
    """Return statements by id, voided or not; unknown ids are left out."""
    columns = (StatementRow.id, StatementRow.stored, StatementRow.sid, StatementRow.voided, StatementRow.text)
    query = select(*columns).join_from(IdRow, StatementRow, at_its_place()).where(IdRow.id.in_(list(ids)))
    return [StoredStatement(*row) for row in session.connection().execute(query)]


def about(session: Session, statement_id: uuid.UUID, limit: int) -> list[tuple[uuid.UUID, bool]]:
    """Return the ids of the statements that refer to this one, in the order of storing, and whether each voids it."""
    columns = (ReferenceRow.id, ReferenceRow.voiding)
    query = select(*columns).where(ReferenceRow.refers == statement_id).order_by(ReferenceRow.stored, ReferenceRow.sid).limit(limit)
    return [(found, voiding) for found, voiding in session.connection().execute(query)]
