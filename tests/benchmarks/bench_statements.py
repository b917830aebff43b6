"""What does storing and finding a statement cost, next to a bare Flask view that inserts the same text?

Both run in this process without a server, on SQLite and on PostgreSQL (its wheel, fsync off, so that the CPU is measured
and not the disk). "CPU" is this process's; PostgreSQL's own work shows in the time only.
"""

import base64
import io
import json
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import sessionmaker

import xapi
import xapi.keys
from tests import servers
from xapi.models import Base

SECONDS = 1.5
BATCH = 50


def main() -> None:
    """Measure on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
    with servers.postgres() as server:
        _measure("PostgreSQL", server.create())


def _measure(name: str, url: str) -> None:
    engine = _engine(url)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE bare (id VARCHAR(36) PRIMARY KEY, body TEXT)"))
    app = _store(engine)
    with sessionmaker(engine)() as session:
        key, secret = xapi.keys.add_key(session, "bench", ("all",), now=datetime.now(UTC))
        session.commit()
    authorization = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
    for size in (1, BATCH):
        floor = _rate(lambda size=size: _post(app, "/bare", authorization, size), size)
        store = _rate(lambda size=size: _post(app, "/xapi/statements", authorization, size), size)
        print(f"{name}, {size} per request: store {_shown(store)}; floor {_shown(floor)}; {store[0] / floor[0]:.0%} of the floor's rate")
    for question in ("limit=100", "limit=100&verb=http://adlnet.gov/expapi/verbs/answered", f"limit=100&agent={json.dumps(_actor(7))}"):
        found = _rate(lambda question=question: _call(app, "GET", "/xapi/statements", authorization, query=question), 1)
        print(f"{name}, GET ?{question[:50]}: {_shown(found)}")
    engine.dispose()


def _store(engine: Engine) -> Flask:
    app = Flask("bench")
    sessions = sessionmaker(engine)
    xapi.init_app(app, sessions=sessions, authenticate=lambda _: None, clock=lambda: datetime.now(UTC), home_page="https://bench.example")

    @app.post("/bare")
    def bare() -> Response:
        found = json.loads(request.get_data())
        rows = [{"id": one["id"], "body": json.dumps(one)} for one in (found if isinstance(found, list) else [found])]
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO bare VALUES (:id, :body)"), rows)
        return Response("[]", mimetype="application/json")

    return app


def _actor(number: int) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": "https://bench.example", "name": f"teacher-{number}"}}


def _statement() -> dict[str, Any]:
    """Make a statement of some 1.4 kB, as a quiz sends them."""
    number = uuid.uuid4()
    course = "https://bench.example/courses/ethics"
    return {
        "id": str(number),
        "actor": _actor(number.int % 500),
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered", "display": {"en": "answered", "zh-CN": "回答了"}},
        "object": {
            "id": f"{course}/quiz/{number.int % 40}",
            "definition": {"type": "http://t.example/q", "name": {"zh-CN": "第一题", "en": "1"}, "description": {"zh-CN": "问" * 150}},
        },
        "result": {"score": {"raw": 1, "min": 0, "max": 1, "scaled": 1}, "success": True, "duration": "PT12.4S", "response": "答" * 60},
        "context": {
            "registration": str(uuid.UUID(int=number.int % 2000)),
            "contextActivities": {"parent": [{"id": f"{course}/quiz"}], "grouping": [{"id": course}]},
            "extensions": {"https://bench.example/launch": str(number)},
        },
        "timestamp": "2026-03-01T10:00:00.000Z",
    }  # fmt: skip


def _post(app: Flask, path: str, authorization: str, size: int) -> None:
    body = json.dumps(_statement() if size == 1 else [_statement() for _ in range(size)], ensure_ascii=False).encode()
    _call(app, "POST", path, authorization, body=body)


def _call(app: Flask, method: str, path: str, authorization: str, *, body: bytes = b"", query: str = "") -> None:
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": authorization,
        "HTTP_X_EXPERIENCE_API_VERSION": "1.0.3",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
    }
    status: list[str] = []
    answer = b"".join(app.wsgi_app(environ, lambda line, _headers, _error=None: status.append(line) or (lambda _: None)))
    if not status[0].startswith("200"):
        raise RuntimeError(f"{status[0]}: {answer.decode()}")


def _rate(work: Callable[[], None], size: int) -> tuple[float, float]:
    """Return (items a second, CPU milliseconds an item), making the statements included in both."""
    for _ in range(3):
        work()
    count, started, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - started < SECONDS:
        work()
        count += size
    return count / (time.perf_counter() - started), (time.process_time() - cpu) / count * 1000


def _shown(measured: tuple[float, float]) -> str:
    return f"{measured[0]:,.0f}/s, {measured[1]:.2f} ms CPU"


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if url.startswith("sqlite"):

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: object) -> None:
            connection.isolation_level = None
            for pragma in ("journal_mode=wal", "synchronous=normal"):
                connection.execute(f"pragma {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


if __name__ == "__main__":
    main()
