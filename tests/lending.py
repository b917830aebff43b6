"""Lend tests PostgreSQL databases with every table and no row, without making one for each test.

To copy a database and to drop it takes 75 ms of a test, most of it waiting; to empty what an earlier test filled takes a tenth. A
database is lent again only if it cannot be told from a copy: nothing but rows has changed, and so few that the planner does not notice.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.servers import TEMPLATE, Postgres

MOST_BYTES = 10 * 8192  # the planner takes every smaller table for one of ten pages
GONE_S, STEP_S = 10, 0.002

HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"

# Each change of a definition writes or removes a row of one of these, and so does ANALYZE, after which plans may differ.
CATALOGS = (
    *("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_inherits", "pg_trigger", "pg_event_trigger", "pg_rewrite"),
    *("pg_proc", "pg_type", "pg_namespace", "pg_extension", "pg_default_acl", "pg_db_role_setting", "pg_largeobject_metadata"),
    *("pg_statistic", "pg_statistic_ext"),
)
LOOK = sql.SQL("SELECT {}, (SELECT array_agg((relname, relpages, reltuples)::text ORDER BY oid) FROM pg_class WHERE oid >= 16384)").format(
    sql.SQL(", ").join(
        sql.SQL("(SELECT (count(*), max(xmin::text::bigint))::text FROM {})").format(sql.Identifier(name))
        for name in (*CATALOGS, "alembic_version")
    )
)
FILLED = """SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0"""
RESTART = """SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
WHERE last_value IS NOT NULL"""


@dataclass
class Lending:
    """The databases of a server that can be lent: `free` at the moment, and what each looked like when it was new.

    During a test no connection of ours is open: some tests count connections, close all, or rename their database.
    """

    server: Postgres
    free: list[str] = field(default_factory=list)
    _looked: dict[str, object] = field(default_factory=dict)

    def take(self) -> str:
        """Return the address of a database with every table and no row."""
        if self.free:
            return self.free.pop()
        url = self.server.create(TEMPLATE)
        with self._connected(url) as own:
            self._looked[url] = own.execute(LOOK).fetchone()
        return url

    def give_back(self, url: str) -> None:
        """End all connections, and empty the database; drop it if more than a few rows have changed."""
        self._hang_up(url)
        with self._connected(url) as own:
            is_free = _emptied(own, self._looked[url])
        if is_free:
            self.free.append(url)
        else:
            self.server.drop(url)

    @contextmanager
    def _connected(self, url: str) -> Iterator[psycopg.Connection]:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as own:
            yield own
        self._hang_up(url)  # the server's end of a closed connection lives for a moment longer

    def _hang_up(self, url: str) -> None:
        """Wait until nobody is connected. PostgreSQL's own way to wait looks only every tenth of a second."""
        end = time.monotonic() + GONE_S
        while self.server.admin.execute(HANG_UP, [make_url(url).database]).fetchall():
            assert time.monotonic() < end, "a connection does not end"
            time.sleep(STEP_S)


def _emptied(own: psycopg.Connection, looked: object) -> bool:
    filled = own.execute(FILLED).fetchall()
    if own.execute(LOOK).fetchone() != looked or any(size > MOST_BYTES for _name, size in filled):
        return False
    emptied = sql.SQL("").join(sql.SQL("DELETE FROM {};").format(sql.Identifier(name)) for name, _size in filled)
    # As a replica, a table may be emptied before those that refer to it.
    own.execute(sql.SQL("BEGIN; SET LOCAL session_replication_role = replica; {} COMMIT").format(emptied))
    own.execute(RESTART)
    return True
