"""Does the site answer everybody else while clients send half of a request and wait? As `make demo` starts it."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from pathlib import Path

import httpx
import pytest

from lms.web.slow_bodies import MOST_OF_ONE
from tests.integration.web.response_times import quickest
from tests.processes import installed, login_of, serving
from tests.servers import free_port

pytestmark = pytest.mark.services  # they are started here

SECRET = "a secret key for tests, long enough to be taken"
HALF_FORM = (
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nhalf"
)
HALF_UPLOAD = (
    b"POST /locale HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n"
    b'--b\r\nContent-Disposition: form-data; name="locale"\r\n\r\n'
)
HALF_BEAT = b"POST /learn/beat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
CHUNKED = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"
HALF_HEAD = b"GET /home HTTP/1.1\r\nHost: local"
MANY = 100


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[tuple[int, httpx.Client]]:
    """The port of a served site, and a client in which somebody is signed in."""
    folder = tmp_path_factory.mktemp("served")
    cookie = login_of(f"sqlite:///{installed(folder, sqlite_template)}", folder / "data", SECRET)
    port = free_port()
    with serving(folder, port, SECRET_KEY=SECRET), httpx.Client(base_url=f"http://localhost:{port}") as client:
        client.cookies.set("session", cookie, domain="localhost.local")  # as the jar calls it, so that an answer replaces it
        yield port, client


def connect(held: ExitStack, port: int, text: bytes) -> socket.socket:
    connection = held.enter_context(socket.create_connection(("127.0.0.1", port), 10))
    connection.sendall(text)
    return connection


@pytest.mark.parametrize("half", [HALF_FORM, HALF_UPLOAD, HALF_BEAT, CHUNKED, HALF_HEAD, b""])
def test_everybody_else_is_answered_within_a_second_beside_a_hundred_half_sent_requests(
    site: tuple[int, httpx.Client], half: bytes
) -> None:
    port, client = site
    with ExitStack() as held:
        for _ in range(MANY):
            connect(held, port, half)
        time.sleep(0.2)
        for path in ("/healthz", "/home"):
            assert quickest(client, path) < 1


def test_of_one_address_only_so_many_bodies_are_waited_for_and_the_next_is_told_to_come_again(site: tuple[int, httpx.Client]) -> None:
    port, _client = site
    with ExitStack() as held:
        first = [connect(held, port, HALF_FORM) for _ in range(MOST_OF_ONE)]
        time.sleep(0.5)
        answer = HTTPResponse(connect(held, port, HALF_FORM))
        answer.begin()
        assert (answer.status, answer.headers["Retry-After"], answer.headers["Connection"]) == (503, "10", "close")
        assert answer.read().decode().startswith("来自同一网络地址")
        first[0].close()
        time.sleep(0.5)
        first[1].sendall(b"x" * 996)  # the form without its token, now whole
        answer = HTTPResponse(first[1])
        answer.begin()
        assert answer.status == 400
        assert httpx.post(f"http://localhost:{port}/locale", data={"locale": "en"}).status_code == 400


def test_a_form_that_comes_slowly_is_taken_whole(site: tuple[int, httpx.Client]) -> None:
    _port, client = site
    token = re.search(r'name="csrf_token" value="([^"]*)"', client.get("/home").text)
    assert token

    def slowly() -> Iterator[bytes]:
        yield f"csrf_token={token[1]}&locale=en&other=".encode()
        for _ in range(40):
            yield b"x" * 1000
            time.sleep(0.05)
        yield b"&next=/transcript"

    length = {"Content-Length": str(sum(map(len, slowly()))), "Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/locale", content=slowly(), headers=length)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/transcript")
