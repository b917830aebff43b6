"""Remove the statements of a month when the host's retention time has ended. The caller's transactions stay short.

A month is a calendar month of storing, in UTC, like the partitions of `partitions`. On PostgreSQL its partition is detached at once,
which blocks others for some milliseconds. The rows that depend on its statements are deleted afterwards, some at a time, and then
the partition is dropped. Statements without a monthly partition (the default partition, all of SQLite) are removed some at a
time. After a crash at any point, the same calls continue.

The id of each statement and its digest remain, so a statement that is sent again is recognised and changes nothing. A statement
that refers to a removed one remains, and is no longer found through it. The host decides which months may be removed.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, LargeBinary, TableClause, cast, column, delete, distinct, exists, func, or_, select, table, text, tuple_
from sqlalchemy.orm import Session

from xapi.rules.indexing import Usage
from xapi.rules.query import Cursor
from xapi.storage.consistency import announce
from xapi.storage.models import AgentNameRow, AttachmentLink, IdRow, KeyRow, OutboxRow, ReferenceRow, StatementRow
from xapi.storage.partitions import PARTED, part_of
from xapi.storage.references import is_awaited
from xapi.storage.removal import FORGOTTEN, WHOLE, StatementToRemove, keyed, remove, remove_data, remove_keys

AT_ONCE = 100
LOOKED_AT = 2_000
PATIENCE = "300ms"  # below PostgreSQL's deadlock_timeout (1 s): one side gives up before a deadlock is reported


class Month(NamedTuple):
    """A month of storing: `[start, end)`, UTC."""

    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """Return the name, for example 2026-03."""
        return f"{self.start:%Y-%m}"


class Figures(NamedTuple):
    """The counts of a month; `people` is the number of actors, if it was counted."""

    statements: int
    size: int  # bytes
    people: int


def month_of(at: datetime) -> Month:
    """Return the month that contains an instant."""
    return month_at(at.astimezone(UTC).year * 12 + at.astimezone(UTC).month - 1)


def month_at(number: int) -> Month:
    """Return a month by its number: twelve times the year plus the months before it in that year."""
    start, end = (datetime(one // 12, one % 12 + 1, 1, tzinfo=UTC) for one in (number, number + 1))
    return Month(start, end)


def months(session: Session, before: datetime) -> Iterator[Month]:
    """Yield the months that have statements and begin before an instant, the oldest first: one index lookup for each."""
    after, connection = datetime(1970, 1, 1, tzinfo=UTC), session.connection()
    while True:
        first = select(StatementRow.stored).where(StatementRow.stored >= after, StatementRow.stored < before)
        found = connection.execute(first.order_by(StatementRow.stored, StatementRow.sid).limit(1)).scalar_one_or_none()
        if found is None:
            return
        month = month_of(found)
        yield month
        after = month.end


def figures(session: Session, month: Month) -> Figures:
    """Count a month's statements and sizes. This reads the keys of all its statements."""
    connection = session.connection()
    counted = select(func.count(), func.coalesce(func.sum(func.length(cast(StatementRow.text, LargeBinary))), 0))
    if connection.dialect.name == "postgresql":
        counted = select(func.count(), func.coalesce(func.sum(func.octet_length(StatementRow.text)), 0))
    statements, size = connection.execute(counted.where(*_within(StatementRow.stored, month))).one()
    own = (KeyRow.usage == int(Usage.AGENT), KeyRow.origin == KeyRow.sid, *_within(KeyRow.stored, month))
    people = connection.execute(select(func.count(distinct(KeyRow.key))).where(*own)).scalar_one()
    parts = [name for one in PARTED if (name := part_of(connection, one.name, month.start))]
    if parts:  # indexes, keys and dead rows included: all of it is freed
        whole = text("SELECT sum(pg_total_relation_size(to_regclass(name))) FROM unnest(CAST(:names AS text[])) AS name")
        size = int(connection.execute(whole, {"names": parts}).scalar_one())
    return Figures(statements, int(size), people)


def unread(session: Session, month: Month) -> tuple[int, int]:
    """Return how many of a month's statements were not processed yet, and how many were set aside."""
    counted = select(OutboxRow.parked, func.count()).where(*_within(OutboxRow.stored, month)).group_by(OutboxRow.parked)
    found = {bool(parked): number for parked, number in session.connection().execute(counted)}
    return found.get(False, 0), found.get(True, 0)


def has_after(session: Session, month: Month, place: Cursor | None) -> bool:
    """Say whether a month has a statement after a place in the order of storing (None: any statement)."""
    later = select(StatementRow.sid).where(*_within(StatementRow.stored, month))
    if place is not None:
        later = later.where(tuple_(StatementRow.stored, StatementRow.sid) > tuple(place))
    return session.connection().execute(later.order_by(StatementRow.stored, StatementRow.sid).limit(1)).first() is not None


def close(session: Session) -> None:
    """Lock the statements until this transaction ends, to check once more that a month may go and to remove it.

    It does nothing on SQLite, where there is only one writer. Other readers and writers wait during the transaction, so
    it must stay short.

    Raises:
        OperationalError: the lock was not free within PATIENCE; call it again later.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
        connection.execute(text(f"LOCK TABLE {', '.join(f'ONLY {one.name}' for one in PARTED)} IN ACCESS EXCLUSIVE MODE"))


def take_off(session: Session, month: Month) -> bool:
    """Detach a month's partition with all its statements and keys; say whether it had one. Call `close` first."""
    connection = session.connection()
    statements, keys = (part_of(connection, one.name, month.start) for one in PARTED)
    if keys is not None:
        connection.execute(text(f"DROP TABLE {keys}"))
    if statements is None:
        return False
    connection.execute(text(f"ALTER TABLE {StatementRow.__tablename__} DETACH PARTITION {statements}"))
    connection.execute(text(f"ALTER TABLE {statements} RENAME TO {_taken_off(month)}"))
    return True


def clear_some(session: Session, month: Month, now: datetime, after: Cursor | None = None) -> tuple[Cursor | None, int]:
    """Delete the rows that depend on the next statements of a detached partition; drop the partition after the last one.

    Return where to continue (None: nothing is left) and how many attachments' data was deleted.
    """
    connection = session.connection()
    if not _is_there(connection, _taken_off(month)):
        return None, 0
    part = _part(month)
    query = select(*(part.c[one.name] for one in WHOLE[:-1])).order_by(part.c.stored, part.c.sid).limit(LOOKED_AT)
    if after is not None:
        query = query.where(tuple_(part.c.stored, part.c.sid) > tuple(after))
    found = connection.execute(query).all()
    if not found:
        _drop(connection, month)
        return None, 0
    ids = [row.id for row in found]
    _remove_keys_above(connection, part, is_awaited(connection, ids))
    return Cursor(found[-1].stored, found[-1].sid), _remove_data(session, ids, now)


def _remove_keys_above(connection: Connection, part: TableClause, awaited: set[uuid.UUID]) -> None:
    if awaited:
        whole = select(*(part.c[one.name] for one in WHOLE)).where(part.c.id.in_(awaited))
        remove_keys(connection, keyed(connection, [StatementToRemove(*row) for row in connection.execute(whole)]))


def _remove_data(session: Session, ids: Sequence[uuid.UUID], now: datetime) -> int:
    linked = session.connection().execute(select(AttachmentLink.statement_id).where(AttachmentLink.statement_id.in_(ids)).distinct())
    own = linked.scalars().all()
    if not own:
        return 0
    announce(session, now, referring=True)  # no request may link to data that is being deleted
    return remove_data(session.connection(), own)


def _drop(connection: Connection, month: Month) -> None:
    part = _part(month)
    of_these = exists().where(or_(part.c.id == ReferenceRow.id, part.c.id == ReferenceRow.refers))
    connection.execute(delete(ReferenceRow).where(of_these, *FORGOTTEN))
    connection.execute(text(f"DROP TABLE {part.name}"))


def remove_some(session: Session, month: Month, now: datetime, limit: int = AT_ONCE) -> tuple[int, int]:
    """Remove some of a month's statements that have no monthly partition; return how many, and how many attachments' data.

    Other writers wait for the end of this transaction.
    """
    connection = session.connection()
    oldest = select(*WHOLE).where(*_within(StatementRow.stored, month)).order_by(StatementRow.stored, StatementRow.sid).limit(limit)
    leaving = keyed(connection, [StatementToRemove(*row) for row in connection.execute(oldest)])
    announce(session, now, referring=True)
    return len(leaving), remove(connection, leaving)


def forget_names(session: Session, before: datetime) -> int:
    """Delete names that were given before an instant to people who have no statement any more; return how many."""
    spoken_of = exists().where(KeyRow.key == AgentNameRow.key, KeyRow.usage == int(Usage.ANY_AGENT))
    return session.connection().execute(delete(AgentNameRow).where(AgentNameRow.stored < before, ~spoken_of)).rowcount


def stored_when(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Return the storing times of those of these statements of which only the id remains: they were removed or erased."""
    there = exists().where(StatementRow.stored == IdRow.stored, StatementRow.sid == IdRow.sid)
    query = select(IdRow.id, IdRow.stored).where(IdRow.id.in_(list(ids)), ~there)
    return {row.id: row.stored for row in session.connection().execute(query)}


def _within(instant: Any, month: Month) -> tuple[Any, Any]:
    return instant >= month.start, instant < month.end


def _taken_off(month: Month) -> str:
    return f"xapi_removed_{month.start:%Y_%m}"


def _part(month: Month) -> TableClause:
    """Return a detached partition with its columns."""
    return table(_taken_off(month), *(column(one.name, one.type) for one in WHOLE))


def _is_there(connection: Connection, name: str) -> bool:
    if connection.dialect.name != "postgresql":
        return False
    return connection.execute(text("SELECT to_regclass(:name) IS NOT NULL"), {"name": name}).scalar_one() is True
