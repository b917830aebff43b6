"""The floor of a request's cost: an empty reply from the same server, and a bare Flask view that inserts one text.

A separate granian loads it (places.py); `FLOOR_DATABASE` names the database.
"""

import json
import os
import queue
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from flask import Flask, Response, request
from psycopg_pool import ConnectionPool

Start = Callable[..., Any]
CREATE = "CREATE TABLE IF NOT EXISTS bare (id varchar(36) PRIMARY KEY, body text)"


def create() -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """Return the application: everything but /bare is empty."""
    url = os.environ["FLOOR_DATABASE"]
    bare = _bare(_sqlite(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else _postgres(url))

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/bare":
            return bare(environ, start)
        start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return [b""]

    return answer


def _bare(insert: Callable[[list[tuple[str, str]]], None]) -> Flask:
    app = Flask("floor")

    @app.post("/bare")
    def take() -> Response:
        found = json.loads(request.get_data())
        insert([(one["id"], json.dumps(one)) for one in (found if isinstance(found, list) else [found])])
        return Response("[]", mimetype="application/json")

    return app


def _postgres(url: str) -> Callable[[list[tuple[str, str]]], None]:
    pool = ConnectionPool(url, min_size=8, open=True)
    with pool.connection() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(1)")  # two processes that make one table at once: IF NOT EXISTS fails in one
        connection.execute(CREATE)

    def insert(rows: list[tuple[str, str]]) -> None:
        with pool.connection() as connection, connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bare VALUES (%s, %s)", rows)

    return insert


def _sqlite(path: str) -> Callable[[list[tuple[str, str]]], None]:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
        for pragma in ("journal_mode=wal", "synchronous=normal"):
            connection.execute(f"pragma {pragma}")
        return connection

    idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
    for _ in range(8):
        idle.put(connect())
    with closing(connect()) as first:
        first.execute(CREATE)

    def insert(rows: list[tuple[str, str]]) -> None:
        connection = idle.get()  # waits: the server may have more threads than there are connections
        try:
            with connection:
                connection.executemany("INSERT INTO bare VALUES (?, ?)", rows)
        finally:
            idle.put(connection)

    return insert
