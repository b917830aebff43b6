"""Does a served store survive any input on its sockets, with a clear refusal or a closed connection, and store nothing of it?

On granian, which `lms serve` also uses, with no proxy in between that would reject bad requests first.
"""

import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import create_engine, text

import xapi

ROOT = Path(__file__).parents[3]
LONG_ENOUGH_S = 30  # a bound on waiting, not an expectation
THREADS = 8
CLOSED = 0  # without a word
STATEMENT = {"actor": {"mbox": "mailto:a@b.example"}, "verb": {"id": "https://v.example"}, "object": {"id": "https://a.example"}}
BODY = json.dumps(STATEMENT).encode()
STATE = "/xapi/activities/state?" + urlencode({"activityId": "https://a.example", "agent": json.dumps(STATEMENT["actor"]), "stateId": "s"})
SENT = "POST /xapi/statements"


@dataclass(frozen=True)
class Served:
    """A store behind a port, and a key to it."""

    port: int
    authorization: str
    database: str

    def head(self, line: str, *headers: str, kind: str = "application/json") -> bytes:
        """Write the head of a request; `line` is method and target."""
        plain = [
            f"{line} HTTP/1.1",
            "Host: x",
            f"Authorization: {self.authorization}",
            "X-Experience-API-Version: 1.0.3",
            f"Content-Type: {kind}",
        ]
        return "\r\n".join([*plain, *headers, "", ""]).encode()

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        """Open a connection."""
        with socket.create_connection(("127.0.0.1", self.port), LONG_ENOUGH_S) as connection:
            yield connection

    def status(self, *pieces: bytes, ends: bool = False) -> int:
        """Send pieces, then perhaps that no more comes; return the status of the answer, or CLOSED for none."""
        with self.connected() as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
                if ends:
                    with suppress(OSError):  # closed already
                        connection.shutdown(socket.SHUT_WR)
                answer = HTTPResponse(connection)
                answer.begin()
            except (ConnectionError, HTTPException):  # closed, perhaps while we were still sending
                return CLOSED
            return answer.status

    def all_of(self, *pieces: bytes) -> bytes:
        """Send pieces and return everything that comes until the connection is closed."""
        with self.connected() as connection:
            for piece in pieces:
                connection.sendall(piece)
            return rest_of(connection)

    def kept(self) -> tuple[int, ...]:
        """Count statements and documents."""
        engine = create_engine(self.database)
        with engine.connect() as connection:
            found = tuple(connection.execute(text(f"SELECT count(*) FROM xapi_{name}")).scalar_one() for name in ("statement", "document"))
        engine.dispose()
        return found

    def lives(self) -> bool:
        """Ask what anybody may ask."""
        return self.status(self.head("GET /xapi/about")) == 200


def rest_of(connection: socket.socket) -> bytes:
    found = b""
    try:
        while piece := connection.recv(65_536):
            found += piece
    except ConnectionResetError:
        pass
    return found


def chunked(*chunks: bytes) -> bytes:
    """Write chunks, without the end."""
    return b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    url = f"sqlite:///{tmp_path_factory.mktemp('served') / 'store.sqlite3'}"
    sessions, readers = xapi.connect(url)
    with sessions.begin() as session:
        key, secret = xapi.storage.keys.add_key(session, "tests", ("all",), now=xapi.utc_now())
    readers.kw["bind"].dispose()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    how = ["--interface", "wsgi", "--factory", "--port", str(port), "--blocking-threads", str(THREADS), "--workers-kill-timeout", "3"]
    command = [sys.executable, "-m", "granian", *how, "--log-level", "critical", "tests.integration.xapi.served:create"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "SERVED_DATABASE": url, "PYTHONPATH": str(ROOT)})
    found = Served(port, "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode(), url)
    try:
        _wait(found)
        yield found
    finally:
        process.terminate()
        process.wait(LONG_ENOUGH_S)


def _wait(served: Served) -> None:
    until = time.monotonic() + LONG_ENOUGH_S
    while time.monotonic() < until:
        try:
            if served.lives():
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("granian does not serve")


MULTIPART = b"--b\r\nContent-Type: application/json\r\n\r\n" + BODY + b"\r\n"
# what it is; the request's line; its headers; what follows them; the statuses that are right
WRONG = [
    ("cut off", SENT, [f"Content-Length: {len(BODY) + 10}"], BODY, {400}),
    ("cut off at once", SENT, [f"Content-Length: {len(BODY)}"], b"", {400}),
    ("chunks cut off", SENT, ["Transfer-Encoding: chunked"], chunked(BODY[:40]), {400}),
    ("chunks that are none", SENT, ["Transfer-Encoding: chunked"], chunked(BODY[:40]) + b"zz\r\n" + BODY, {400}),
    ("a chunk shorter than it says", SENT, ["Transfer-Encoding: chunked"], b"ffff\r\n" + BODY[:40], {400}),
    ("a document in chunks cut off", f"PUT {STATE}", ["Transfer-Encoding: chunked"], chunked(b"hel"), {411}),
    ("a document in chunks that are none", f"POST {STATE}", ["Transfer-Encoding: chunked"], chunked(b"{}") + b"zz\r\n", {411}),
    ("a document cut off", f"PUT {STATE}", ["Content-Length: 5"], b"hel", {400}),
    ("a hidden request in chunks", f"{SENT}?method=PUT", ["Transfer-Encoding: chunked"], chunked(b"statementId=x"), {411}),
    ("parts cut off", SENT, ["Transfer-Encoding: chunked", "Content-Type: multipart/mixed; boundary=b"], chunked(MULTIPART), {400}),
    ("two lengths", SENT, [f"Content-Length: {len(BODY)}", "Content-Length: 4"], BODY, {400}),
    ("a length below nothing", SENT, ["Content-Length: -1"], BODY, {400}),
    ("a length in words", SENT, ["Content-Length: all"], BODY, {400}),
    ("a length beyond numbers", SENT, ["Content-Length: 99999999999999999999"], BODY, {400}),
    ("a length beyond the limit", SENT, ["Content-Length: 9999999999"], BODY, {413}),
    ("no length", SENT, [], BODY, {400}),
    ("an unknown transfer encoding", SENT, ["Transfer-Encoding: gzip"], BODY, {400, 501}),
    ("a header of a megabyte", SENT, [f"X-A: {'a' * 2**20}"], b"", {431}),
    ("twenty thousand headers", SENT, [f"X-{number}: a" for number in range(20_000)], b"", {431}),
    ("a target of 200 kB", f"GET /xapi/statements?verb={'a' * 200_000}", [], b"", {414}),
    ("NUL in a header", SENT, ["X-A: a\0b"], b"", {400}),
    ("a folded header", SENT, ["X-A: a\r\n b"], b"", {400}),
    ("a space before a colon", SENT, ["Content-Length : 5"], b"hello", {400}),
    ("NUL in a method", "G\0T /xapi/statements", [], b"", {400}),
    ("a target that is none", "GET xapi", [], b"", {400, 404}),
]


@pytest.mark.parametrize(("name", "line", "headers", "rest", "right"), WRONG, ids=[case[0] for case in WRONG])
def test_input_that_is_not_a_request_is_refused_and_stores_nothing(
    served: Served, name: str, line: str, headers: list[str], rest: bytes, right: set[int]
) -> None:
    before = served.kept()
    head = served.head(line, *headers)
    if "multipart" in " ".join(headers):
        head = head.replace(b"Content-Type: application/json\r\n", b"", 1)
    ends = "cut off" in name or "shorter" in name
    assert served.status(head, rest, ends=ends) in right | {CLOSED}  # closed with something unread, the answer may be lost on its way
    assert served.lives()
    assert served.kept() == before


@pytest.mark.parametrize(
    "noise",
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, b"\0" * 5_000, b"\r\n" * 5_000, b"GET\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nno"],
)
def test_noise_is_turned_away(served: Served, noise: bytes) -> None:
    assert served.status(noise, ends=True) in {CLOSED, 400}
    assert served.lives()


def test_a_client_that_hangs_up_in_the_middle_stores_nothing(served: Served) -> None:
    before = served.kept()
    for head, rest in (
        (served.head(SENT, f"Content-Length: {len(BODY) + 1}"), BODY),
        (served.head(SENT, "Transfer-Encoding: chunked"), chunked(BODY[:-1])),
        (served.head(f"PUT {STATE}", "Transfer-Encoding: chunked", kind="text/plain"), chunked(b"hel")),
        (served.head(f"PUT {STATE}", "Content-Length: 5", kind="text/plain"), b"hel"),
    ):
        with served.connected() as connection:
            connection.sendall(head + rest)
            time.sleep(0.1)  # so that it is read, not only received
    assert served.lives()
    assert served.kept() == before


def test_a_slow_line_is_allowed(served: Served) -> None:
    before = served.kept()
    with served.connected() as connection:
        connection.sendall(served.head(SENT, f"Content-Length: {len(BODY)}", "Connection: close"))
        for place in range(0, len(BODY), 10):
            connection.sendall(BODY[place : place + 10])
            time.sleep(0.02)
        assert rest_of(connection).startswith(b"HTTP/1.1 200 ")
    assert served.kept() == (before[0] + 1, before[1])


def test_uploads_that_never_end_stop_nobody_while_a_thread_is_left(served: Served) -> None:
    before = served.kept()
    hanging = []
    for _ in range(THREADS - 2):
        connection = socket.create_connection(("127.0.0.1", served.port), LONG_ENOUGH_S)
        connection.sendall(served.head(SENT, f"Content-Length: {len(BODY) + 1}") + BODY)
        hanging.append(connection)
    assert all(served.lives() for _ in range(5))
    for connection in hanging:
        connection.close()
    assert served.lives()
    assert served.kept() == before


def test_requests_in_one_go_are_answered_in_their_order(served: Served) -> None:
    before = served.kept()
    ids = [str(uuid.uuid4()) for _ in range(3)]
    bodies = [json.dumps({**STATEMENT, "id": one}).encode() for one in ids]
    whole = b"".join(served.head(SENT, f"Content-Length: {len(body)}") + body for body in bodies)
    refused = served.head(SENT, "Content-Length: 1") + b"{"
    answer = served.all_of(whole + refused + served.head("GET /xapi/about", "Connection: close"))
    assert re.findall(rb"HTTP/1\.1 (\d+) ", answer) == [b"200", b"200", b"200", b"400", b"200"]
    assert [answer.index(one.encode()) for one in ids] == sorted(answer.index(one.encode()) for one in ids)
    assert served.kept() == (before[0] + 3, before[1])


def test_what_stands_after_the_last_part_is_not_a_request_and_costs_no_connection(served: Served) -> None:
    parts = MULTIPART + b"--b--\r\n" + b"GET /nowhere HTTP/1.1\r\n\r\n" * 12_000
    head = served.head(SENT, f"Content-Length: {len(parts)}", kind="multipart/mixed; boundary=b")
    answer = served.all_of(head + parts + served.head("GET /xapi/about", "Connection: close"))
    assert re.findall(rb"HTTP/1\.1 (\d+) ", answer) == [b"200", b"200"]


def test_nothing_is_smuggled_behind_a_body_of_two_lengths(served: Served) -> None:
    inner = served.head("DELETE /xapi/statements", "Content-Length: 0")
    both = served.head(SENT, "Content-Length: 4", "Transfer-Encoding: chunked")
    answer = served.all_of(both + chunked(BODY) + b"0\r\n\r\n" + inner)
    assert re.findall(rb"HTTP/1\.1 (\d+) ", answer) in [[], [b"200"], [b"400"]]


def test_what_a_stranger_sends_is_not_read_and_not_taken_for_a_request(served: Served) -> None:
    inner = b"GET /xapi/about HTTP/1.1\r\nHost: x\r\n\r\n"
    outer = b"POST /xapi/statements HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n"
    with served.connected() as connection:
        connection.sendall(outer + inner)
        answer = rest_of(connection)
    assert re.findall(rb"HTTP/1\.1 (\d+) ", answer) in [[], [b"401"]]
    assert served.lives()
