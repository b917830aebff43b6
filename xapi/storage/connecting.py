"""Open a database for the record store. A host that has its own SQLAlchemy engine does not need this."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from xapi.storage.models import Base

# full: a statement that was answered with 2xx survives a power cut
SQLITE_PRAGMAS = ("journal_mode=wal", "synchronous=full", "busy_timeout=30000")
POOL_SIZE = 16
WRITES = "xapi_writes"


class OpenedSessions(NamedTuple):
    """Factories of sessions for writing and for reading. On SQLite a writer takes the write lock at BEGIN; a reader never waits."""

    sessions: sessionmaker[Session]
    readers: sessionmaker[Session]


def connect(url: str) -> OpenedSessions:
    """Open the database at a SQLAlchemy URL and create the record store's tables that are missing.

    Supports SQLite (one process) and PostgreSQL 15 or later with psycopg 3.
    """
    sqlite = url.startswith("sqlite")
    engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, **({} if sqlite else {"pool_pre_ping": True}))
    if sqlite:
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    Base.metadata.create_all(engine)
    writing: Engine = engine.execution_options(**{WRITES: True})
    return OpenedSessions(sessionmaker(writing), sessionmaker(engine))


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions: two writers that both read first would lose an update
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
