"""Does a client that stops reading delay nobody else, and is its download closed? As `make demo` starts the site."""

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPResponse
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx
import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from lms.web.concurrency import ConcurrencyLimit, WaitingForClients
from lms.web.slow_downloads import MOST, MOST_OF_ONE, PAUSED_OF_MANY_S, PAUSED_S, SHORT, Download, PendingDownloads, close_unread
from tests.integration.web.response_times import quickest
from tests.processes import installed, login_of, serving
from tests.servers import connections, free_port

SECRET = "a secret key for tests, long enough to be taken"
PACKAGE = "a" * 64
FILM_BYTES = 32 * 2**20  # more than the buffers of a connection take


def asked_from(address: str) -> WSGIEnvironment:
    return {"REMOTE_ADDR": address, "SERVER_PORT": "80"}


def long_answer(closed: list[bool] | None = None) -> Iterator[bytes]:
    try:
        while True:
            yield b"x" * SHORT
    finally:
        if closed is not None:
            closed.append(True)


def begun(downloads: PendingDownloads, address: str) -> Download | None:
    found = downloads.send(asked_from(address), long_answer())
    assert found is None or isinstance(found, Download)
    return found


def test_the_downloads_of_one_address_are_limited_and_those_of_another_are_not() -> None:
    downloads = PendingDownloads()
    held = [begun(downloads, "192.0.2.1") for _ in range(MOST_OF_ONE)]
    assert None not in held
    assert begun(downloads, "192.0.2.1") is None
    assert begun(downloads, "192.0.2.2") is not None
    held[0].close()  # type: ignore[union-attr]
    held[0].close()  # type: ignore[union-attr]  # a server may say it twice
    assert begun(downloads, "192.0.2.1") is not None
    assert begun(downloads, "192.0.2.1") is None


def test_all_downloads_together_are_limited() -> None:
    downloads = PendingDownloads()
    assert None not in [begun(downloads, f"192.0.2.{number}") for number in range(MOST)]
    assert begun(downloads, "198.51.100.1") is None


def test_a_short_answer_holds_nothing_and_is_whole() -> None:
    downloads, closed = PendingDownloads(), []

    def short() -> Iterator[bytes]:
        try:
            yield from (b"a" * SHORT, b"")
        finally:
            closed.append(True)

    for _ in range(2 * MOST):
        assert downloads.send(asked_from("192.0.2.1"), short()) == [b"a" * SHORT]
    assert len(closed) == 2 * MOST


def test_a_refused_download_ends_what_the_site_had_begun() -> None:
    downloads, closed = PendingDownloads(), []
    for _ in range(MOST_OF_ONE):
        begun(downloads, "192.0.2.1")
    assert downloads.send(asked_from("192.0.2.1"), long_answer(closed)) is None
    assert closed == [True]


def test_a_download_is_given_up_when_it_was_not_read_for_long_and_earlier_where_there_are_many() -> None:
    downloads = PendingDownloads()
    one = begun(downloads, "192.0.2.1")
    assert one is not None
    assert downloads.paused(one.read_at + PAUSED_S) == {}
    assert downloads.paused(one.read_at + PAUSED_S + 1) == {("192.0.2.1", 80): PAUSED_S}
    for _ in range(MOST_OF_ONE // 2):
        begun(downloads, "192.0.2.1")
    assert downloads.paused(one.read_at + PAUSED_OF_MANY_S + 1).keys() == {("192.0.2.1", 80)}
    later = begun(downloads, "192.0.2.2")
    assert later is not None
    assert downloads.paused(later.read_at + PAUSED_OF_MANY_S + 1).keys() == {("192.0.2.1", 80)}


def test_the_site_s_own_words_reach_the_server_whether_the_answer_is_short_or_long() -> None:
    def site(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("206 Partial Content", [("X-Said", "so")])
        size = int(environ["QUERY_STRING"])
        return iter([b"x" * size] * 3)

    limit = ConcurrencyLimit(site, 1, WaitingForClients(), lambda: None)
    for size in (10, SHORT):
        text, status, headers = run_wsgi_app(limit, EnvironBuilder(query_string=str(size)).get_environ())
        assert (status, headers["X-Said"], len(b"".join(text))) == ("206 Partial Content", "so", 3 * size)


def fill(connection: socket.socket) -> None:
    """Send until nothing more is taken."""
    with suppress(BlockingIOError):
        while True:
            connection.send(b"x" * 65536)


def test_only_connections_of_that_address_that_hold_unread_data_for_so_long_are_closed() -> None:
    with connections(3) as (port, pairs):
        (paused, one), (idle, two), (reading, three) = pairs
        for ours in (one, three):
            ours.setblocking(False)
            fill(ours)
        two.sendall(b"an answer")
        time.sleep(0.6)
        reading.recv(2**24)
        time.sleep(0.2)
        assert close_unread("127.0.0.2", port, 0.5) == 0
        assert close_unread("127.0.0.1", port + 1, 0.5) == 0
        assert close_unread("127.0.0.1", port, 0.5) == 1
        with pytest.raises(BrokenPipeError):
            one.send(b"x")
        assert idle.recv(100) == b"an answer"
        paused.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[tuple[int, httpx.Client]]:
    """The port of a served site that has a film, and a client in which somebody is signed in."""
    folder = tmp_path_factory.mktemp("served")
    cookie = login_of(f"sqlite:///{installed(folder, sqlite_template)}", folder / "data", SECRET)
    film(folder / "data" / "files")
    port = free_port()
    with serving(folder, port, SECRET_KEY=SECRET), httpx.Client(base_url=f"http://localhost:{port}") as client:
        client.cookies.set("session", cookie, domain="localhost.local")
        yield port, client


def film(files: Path) -> None:
    place = files / "packages" / PACKAGE / "film.mp4"
    place.parent.mkdir(parents=True)
    with place.open("wb") as file:
        file.truncate(FILM_BYTES)


def pause(held: ExitStack, port: int) -> socket.socket:
    """Ask for the film and read nothing of it."""
    connection = held.enter_context(socket.socket())
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", port))
    connection.sendall(f"GET /content/{PACKAGE}/film.mp4 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    return connection


@pytest.mark.services  # started here
def test_everybody_else_is_answered_within_a_second_beside_more_paused_downloads_than_there_are_threads(
    site: tuple[int, httpx.Client],
) -> None:
    port, client = site
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    with ExitStack() as held:
        held.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        first = [pause(held, port) for _ in range(100)]
        time.sleep(1)
        for path in ("/healthz", "/home"):
            assert quickest(client, path) < 1
        more = [pause(held, port) for _ in range(1000)]
        time.sleep(2)
        for path in ("/healthz", "/home"):
            assert quickest(client, path) < 1
        assert [status_of(first[0]), status_of(more[-1])] == [200, 503]


def status_of(connection: socket.socket) -> int:
    answer = HTTPResponse(connection)
    answer.begin()
    return answer.status
