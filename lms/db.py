"""How does code reach the database, and where does a transaction begin and end?

`session()` reads; `with transaction() as session:` writes and is the only place that commits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from lms.config import Settings

SQLITE_PRAGMAS = ("journal_mode=wal", "synchronous=normal", "foreign_keys=on", "busy_timeout=30000", "cache_size=-32000")
POOL_SIZE = 16


class Base(DeclarativeBase):
    """Every table of the LMS; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant on both databases; a naive one is refused instead of guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC (SQLite keeps it without its zone)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """The engine and its two kinds of session.

    SQLite loses updates silently under its driver's default transaction mode, so writers take the write lock at BEGIN;
    readers do not, so that pages are not queued behind each other.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._write_engine = self.engine.execution_options(lms_write=True)
        self._readers = sessionmaker(self.engine, expire_on_commit=False)
        self._writers = sessionmaker(self._write_engine, expire_on_commit=False)

    def reader(self) -> Session:
        """Open a session for reading; the caller closes it."""
        return self._readers()

    def writer(self) -> Session:
        """Open a session for writing; the caller commits and closes it."""
        return self._writers()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a bare connection in a write transaction, committed at the end of the block (hot paths)."""
        with self._write_engine.begin() as connection:
            yield connection


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, pool_pre_ping=True, pool_recycle=1800)
    engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_SIZE)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("lms_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app its database and close each request's reading session at its end."""
    app.extensions["db"] = Database(settings.database_url)
    app.teardown_appcontext(_close)


def database() -> Database:
    """Return the current app's database."""
    found: Database = current_app.extensions["db"]
    return found


def session() -> Session:
    """Return the reading session of the current app context, opened on first use. Nobody commits it."""
    if "db_session" not in g:
        g.db_session = database().reader()
    found: Session = g.db_session
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a writing session; commit at the end of the block, roll back if it raises."""
    with database().writer() as writing, writing.begin():
        yield writing


def _close(_error: BaseException | None) -> None:
    opened = g.pop("db_session", None)
    if opened is not None:
        opened.close()
