"""A whole record store as a value, for tries: it checks, stores and answers as a mounted one does, and no other store gets to know of it.

Its database is in memory; between two requests it is a content of some kilobytes, which the host keeps where it wants.
"""

import sqlite3
import zlib
from collections.abc import Callable
from functools import lru_cache
from types import TracebackType
from typing import Self

from flask import Response
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

from xapi.rules.auth import Quota
from xapi.storage.models import Base
from xapi.views import answer
from xapi.views.mount import Authenticate, Clock, Mount

PAGE_BYTES = 1024  # of a database with many tables and few rows
QUICKLY = 1
MOST_BYTES = 2**20
DOCUMENTS = Quota(200, 2**20)


class PortableStore:
    """A record store that is opened for one request. One at a time may open a content: the last one that is kept is the content."""

    def __init__(self, content: bytes = b"") -> None:
        """Open a store that was kept, or an empty one."""
        self._connection = _connection(zlib.decompress(content) if content else _empty())
        self._engine = _engine(lambda: self._connection)
        self.sessions = sessionmaker(self._engine)

    def __enter__(self) -> Self:
        """Return the store itself; it is closed at the end of the block."""
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        """Close the store; statements that were not kept are gone."""
        self._engine.dispose()
        self._connection.close()

    def session(self) -> Session:
        """Open a session, in which the host may store documents and statements of its own; the caller commits and closes it."""
        return self.sessions()

    def answer(self, resource: str, *, authenticate: Authenticate, clock: Clock, home_page: str, token_name: str) -> Response:
        """Answer the current request of Flask to a resource (`statements`, `activities/state` …) as a mounted store does.

        The arguments are those of `xapi.init_app`. A request and its documents may have a megabyte, and nobody is told of new statements.
        """
        mount = Mount(
            self.sessions,
            self.sessions,
            authenticate,
            clock,
            home_page,
            most_bytes=MOST_BYTES,
            most_attached_bytes=MOST_BYTES,
            most_document_bytes=MOST_BYTES,
            documents=DOCUMENTS,
            token_name=token_name,
            announces=False,
        )
        return answer(mount, resource)

    def content(self) -> bytes:
        """Return what the store has now."""
        return zlib.compress(self._connection.serialize(), QUICKLY)


def _engine(connect: Callable[[], sqlite3.Connection]) -> Engine:
    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool, hide_parameters=True)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _connection(content: bytes) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    if content:
        connection.deserialize(content)
    return connection


@lru_cache(1)
def _empty() -> bytes:
    """Return the database of an empty store."""
    connection = _connection(b"")
    connection.execute(f"pragma page_size={PAGE_BYTES}")
    engine = _engine(lambda: connection)
    Base.metadata.create_all(engine)
    return connection.serialize()
