"""What is at both ends of an import in these tests? Over there a record store on a real socket, which can be told to misbehave."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

import xapi
import xapi.keys
import xapi.models
import xapi.store
from lms import vocabulary as v
from lms.records.forwarding.address import Address
from lms.records.importing import source
from lms.records.importing.models import Aside, Import
from lms.records.importing.running import Run, prepare
from lms.records.importing.storing import Terms
from tests.factories import PUBLIC_URL, World
from xapi.models import StatementRow

HOME_PAGE = "https://elsewhere.example"
WRITER = xapi.Credential("w", {"account": {"homePage": HOME_PAGE, "name": "w"}}, frozenset({"all"}))

Fault = Callable[[Request], Response] | WSGIApplication


class Elsewhere:
    """The other store; `faults` answers in its place, by the number of the request, counted from 0; `asked` are its requests."""

    def __init__(self, folder: Path) -> None:
        self.at = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        engine = create_engine(f"sqlite:///{folder / 'elsewhere.sqlite3'}")
        event.listen(engine, "connect", _no_own_transactions)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        xapi.models.Base.metadata.create_all(engine)
        self.engine, self.sessions = engine, sessionmaker(engine)
        self.app = Flask("elsewhere")
        xapi.init_app(self.app, sessions=self.sessions, authenticate=lambda _: None, clock=self.clock, home_page=HOME_PAGE)
        with self.sessions.begin() as session:
            self.key, self.secret = xapi.keys.add_key(session, "a reader", ("all",), now=self.at)
        self.faults: dict[int, Fault] = {}
        self.asked: list[Request] = []
        self.url = ""

    def clock(self) -> datetime:
        """Go on by a second with each look."""
        self.at += timedelta(seconds=1)
        return self.at

    def say(self, *statements: dict[str, Any]) -> None:
        """Store statements, in one batch."""
        with self.sessions.begin() as session:
            xapi.store.store_statements(session, statements, WRITER, version="1.0.3", now=self.clock())

    def post(self, content_type: str, body: bytes) -> None:
        """Store what only a request can bring: attachments."""
        basic = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.3"}
        answer = self.app.test_client().post("/xapi/statements", data=body, content_type=content_type, headers=headers)
        assert answer.status_code == 200, answer.text

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        number, request = len(self.asked), Request(environ)
        self.asked.append(request)
        fault = self.faults.get(number, self.faults.get(-1))
        return (fault or self.app.wsgi_app)(environ, start_response)  # type: ignore[operator, arg-type]


def _no_own_transactions(connection: Any, _record: object) -> None:
    connection.isolation_level = None


@contextmanager
def served(folder: Path) -> Iterator[Elsewhere]:
    """Serve the other store until the end of the block."""
    other = Elsewhere(folder)
    server = make_server("127.0.0.1", 0, other, threaded=True)
    other.url = f"http://127.0.0.1:{server.port}/xapi"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield other
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        other.engine.dispose()


def answering(status: int, body: str | bytes = "", **headers: str) -> Response:
    """An answer that the other store gives instead of its own; names of headers with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status, {"Content-Type": "application/json", **named})


def page(statements: Sequence[dict[str, Any] | str], more: str = "") -> Response:
    """A page that says what it likes."""
    texts = [one if isinstance(one, str) else json.dumps(one) for one in statements]
    return answering(200, f'{{"statements":[{",".join(texts)}],"more":{json.dumps(more)}}}')


def breaking_off(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Promise a page and hang up in the middle of it."""
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "5000")])
    return [b'{"statements":[{"id":"']


# ── Here ──

IMPORT = xapi.Credential("other", {"account": {"homePage": PUBLIC_URL, "name": "import:other"}}, frozenset({"statements/write"}))


def number(count: int) -> str:
    return f"00000000-0000-4000-8000-{count:012}"


def said(count: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number(count),
        "actor": {"account": {"homePage": "http://elsewhere.example", "name": "a"}},
        "verb": {"id": v.COMPLETED},
        "object": {"id": f"http://x.example/{count}"},
        "timestamp": "2026-01-02T03:04:05.678+08:00",
        **more,
    }


def voiding(count: int, target: int) -> dict[str, Any]:
    return said(count, verb={"id": v.VOIDED}, object={"objectType": "StatementRef", "id": number(target)})


def stored(world: World) -> dict[str, dict[str, Any]]:
    """What is here of the other store's, by id, without what is void."""
    rows = world.act(lambda session: session.scalars(select(StatementRow.text).where(StatementRow.voided.is_(False))).all())
    return {one["id"]: one for one in map(json.loads, rows)}


def asides(world: World) -> list[Aside]:
    found: list[Aside] = world.act(lambda session: list(session.scalars(select(Aside).order_by(Aside.id))))
    return found


def standing(world: World) -> Import:
    found: Import = world.act(lambda session: session.scalars(select(Import)).one())
    return found


class Importing:
    """An import that a test drives; `waits` are the seconds that it would have slept."""

    def __init__(self, world: World, other: Elsewhere, page_size: int = 2) -> None:
        self.world, self.other, self.page_size = world, other, page_size
        self.waits: list[float] = []
        self.wait: Callable[[float], None] = self.waits.append
        self.words: list[str] = []
        self.terms = Terms(IMPORT, PUBLIC_URL)

    def run(self, pages: int | None = None, *, from_start: bool = False) -> None:
        """Run to the end, or until so many pages were read."""

        def begin(session: Session) -> int:
            return prepare(session, Address(self.other.url, internal=True), self.other.key, self.page_size, from_start=from_start).id

        own = self.world.act(begin)
        with (
            self.world.app.app_context(),
            source.opened(Address(self.other.url, internal=True), self.other.key, self.other.secret, "1.0.3") as opened,
        ):
            steps = Run(opened, own, self.terms, self.wait, self.words.append).through()
            for done, _ in enumerate(steps, start=1):
                if done == pages:
                    steps.close()  # type: ignore[attr-defined]


def attached(count: int, content: bytes, **more: Any) -> dict[str, Any]:
    sha2 = hashlib.sha256(content).hexdigest()
    one = {"usageType": "http://x.example/u", "display": {"en": "a"}, "contentType": "image/png", "length": len(content), "sha2": sha2}
    return said(count, attachments=[{**one, **more}])


def mixed(statements: list[dict[str, Any]], *contents: tuple[str, bytes]) -> tuple[str, bytes]:
    lines = [b"--b0", b"Content-Type: application/json", b"", json.dumps(statements).encode()]
    for sha2, content in contents:
        lines += [b"--b0", b"Content-Transfer-Encoding: binary", f"X-Experience-API-Hash: {sha2}".encode(), b"", content]
    return "multipart/mixed; boundary=b0", b"\r\n".join([*lines, b"--b0--", b""])


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
