"""How is PostgreSQL asked in its driver's own words? Where a question costs less than SQLAlchemy's passing it on."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine, Select
from sqlalchemy.dialects import registry
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

POSTGRESQL = registry.load("postgresql.psycopg")()
Rows = list[tuple[Any, ...]]


def ask(connection: Connection, sql: str, told: Mapping[str, Any]) -> Rows:
    """Run one statement that returns rows, in the connection's transaction; return them as the driver gives them.

    For PostgreSQL and hot paths only: SQLAlchemy's events and its types see nothing of it.

    Raises:
        DBAPIError: of the kind that SQLAlchemy would raise, without its parameters, which may be somebody's name (PostgreSQL's
            own words about a value may repeat it). When PostgreSQL hung up, what else lies in the pool is not used again.
    """
    if not connection.in_transaction():
        connection.begin()  # else a rollback would not reach the driver
    pooled: Any = connection.connection
    errors: Any = connection.dialect.loaded_dbapi
    try:
        return _asked(pooled, sql, told)
    except errors.Error as error:
        gone = connection.dialect.is_disconnect(error, pooled.dbapi_connection, None)
        if gone:
            connection.invalidate(error)
            connection.engine.dispose()
        raise _named(error, sql, connection.engine, gone=gone) from error


def read(session: Session, sql: str, told: Mapping[str, Any], settings: str = "") -> Rows:
    """Ask what one statement answers: in the session's transaction if it is in one, else without any.

    A transaction for one question is three round trips instead of one: BEGIN and ROLLBACK cost more than finding a row.
    `settings` are SET LOCAL …; …, for which there is a transaction all the same.

    Raises:
        DBAPIError: as `ask` does.
    """
    bind = session.get_bind()
    if session.in_transaction() or isinstance(bind, Connection):
        if settings:
            session.connection().exec_driver_sql(settings)
        return ask(session.connection(), sql, told)
    errors: Any = bind.dialect.loaded_dbapi
    try:
        pooled: Any = bind.raw_connection()
    except errors.Error as error:
        raise _named(error, sql, bind, gone=False) from error
    try:
        pooled.dbapi_connection.autocommit = True
        found = _asked(pooled, sql, told, settings)
        pooled.dbapi_connection.autocommit = False
    except BaseException as error:  # whatever it was: nobody else may get a connection that commits by itself
        gone = isinstance(error, errors.Error) and bind.dialect.is_disconnect(error, pooled.dbapi_connection, None)
        pooled.invalidate(error)
        if gone:
            bind.dispose()
        if isinstance(error, errors.Error):
            raise _named(error, sql, bind, gone=gone) from error
        raise
    finally:
        pooled.close()
    return found


def _asked(pooled: Any, sql: str, told: Mapping[str, Any], settings: str = "") -> Rows:
    with closing(pooled.cursor()) as cursor:
        if settings:
            cursor.execute(f"BEGIN; {settings}")
        cursor.execute(sql, told)
        found = list(cursor.fetchall())
        if settings:
            cursor.execute("COMMIT")
        return found


def _named(error: Any, sql: str, engine: Engine, *, gone: bool) -> BaseException:
    errors: Any = engine.dialect.loaded_dbapi
    kind: Any = DBAPIError.instance
    named: BaseException = kind(sql, None, error, errors.Error, True, gone, engine.dialect)
    return named


def array(items: Iterable[str]) -> str:
    """Write an array of what needs no quotes: the driver takes five times as long for a list."""
    return "{" + ",".join(items) + "}"


class PreparedQuery:
    """A query that is asked in hot paths, written once in the driver's words too; all that it is told has names."""

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self.query = query
        self.sql = str(query.compile(dialect=POSTGRESQL))

    def rows(self, session: Session, told: Mapping[str, Any], settings: str = "") -> Sequence[Any]:
        """Return what the database answers, each row a tuple; `settings` are PostgreSQL's, as in `read`.

        On PostgreSQL an instant is aware, but in the connection's zone.
        """
        if session.get_bind().dialect.name == "postgresql":
            return read(session, self.sql, told, settings)
        return session.connection().execute(self.query, told).all()
