"""Does the floor answer more clients at once than it has connections to its database?"""

import json
import sqlite3
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.benchmarks import floor

CLIENTS = 32


def insert_from_many_threads() -> None:
    site = floor.create()

    def post(_number: int) -> int:
        rows = [{"id": str(uuid.uuid4())} for _ in range(50)]
        return Client(site).post("/bare", data=json.dumps(rows), content_type="application/json").status_code

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert set(pool.map(post, range(CLIENTS))) == {200}


def test_on_sqlite_every_client_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "floor.sqlite3"
    monkeypatch.setenv("FLOOR_DATABASE", f"sqlite:///{path}")
    insert_from_many_threads()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM bare").fetchone() == (50 * CLIENTS,)
