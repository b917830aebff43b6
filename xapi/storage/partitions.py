"""Partition the statements on PostgreSQL: one partition a month of storing, and a default one for all other months.

Statements and their keys are partitioned alike, so a page of a filter reads the index of one partition, then of the one before it.
Tables with values that must be unique (ids) or that refer to other statements (references) are not partitioned.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Table, event, text

from xapi.storage.models import KeyRow, StatementRow

PARTED: tuple[Table, ...] = (StatementRow.__table__, KeyRow.__table__)  # type: ignore[assignment]
AHEAD = 3
LISTED = text(
    "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid), c.reltuples::bigint, pg_total_relation_size(c.oid)"
    " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = CAST(:parent AS regclass) ORDER BY c.relname"
)


class Partition(NamedTuple):
    """A partition of a table: its time range, its approximate number of rows (-1: never counted), and its size in bytes."""

    name: str
    bounds: str
    rows: int
    size: int


def listed(connection: Connection) -> list[Partition]:
    """Return all partitions, by table and name; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    return [Partition(*row) for table in PARTED for row in connection.execute(LISTED, {"parent": table.name})]


def prepare(connection: Connection, now: datetime, ahead: int = AHEAD) -> list[str]:
    """Create the missing partitions of this month and the next `ahead` months; return their names.

    Rows of such a month in the default partition are moved to the new one. A second run changes nothing. Each new partition blocks writers
    while the default partition is scanned. The scan is quick if that partition is empty, which it is if this runs every month.
    """
    if connection.dialect.name != "postgresql":
        return []
    known = {one.name for one in listed(connection)}
    made = []
    for table in PARTED:
        for name, start, end in _months(table.name, now, ahead):
            if name not in known:
                _make(connection, table.name, name, start, end)
                made.append(name)
    return made


def _months(table: str, now: datetime, ahead: int) -> Iterator[tuple[str, datetime, datetime]]:
    at = now.astimezone(UTC)
    first = at.year * 12 + at.month - 1
    for month in range(first, first + ahead + 1):
        start, end = (datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC) for number in (month, month + 1))
        yield f"{table}_{start:%Y_%m}", start, end


def _make(connection: Connection, table: str, name: str, start: datetime, end: datetime) -> None:
    """Create a table, fill it, and attach it as a partition; the names are our own, so they need no quotes."""
    span = f"'{start.isoformat()}' AND stored < '{end.isoformat()}'"
    for statement in (
        f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)",
        f"WITH moved AS (DELETE FROM {table}_default WHERE stored >= {span} RETURNING *) INSERT INTO {name} SELECT * FROM moved",  # noqa: S608
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')",
    ):
        connection.execute(text(statement))


def part_of(connection: Connection, table: str, start: datetime) -> str | None:
    """Return the name of the partition for the month beginning at `start`, if the table has one."""
    name = f"{table}_{start:%Y_%m}"
    attached = text("SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass(:name) AND inhparent = CAST(:table AS regclass))")
    if connection.dialect.name != "postgresql" or not connection.execute(attached, {"name": name, "table": table}).scalar_one():
        return None
    return name


def _make_default(table: Table, connection: Connection, **_how: object) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"CREATE TABLE {table.name}_default PARTITION OF {table.name} DEFAULT"))


for _table in PARTED:
    event.listen(_table, "after_create", _make_default)
