"""How much does the site read of a request without access? Nothing, on a real socket too; and of a form, never more than its limit."""

import io
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.accounts.signin import LARGEST_FORM
from tests.factories import World, signed_in
from tests.processes import installed
from tests.servers import free_port

LMS = str(Path(sys.executable).with_name("lms"))
PATIENCE_S = 120
LONG_ENOUGH_S = 30  # a bound on waiting, not an expectation
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\nContent-Type: application/zip\r\n\r\n'
MULTIPART = "multipart/form-data; boundary=b"


class Watched(io.RawIOBase):
    """A body that never ends and counts what is read of it."""

    def __init__(self) -> None:
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = PART[: len(buffer)] if not self.taken else b"a" * len(buffer)
        buffer[: len(found)] = found
        self.taken += len(found)
        return len(found)


def sent(app: Flask, path: str, length: int | None, client: Any = None, kind: str = MULTIPART) -> tuple[int, int]:
    """Send a body that never ends; return the status and how much of the body was read."""
    body = Watched()
    extra: dict[str, Any] = {"wsgi.input_terminated": True} if length is None else {"CONTENT_LENGTH": str(length)}
    asker = client or app.test_client()
    answer = asker.post(path, content_type=kind, environ_overrides={"wsgi.input": body, **extra})
    return answer.status_code, body.taken


@pytest.mark.parametrize("length", [10**11, 10**7, 1000, None])
@pytest.mark.parametrize("path", ["/catalogue/upload", "/records/export", "/jobs/1/cancel"])
def test_nothing_is_read_of_what_nobody_sends_who_is_signed_in(app: Flask, path: str, length: int | None) -> None:
    assert sent(app, path, length) == (401, 0)


@pytest.mark.parametrize("length", [10**7, 100, None])
@pytest.mark.parametrize("path", ["/xapi/statements", "/learn/beat"])
def test_nothing_is_read_of_statements_and_beats_that_nobody_sends_who_is_known(app: Flask, path: str, length: int | None) -> None:
    assert sent(app, path, length, kind="application/json") == (401, 0)


def test_nothing_is_read_of_what_somebody_sends_whose_role_may_not(world: World) -> None:
    assert sent(world.app, "/catalogue/upload", 10**8, world.client()) == (403, 0)


@pytest.mark.parametrize("path", ["/login", "/locale", "/logout"])
def test_of_a_form_that_anybody_may_send_no_more_is_read_than_a_form_has(app: Flask, path: str) -> None:
    assert sent(app, path, LARGEST_FORM + 1) == (413, 0)
    status, taken = sent(app, path, None)
    assert status == 413
    assert taken <= LARGEST_FORM + 2**17


def test_a_form_of_the_size_that_forms_have_is_taken(world: World) -> None:
    client = signed_in(world.app, "teacher")
    assert client.post("/locale", data={"locale": "en", "next": "/", "csrf_token": "x" * 100_000}).status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]*)"', client.get("/home").text)
    assert token
    assert client.post("/locale", data={"locale": "en", "csrf_token": token[1], "other": "x" * 400_000}).status_code == 302


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[tuple[int, Path]]:
    """The port of a process of `lms serve`, and the folder of its temporary files."""
    folder = tmp_path_factory.mktemp("served")
    scratch = folder / "scratch"
    scratch.mkdir()
    env = {"PATH": os.environ["PATH"], "LMS_DATA_DIR": str(folder / "data"), "TMPDIR": str(scratch)}
    installed(folder, sqlite_template)
    port = free_port()
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([LMS, "serve", "--port", str(port)], cwd=folder, env=env, stdout=log, stderr=log)
    try:
        end = time.monotonic() + PATIENCE_S
        while not answers(port):
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.2)
        yield port, scratch
    finally:
        server.terminate()
        server.wait(LONG_ENOUGH_S)


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            return status_of(connection, f"GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()) == 200
    except OSError:
        return False


def status_of(connection: socket.socket, *pieces: bytes) -> int:
    """Send pieces (a refusing server may hang up before the second); wait for the status of the answer."""
    connection.sendall(b"".join(pieces))
    answer = HTTPResponse(connection)
    answer.begin()
    return answer.status


@pytest.mark.services
@pytest.mark.parametrize(("path", "right"), [("/catalogue/upload", 401), ("/login", 413), ("/locale", 413), ("/records/export", 401)])
def test_a_large_upload_is_refused_before_it_comes(served: tuple[int, Path], path: str, right: int) -> None:
    port, scratch = served
    head = f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: {MULTIPART}\r\nContent-Length: {10**8}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port), LONG_ENOUGH_S) as connection:
        assert status_of(connection, head, PART, b"a" * 4096) == right
    assert list(scratch.iterdir()) == []


@pytest.mark.services
def test_many_large_uploads_that_never_come_hold_up_nobody(served: tuple[int, Path]) -> None:
    port, _scratch = served
    head = f"POST /catalogue/upload HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: {MULTIPART}\r\nContent-Length: {10**8}\r\n\r\n"
    open_ones = [socket.create_connection(("127.0.0.1", port), LONG_ENOUGH_S) for _ in range(40)]
    try:
        for connection in open_ones:
            connection.sendall(head.encode() + PART)
        assert answers(port)
    finally:
        for connection in open_ones:
            connection.close()
