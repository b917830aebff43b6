"""In which parts does PostgreSQL keep the statements? One a month of storing; what has no part of its own yet, in a default one.

Statements and their keys are parted alike, so a page of a filter reads the index of one part, then of the one before. What
must be unique among all (ids) and what is about others (references) stay in tables of their own, which are not parted.
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
    """A part of a table: which time it is for, about how many rows it has (-1: never counted), how many bytes it takes."""

    name: str
    bounds: str
    rows: int
    size: int


def listed(connection: Connection) -> list[Partition]:
    """Return all parts, by table and name; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    return [Partition(*row) for table in PARTED for row in connection.execute(LISTED, {"parent": table.name})]


def prepare(connection: Connection, now: datetime, ahead: int = AHEAD) -> list[str]:
    """Make the parts of this month and the next `ahead` ones that are not there yet; return their names.

    What a default part already has of such a month moves with it. Run again it does nothing. Each new part holds up writers
    while the default part is looked through: that is quick as long as it is empty, which it is if this runs every month.
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
    """Make a part beside the table, fill it, and attach it; names are our own, so they need no quotes."""
    span = f"'{start.isoformat()}' AND stored < '{end.isoformat()}'"
    for statement in (
        f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)",
        f"WITH moved AS (DELETE FROM {table}_default WHERE stored >= {span} RETURNING *) INSERT INTO {name} SELECT * FROM moved",  # noqa: S608
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')",
    ):
        connection.execute(text(statement))


def part_of(connection: Connection, table: str, start: datetime) -> str | None:
    """Return the name of the part that a month beginning at `start` has of a table, if it has one of its own."""
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
