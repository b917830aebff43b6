"""The smallest application with a record store: these tests' own, without the LMS."""

import base64
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request_started
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

import xapi
import xapi.storage.keys

HOME_PAGE = "https://lrs.example"
VERB = "http://adlnet.gov/expapi/verbs/experienced"
ACTIVITY = "https://courses.example/ethics/1"
ANNA = {"account": {"homePage": HOME_PAGE, "name": "anna"}}
BO = {"mbox": "mailto:bo@example.org"}


class TestClock:
    """A clock that advances by a millisecond at each call, and stops when told to."""

    __test__ = False

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self.at += timedelta(milliseconds=1)
            return self.at


class Store:
    """A mounted record store and a key to all of it."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime], package: Any = xapi, **how: Any) -> None:
        self.engine = engine
        self.package = package  # or a copy of it with a planted fault
        self.sessions = sessionmaker(engine)
        self.clock = clock
        self.tokens: dict[str, xapi.Credential] = {}
        self.app = Flask("host")
        package.init_app(self.app, sessions=self.sessions, authenticate=self.authenticate, clock=clock, home_page=HOME_PAGE, **how)
        self.authorization = self.key("all")

    def authenticate(self, token: str) -> xapi.Credential | None:
        """Know the tokens that a test gave out."""
        return self.tokens.get(token)

    def key(self, *scopes: str, **how: Any) -> str:
        """Add a Basic key and return its Authorization header."""
        with self.sessions() as session:
            key, secret = self.package.keys.add_key(session, "tests", scopes, now=datetime(2026, 1, 1, tzinfo=UTC), **how)
            session.commit()
        return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()

    def token(self, name: str, **pins: Any) -> str:
        """Give out a launch's token and return its Authorization header."""
        authority = {"account": {"homePage": HOME_PAGE, "name": "player"}}
        scopes = frozenset({"statements/write", "statements/read/mine"})
        self.tokens[name] = xapi.Credential(**{"name": name, "authority": authority, "scopes": scopes, **pins})
        return f"Bearer {name}"

    def ask(
        self, method: str, path: str = "statements", *, by: str | None = None, version: str | None = "1.0.3", **how: Any
    ) -> TestResponse:
        """Send a request."""
        headers = {"Authorization": self.authorization if by is None else by, **how.pop("headers", {})}
        if version is not None:
            headers["X-Experience-API-Version"] = version
        return self.app.test_client().open(f"/xapi/{path}", method=method, headers=headers, **how)

    def post(self, body: Any, **how: Any) -> TestResponse:
        """POST statements; bytes go as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", data=data, content_type="application/json", **how)

    def put(self, identifier: str, body: Any, **how: Any) -> TestResponse:
        """PUT a statement."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("PUT", data=data, content_type="application/json", query_string={"statementId": identifier}, **how)

    def get(self, **parameters: Any) -> TestResponse:
        """GET statements."""
        how = {name: parameters.pop(name) for name in ("by", "version", "headers") if name in parameters}
        return self.ask("GET", query_string={name: _parameter(value) for name, value in parameters.items()}, **how)

    def ids(self, **parameters: Any) -> list[str]:
        """GET statements and return their ids."""
        answer = self.get(**parameters)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json["statements"]]

    def stored(self, *statements: dict[str, Any], **how: Any) -> list[str]:
        """POST statements that are to be taken; return their ids."""
        answer = self.post(list(statements), **how)
        assert answer.status_code == 200, answer.text
        return list(answer.json)

    def count(self, table: type) -> int:
        """Count the rows of a table."""
        with self.sessions() as session:
            return session.query(table).count()


def _parameter(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def statement(**properties: Any) -> dict[str, Any]:
    """A statement of which some properties matter; None leaves one out."""
    whole = {
        "id": str(uuid.uuid4()),
        "actor": ANNA,
        "verb": {"id": VERB},
        "object": {"id": ACTIVITY},
        **properties,
    }
    return {name: value for name, value in whole.items() if value is not None}


def about(target: str) -> dict[str, str]:
    """A reference to another statement."""
    return {"objectType": "StatementRef", "id": target}


def voiding(target: str, **properties: Any) -> dict[str, Any]:
    """A statement that voids another."""
    return statement(verb={"id": "http://adlnet.gov/expapi/verbs/voided"}, object=about(target), **properties)


@contextmanager
def seen_by_flask(app: Flask) -> Iterator[list[str]]:
    """Note which requests come to Flask."""
    seen: list[str] = []

    def note(_app: object, **_rest: object) -> None:
        seen.append("one")

    with request_started.connected_to(note, app):
        yield seen


def open_engine(url: str) -> Engine:
    """Connect as a host should: on SQLite it takes the write lock at BEGIN."""
    engine = create_engine(url, pool_size=20)
    if url.startswith("sqlite"):

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: object) -> None:
            connection.isolation_level = None
            for pragma in ("journal_mode=wal", "synchronous=normal", "busy_timeout=30000"):
                connection.execute(f"pragma {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@pytest.fixture
def clock() -> TestClock:
    """The time that the test says it is."""
    return TestClock()


@pytest.fixture(scope="session")
def mounted() -> Callable[[Engine, Callable[[], datetime]], Store]:
    """A record store mounted with default settings only."""
    return Store


@pytest.fixture
def store(database_url: str, clock: TestClock, mounted: Callable[..., Store]) -> Iterator[Store]:
    """A record store without any statement, on SQLite and on PostgreSQL."""
    engine = open_engine(database_url)
    yield mounted(engine, clock)
    engine.dispose()


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    """A session beside the application's."""
    with store.sessions() as opened:
        yield opened


@pytest.fixture
def local_store(tmp_path: Path, mounted: Callable[..., Store]) -> Iterator[Store]:
    """A record store on SQLite only, for tests in which the database makes no difference."""
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    xapi.storage.models.Base.metadata.create_all(engine)
    yield mounted(engine, lambda: datetime.now(UTC))
    engine.dispose()


@pytest.fixture
def postgres_store(postgres_url: str, clock: TestClock, mounted: Callable[..., Store]) -> Iterator[Store]:
    """A record store on PostgreSQL only, where several writers work at the same time."""
    engine = open_engine(postgres_url)
    yield mounted(engine, clock)
    engine.dispose()
