"""Run queries in PostgreSQL's own driver, where SQLAlchemy's overhead would cost more than the query."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine, Select
from sqlalchemy.dialects import registry
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

POSTGRESQL = registry.load("postgresql.psycopg")()
Rows = list[tuple[Any, ...]]
LIST = re.compile(r"IN \(__\[POSTCOMPILE_(\w+)\]\)")  # how SQLAlchemy writes `in_(bindparam(…, expanding=True))`


def ask(connection: Connection, sql: str, params: Mapping[str, Any]) -> Rows:
    """Run one statement that returns rows, in the connection's transaction; return the rows as the driver gives them.

    For PostgreSQL and hot paths only: SQLAlchemy's events and types are bypassed.

    Raises:
        DBAPIError: the same kind that SQLAlchemy would raise, but without the parameters, because they may contain a person's name
            (PostgreSQL's own message may still repeat a value). If PostgreSQL closed the connection, the pool's others are discarded.
    """
    if not connection.in_transaction():
        connection.begin()  # otherwise a rollback would not reach the driver
    pooled: Any = connection.connection
    errors: Any = connection.dialect.loaded_dbapi
    try:
        return _asked(pooled, sql, params)
    except errors.Error as error:
        gone = connection.dialect.is_disconnect(error, pooled.dbapi_connection, None)
        if gone:
            connection.invalidate(error)
            connection.engine.dispose()
        raise _named(error, sql, connection.engine, gone=gone) from error


def read(session: Session, sql: str, params: Mapping[str, Any], settings: str = "") -> Rows:
    """Run one query: in the session's transaction if it has begun one, otherwise without a transaction.

    A transaction for one query takes three round trips instead of one: BEGIN and ROLLBACK cost more than finding a row.
    `settings` are SET LOCAL statements, each ending in a semicolon; they need a transaction in any case.

    Raises:
        DBAPIError: as `ask` does.
    """
    bind = session.get_bind()
    if session.in_transaction() or isinstance(bind, Connection):
        if settings:
            session.connection().exec_driver_sql(settings)
        return ask(session.connection(), sql, params)
    errors: Any = bind.dialect.loaded_dbapi
    try:
        pooled: Any = bind.raw_connection()
    except errors.Error as error:
        raise _named(error, sql, bind, gone=False) from error
    try:
        pooled.dbapi_connection.autocommit = True
        found = _asked(pooled, sql, params, settings)
        pooled.dbapi_connection.autocommit = False
    except BaseException as error:  # after any error: no other caller may get a connection in autocommit mode
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


def _asked(pooled: Any, sql: str, params: Mapping[str, Any], settings: str = "") -> Rows:
    with closing(pooled.cursor()) as cursor:
        if settings:
            cursor.execute(f"BEGIN; {settings}")
        cursor.execute(sql, params)
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
    """Write an array whose items need no quotes: the driver needs five times as long for a list."""
    return "{" + ",".join(items) + "}"


class PreparedQuery:
    """A query of a hot path: compiled once, and sent to PostgreSQL through its driver alone.

    Its parameters have names (`bindparam`; a list with `expanding=True`). It is for columns whose values the drivers return as
    they are: numbers, texts, booleans and UUIDs. On PostgreSQL an instant is aware, but in the connection's zone.
    """

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        compiled = query.compile(dialect=POSTGRESQL)
        fixed = {name: value for name, value in compiled.params.items() if value is not None}  # the others must be given
        self.query, self.sql, self._fixed = query, LIST.sub(r"= ANY(%(\1)s)", str(compiled)), fixed

    def rows(self, session: Session, params: Mapping[str, Any], settings: str = "") -> Sequence[Any]:
        """Return the rows, each a tuple; outside a transaction if the session is in none. `settings` are PostgreSQL's, as in `read`."""
        if session.get_bind().dialect.name == "postgresql":
            return read(session, self.sql, {**self._fixed, **params}, settings)
        return session.connection().execute(self.query, params).all()

    def ask(self, session: Session, **params: Any) -> Sequence[tuple[Any, ...]]:
        """Return the rows, in the session's transaction; rows that were added to the session are seen, as in any of its queries."""
        if session.autoflush:
            session.flush()
        connection = session.connection()
        if connection.dialect.name != "postgresql":
            return [tuple(row) for row in connection.execute(self.query, params)]
        return ask(connection, self.sql, {**self._fixed, **params})
