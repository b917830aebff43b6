"""Fixtures for every test: databases with all tables, Valkey, a browser. The application's own are in factories.py."""

import gc
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from _pytest.terminal import TerminalReporter
from flask import Flask
from hypothesis import settings
from redis import Redis

from lms import db
from lms.app import create_app
from lms.migrations import guards
from tests import chromium, factories, lending, order, preloaded, rewritten, second_look, servers, worlds
from tests.once import compiled_addresses, compiled_pages, compiled_statements, read_translations

# Deterministic examples, so that a failure on one machine is a failure on all; the profile "explore" looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


__all__ = ["compiled_addresses", "compiled_pages", "compiled_statements", "read_translations"]


# ── Databases: each test has its own copy of a template ──


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """A PostgreSQL server for this process, with a template database that has every table."""
    with servers.postgres() as server:
        server.create_template()
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table, in the mode that the product uses: to change to it costs a copy longer than to be made."""
    path = tmp_path_factory.mktemp("template") / "lms.sqlite3"
    servers.create_schema(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
    return path


@pytest.fixture(scope="session")
def postgres_lending(postgres: servers.Postgres) -> lending.Lending:
    """The databases of this process that tests use one after the other."""
    return lending.Lending(postgres)


@pytest.fixture
def postgres_url(postgres_lending: lending.Lending) -> Iterator[str]:
    """The test's own PostgreSQL database, with every table and no row. Dispose of your engines."""
    url = postgres_lending.take()
    yield url
    postgres_lending.give_back(url)


@pytest.fixture
def empty_postgres_url(postgres: servers.Postgres) -> Iterator[str]:
    """A PostgreSQL database without any table, for migrations."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The test's own SQLite database, with every table and no row."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'lms.sqlite3')}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The test's own database, with every table: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


# ── The application ──


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """Log to the standard error of the whole run, as the product does, with tracebacks as Python prints them.

    structlog's own default is the standard output of the moment: a server's thread then wrote into what a command of another test
    was writing. Drawn with every local variable, which is structlog's other default, a traceback takes seconds.
    """
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    processors = [*structlog.get_config()["processors"][:-1], renderer]
    structlog.configure(processors=processors, logger_factory=structlog.PrintLoggerFactory(sys.stderr))


@pytest.fixture(scope="session", autouse=True)
def _unsynced_sqlite() -> Iterator[None]:
    """Do not wait for the disk: a test's data need not survive a power cut (in PostgreSQL neither, see servers.py)."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(db, "SQLITE_PRAGMAS", (*db.SQLITE_PRAGMAS, "synchronous=off"))
        yield


@pytest.fixture
def clock() -> factories.DrivenClock:
    """The application's clock, which the test controls."""
    return factories.DrivenClock()


@pytest.fixture
def app(database_url: str, tmp_path: Path, clock: factories.DrivenClock) -> Iterator[Flask]:
    """The application on the test's own database. pytest-flask's `client` uses it."""
    made = create_app(factories.settings_for(database_url, tmp_path), clock=clock)
    made.testing = True
    yield made
    made.extensions["db"].dispose()


@pytest.fixture
def guarded(app: Flask) -> None:
    """Put the guards of an installation on the test's database: without them an erasure may do what every installation refuses."""
    with app.extensions["db"].engine.begin() as connection:
        guards.install(connection)


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Replace pytest-flask's fixture, which keeps one request open during the whole test.

    With it, everything in the test would share one `g`, and with that a reading session that never sees the test's writes.
    """


@pytest.fixture
def world(app: Flask, clock: factories.DrivenClock) -> factories.World:
    """A class that studies a course, and a teacher in it."""
    return worlds.world_of(app, clock)


# ── Valkey ──


@pytest.fixture(scope="session")
def _valkey_server() -> Iterator[str]:
    with servers.valkey() as url:
        yield url


@pytest.fixture
def valkey_url(_valkey_server: str) -> str:
    """The REDIS_URL of an empty Valkey. A test that stops its Valkey uses `servers.valkey()` instead."""
    with Redis.from_url(_valkey_server) as client:
        client.flushall()
    return _valkey_server


# ── The browser (pytest-playwright's `page`, `context` and `browser` use these) ──


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """A Chromium that starts; without one the test fails and says how to install it."""
    found = chromium.find()
    if found is None:
        pytest.fail(chromium.MISSING, pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium_path: Path) -> dict[str, Any]:
    """The arguments with which Playwright starts the browser."""
    return {**browser_type_launch_args, "executable_path": str(chromium_path), "args": list(chromium.FLAGS)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """The context of a visitor's browser: Chinese, in China."""
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


# ── Processes ──


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with an `lms` that starts at once."""
    with preloaded.programs(tmp_path_factory.mktemp("programs")) as folder:
        yield folder


def pytest_sessionstart(session: pytest.Session) -> None:
    """Share among the workers what each of them would do when it collects."""
    if hasattr(session.config, "workerinput"):
        rewritten.write_share(session.config, session.config.workerinput)


def pytest_collection_finish() -> None:
    """Keep thousands of collected tests and all modules out of the garbage collector's sight: it took a quarter of the CPU time.

    Afterwards it looks less often: each test's application is 20,000 objects, for which the usual limits began it thirty times.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


MOST_WORKERS = 8


def pytest_xdist_auto_num_workers() -> int:
    """Return three workers for two cores: a worker waits a third of its time for a browser, a server or a deadline.

    More than that would only make each of them slower, and tests in which time passes less steady.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores + max(cores // 2, 1), MOST_WORKERS)


# ── Markers are derived from the fixtures that a test uses ──

SERVICES = {"postgres", "postgres_lending", "postgres_url", "empty_postgres_url", "valkey_url", "programs"}
BROWSER = {"page", "context", "browser", "new_context", "chromium_path"}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> Iterator[None]:
    """Mark tests that need servers or the browser, for `make test-fast`. Mix the files for several workers after pytest's own order."""
    second_look.allow(items)
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if used & SERVICES:
            item.add_marker(pytest.mark.services)
        if used & BROWSER:
            item.add_marker(pytest.mark.browser)
    yield
    if hasattr(config, "workerinput"):
        items[:] = order.mixed([(item.path.relative_to(config.rootpath), item) for item in items])


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say which tests were run again."""
    second_look.report(terminalreporter)
