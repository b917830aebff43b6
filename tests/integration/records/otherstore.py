"""The other end of a forward or an import: a record store of ours on a real socket, which can be told to misbehave."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sqlalchemy import select
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Request, Response

import xapi.storage.keys
import xapi.storage.models
import xapi.storage.store
from tests.integration.xapi.conftest import HOME_PAGE, Store, open_engine
from xapi.storage.models import StatementRow

WRITER = xapi.Credential("w", {"account": {"homePage": HOME_PAGE, "name": "w"}}, frozenset({"all"}))
HALF, AFTER = "cut half-way", "cut after storing"

Weather = Callable[[dict[str, Any], bytes], Response | str | None]
Fault = Callable[[Request], Response] | WSGIApplication


class OtherStore:
    """A record store served on a port of its own.

    `weather` sees every POST first; None lets it through. `faults` replace the store's answers, by the number of the
    request, counted from 0 (-1: every one). `asked` are its requests, `posts` the received bodies.
    """

    def __init__(self, folder: Path) -> None:
        self.at = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        engine = open_engine(f"sqlite:///{folder / 'other.sqlite3'}")
        xapi.storage.models.Base.metadata.create_all(engine)
        self.store = Store(engine, self.clock)
        with self.store.sessions.begin() as session:
            self.key, self.secret = xapi.storage.keys.add_key(session, "from here", ("all",), now=self.at)
        self.port = 0
        self.weather: Weather = lambda _environ, _body: None
        self.faults: dict[int, Fault] = {}
        self.asked: list[Request] = []
        self.posts: list[bytes] = []
        self._server: BaseWSGIServer | None = None

    @property
    def endpoint(self) -> str:
        """The address of its xAPI endpoint."""
        return f"http://127.0.0.1:{self.port}/xapi"

    def clock(self) -> datetime:
        """Advance by a second at each call."""
        self.at += timedelta(seconds=1)
        return self.at

    def say(self, *statements: dict[str, Any]) -> None:
        """Store statements, in one batch."""
        with self.store.sessions.begin() as session:
            xapi.storage.store.store_statements(session, statements, WRITER, version="1.0.3", now=self.clock())

    def post(self, content_type: str, body: bytes) -> None:
        """Store what only a request can bring: attachments."""
        answer = self.store.ask("POST", data=body, content_type=content_type)
        assert answer.status_code == 200, answer.text

    def ids(self) -> list[str]:
        """Return what is stored there, in order, what is voided too."""
        with self.store.sessions() as session:
            return [str(one) for one in session.scalars(select(StatementRow.id).order_by(StatementRow.stored, StatementRow.sid))]

    def start(self) -> None:
        """Answer."""
        self._server = make_server("127.0.0.1", self.port, self, threaded=True)
        self.port = self._server.port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop answering."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        number = len(self.asked)
        self.asked.append(Request(environ))
        fault = self.faults.get(number, self.faults.get(-1))
        if fault is not None:
            return fault(environ, start)  # type: ignore[operator, arg-type, call-arg, return-value]
        return self._take(environ, start) if environ["REQUEST_METHOD"] == "POST" else self.store.app(environ, start)

    def _take(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        self.posts.append(body)
        came = self.weather(environ, body)
        if isinstance(came, Response):
            return came(environ, start)
        if came == HALF:
            return _cut(environ)
        answer = list(self.store.app({**environ, "wsgi.input": _Body(body)}, start))
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
    other = OtherStore(folder)
    other.start()
    try:
        yield other
    finally:
        other.stop()
        other.store.engine.dispose()


# ── Faults, by the number of a request ──


def instead(status: int, body: str | bytes = "", **headers: str) -> Response:
    """An answer that the other store gives instead of its own; names of headers with _ for -."""
    return Response(body, status, {"Content-Type": "application/json", **_named(headers)})


def page(statements: Sequence[dict[str, Any] | str], more: str = "") -> Response:
    """A page with this content."""
    texts = [one if isinstance(one, str) else json.dumps(one) for one in statements]
    return instead(200, f'{{"statements":[{",".join(texts)}],"more":{json.dumps(more)}}}')


def breaking_off(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Promise a page and close the connection in the middle of it."""
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "5000")])
    return [b'{"statements":[{"id":"']


# ── Weather, by what is sent ──


def answering(status: int, text: str = "", **headers: str) -> Weather:
    """Always answer with this."""
    return lambda _environ, _body: Response(text, status=status, headers=_named(headers))


def refusing(*ids: str, status: int = 400) -> Weather:
    """Refuse every request that contains one of these statements."""
    return lambda _environ, body: Response(f"poison: {status}", status=status) if any(one.encode() in body for one in ids) else None


def slow(seconds: float) -> Weather:
    """Let every request through, after a delay."""

    def wait(_environ: dict[str, Any], _body: bytes) -> None:
        time.sleep(seconds)

    return wait


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
