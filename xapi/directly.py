"""How is PostgreSQL asked in its driver's own words? Where a question costs less than SQLAlchemy's passing it on."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def ask(connection: Connection, sql: str, told: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement that returns rows, in the connection's transaction; return them as the driver gives them.

    For PostgreSQL and hot paths only: SQLAlchemy's events and its types see nothing of it.

    Raises:
        DBAPIError: of the kind that SQLAlchemy would raise, without its parameters, which may be somebody's name (PostgreSQL's
            own words about a value may repeat it). When PostgreSQL hung up, what else lies in the pool is not used again.
    """
    if not connection.in_transaction():
        connection.begin()  # else a rollback would not reach the driver
    pooled = connection.connection
    errors: Any = connection.dialect.loaded_dbapi
    try:
        with closing(pooled.cursor()) as cursor:
            cursor.execute(sql, told)
            return list(cursor.fetchall())
    except errors.Error as error:
        gone = connection.dialect.is_disconnect(error, pooled.dbapi_connection, None)
        if gone:
            connection.invalidate(error)
            connection.engine.dispose()
        kind: Any = DBAPIError.instance
        raise kind(sql, None, error, errors.Error, True, gone, connection.dialect) from error
