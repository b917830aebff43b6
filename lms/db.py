"""Access to the database, and transactions.

`session()` reads; `with transaction() as session:` writes and is the only place that commits.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, current_app, g, has_app_context
from psycopg.pq import TransactionStatus
from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from lms.config import Settings

SQLITE_PRAGMAS = ("journal_mode=wal", "synchronous=normal", "foreign_keys=on", "busy_timeout=30000", "cache_size=-32000")
POOL_SIZE = 16
IDLE_S = 5  # a connection that was idle for longer is tested before it is used
CONNECT_SECONDS = 5  # a server that does not answer counts as away (503); libpq would wait for minutes


class Base(DeclarativeBase):
    """Base class of all LMS tables; constraint names are fixed so that migrations can refer to them."""

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
    """An aware UTC instant on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert an aware instant to UTC (SQLite stores it without its zone)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Add the zone again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _WritingSession(Session):
    """A writing session, with its database's hooks in `info`."""


@event.listens_for(_WritingSession, "after_flush")
def _after_flush(session: Session, _context: object) -> None:
    for hook in session.info["hooks"].get("after_flush", ()):
        hook(session)


@event.listens_for(_WritingSession, "before_commit")
def _before_commit(session: Session) -> None:
    for hook in session.info["hooks"].get("before_commit", ()):
        hook(session)


class Database:
    """The engine and its two kinds of session.

    In its driver's default transaction mode, SQLite loses updates silently. So writers take the write lock at BEGIN;
    readers do not, so that pages do not wait for each other.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._read_engine = self.engine.execution_options(lms_read=True, postgresql_readonly=True)
        self._write_engine = self.engine.execution_options(lms_write=True)
        autocommit = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
        self._single_engine = self._write_engine if url.startswith("sqlite") else _engine(url, **autocommit)
        self._readers = sessionmaker(self._read_engine, expire_on_commit=False, autoflush=False)
        self._hooks: dict[str, list[Callable[[Session], None]]] = {}
        self._writers = sessionmaker(self._write_engine, class_=_WritingSession, expire_on_commit=False, info={"hooks": self._hooks})

    def dispose(self) -> None:
        """Close the database connections that are not in use."""
        self.engine.dispose()
        self._single_engine.dispose()

    def listen(self, name: str, hook: Callable[[Session], None]) -> None:
        """Call `hook` with the session at `after_flush` or `before_commit` of every writing session.

        SQLAlchemy never releases a listener of a session factory, nor the application that it refers to; these hooks end with the database.
        """
        self._hooks.setdefault(name, []).append(hook)

    def reader(self) -> Session:
        """Open a session for reading, which is read-only on PostgreSQL; the caller closes it."""
        return self._readers()

    def writer(self) -> Session:
        """Open a session for writing; the caller commits and closes it."""
        return self._writers()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a bare connection in a write transaction, committed at the end of the block (hot paths)."""
        with self._write_engine.begin() as connection:
            yield connection

    @contextmanager
    def single(self) -> Iterator[Connection]:
        """Open a bare connection for ONE statement, which PostgreSQL commits by itself: two round trips fewer than `writing`."""
        commits_itself = self._single_engine is not self._write_engine
        with self._single_engine.connect() if commits_itself else self._single_engine.begin() as connection:
            yield connection


def _engine(url: str, **options: Any) -> Engine:
    # SQL parameters may be a person's name, so no error and no log contains them.
    options |= {"pool_size": POOL_SIZE, "max_overflow": POOL_SIZE, "hide_parameters": True}
    if not url.startswith("sqlite"):
        soon = {} if "connect_timeout" in make_url(url).query else {"connect_timeout": CONNECT_SECONDS}
        engine = create_engine(url, pool_recycle=1800, connect_args=soon, **options)
        event.listen(engine, "checkin", _note_time)
        event.listen(engine, "checkout", _ask_if_idle)
        event.listen(engine, "rollback", _end_reading)
        return engine
    Path(make_url(url).database or "").resolve().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _note_time(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["lms_idle_since"] = time.monotonic()


def _ask_if_idle(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Test a connection before use, as pool_pre_ping does, but not one that worked a moment ago; that test would make a beat 20 % slower.

    Raises:
        InvalidatePoolError: the database closed the connection; the pool then opens new ones.
    """
    if time.monotonic() - record.info.get("lms_idle_since", math.inf) <= IDLE_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.commit()
    except psycopg.OperationalError as error:
        raise InvalidatePoolError from error


def _end_reading(connection: Connection) -> None:
    """End a read-only transaction by COMMIT, before SQLAlchemy rolls it back.

    After a ROLLBACK psycopg forgets all prepared statements of the connection, so that PostgreSQL would parse and plan
    every query again, which takes longer than running it.
    """
    if connection.get_execution_options().get("lms_read") and not connection.invalidated:
        driver: Any = connection.connection.dbapi_connection
        with suppress(psycopg.Error):  # SQLAlchemy will notice that the connection is gone
            if driver.info.transaction_status is TransactionStatus.INTRANS:
                driver.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("lms_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app its database, and close each request's reading session at its end."""
    app.extensions["db"] = Database(settings.database_url)
    app.teardown_appcontext(_close)


def database() -> Database:
    """Return the current app's database."""
    found: Database = current_app.extensions["db"]
    return found


def session() -> Session:
    """Return the reading session of the current app context, opened on first use. It is never committed."""
    if "db_session" not in g:
        g.db_session = database().reader()
    found: Session = g.db_session
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a writing session; commit at the end of the block, roll back on an error."""
    with database().writer() as writing, writing.begin():
        yield writing


def release() -> None:
    """Return the connection of this context's reading session to the pool while its request waits for its client.

    Loaded objects stay attached and are not read again.
    """
    if has_app_context() and "db_session" in g:
        g.db_session.commit()


def _close(_error: BaseException | None) -> None:
    opened = g.pop("db_session", None)
    if opened is not None:
        opened.close()
