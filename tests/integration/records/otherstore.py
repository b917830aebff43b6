"""What is at the other end of a forward? A record store of ours on a real socket, and the weather that comes between."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response

import xapi.keys
import xapi.models
from tests.integration.xapi.conftest import Store, open_engine
from xapi.models import StatementRow

Weather = Callable[[dict[str, Any], bytes], Response | str | None]
HALF, AFTER = "cut half-way", "cut after storing"


@dataclass
class OtherStore:
    """A record store served on a port of its own; `weather` looks at every POST first: None lets it through."""

    store: Store
    key: str
    secret: str
    port: int
    weather: Weather = lambda _environ, _body: None
    posts: list[bytes] = field(default_factory=list)
    _server: BaseWSGIServer | None = None

    @property
    def endpoint(self) -> str:
        """Where its xAPI is."""
        return f"http://127.0.0.1:{self.port}/xapi"

    def ids(self) -> list[str]:
        """Return what is stored there, in order, what is voided too."""
        with self.store.sessions() as session:
            return [str(one) for one in session.scalars(select(StatementRow.id).order_by(StatementRow.stored, StatementRow.sid))]

    def start(self) -> None:
        """Answer."""
        self._server = make_server("127.0.0.1", self.port, self._serve, threaded=True)
        self.port = self._server.port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _serve(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST":
            return self.store.app(environ, start)
        length = int(environ["CONTENT_LENGTH"])
        body = environ["wsgi.input"].read(length)
        self.posts.append(body)
        came = self.weather(environ, body)
        if isinstance(came, Response):
            return came(environ, start)
        again = {**environ, "wsgi.input": _Body(body)}
        if came == HALF:
            return _cut(environ)
        answer = list(self.store.app(again, start))
        return _cut(environ) if came == AFTER else answer


class _Body:
    def __init__(self, content: bytes) -> None:
        self.left = content

    def read(self, size: int = -1) -> bytes:
        size = len(self.left) if size < 0 else size
        found, self.left = self.left[:size], self.left[size:]
        return found

    def readinto(self, into: bytearray) -> int:
        found = self.read(len(into))
        into[: len(found)] = found
        return len(found)


def _cut(environ: dict[str, Any]) -> Iterator[bytes]:
    """End the connection without an answer."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError


@contextmanager
def other_store(folder: Path) -> Iterator[OtherStore]:
    """Serve another store until the end of the block."""
    engine = open_engine(f"sqlite:///{folder / 'other.sqlite3'}")
    xapi.models.Base.metadata.create_all(engine)
    store = Store(engine, lambda: datetime.now(UTC))
    with store.sessions() as session:
        key, secret = xapi.keys.add_key(session, "from here", ("all",), now=datetime(2026, 1, 1, tzinfo=UTC))
        session.commit()
    other = OtherStore(store, key, secret, 0)
    other.start()
    try:
        yield other
    finally:
        other.stop()
        engine.dispose()


def answering(status: int, text: str = "", **headers: str) -> Weather:
    """Always answer with this."""
    return lambda _environ, _body: Response(text, status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})


def refusing(*ids: str, status: int = 400) -> Weather:
    """Refuse whatever has one of these statements in it."""
    return lambda _environ, body: Response(f"poison: {status}", status=status) if any(one.encode() in body for one in ids) else None


def slow(seconds: float) -> Weather:
    """Let everything through, after a while."""

    def wait(_environ: dict[str, Any], _body: bytes) -> None:
        time.sleep(seconds)

    return wait
