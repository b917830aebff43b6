"""Is a body that arrives too slowly closed, and nothing else with it? And is half of a body never treated as complete?"""

import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from queue import SimpleQueue
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from werkzeug.exceptions import ClientDisconnected
from werkzeug.formparser import parse_form_data
from werkzeug.test import EnvironBuilder, run_wsgi_app

from lms.web.concurrency import SMALL, ConcurrencyLimit, WaitingForClients
from lms.web.slow_bodies import GRACE_S, MOST, MOST_OF_ONE, SLOWEST, PendingBodies, close_silent
from tests.servers import connections


def sent_from(address: str, forwarded: str = "") -> WSGIEnvironment:
    return {"REMOTE_ADDR": address, "SERVER_PORT": "80", "HTTP_X_FORWARDED_FOR": forwarded}


def test_the_bodies_of_one_address_are_limited_and_those_of_another_are_not() -> None:
    bodies = PendingBodies()
    begun = [bodies.begin(sent_from("192.0.2.1")) for _ in range(MOST_OF_ONE)]
    assert None not in begun
    assert bodies.begin(sent_from("192.0.2.1")) is None
    assert bodies.begin(sent_from("192.0.2.2")) is not None
    bodies.end(begun[0])  # type: ignore[arg-type]
    assert bodies.begin(sent_from("192.0.2.1")) is not None


def test_one_customers_ipv6_network_counts_as_one_address() -> None:
    bodies = PendingBodies()
    begun = [bodies.begin(sent_from(f"2001:db8:1:2::{number:x}")) for number in range(MOST_OF_ONE)]
    assert None not in begun
    assert bodies.begin(sent_from("2001:db8:1:2:ffff::1")) is None
    assert bodies.begin(sent_from("2001:db8:1:3::1")) is not None


def test_all_bodies_together_are_limited() -> None:
    bodies = PendingBodies()
    begun = [bodies.begin(sent_from(f"192.0.2.{number}")) for number in range(MOST)]
    assert None not in begun
    assert bodies.begin(sent_from("198.51.100.1")) is None


def test_behind_a_trusted_proxy_each_visitor_counts_alone_and_nobody_chooses_an_address() -> None:
    bodies = PendingBodies(trusted_proxies=1)
    begun = [bodies.begin(sent_from("10.0.0.1", f"203.0.113.{number}, 192.0.2.1")) for number in range(MOST_OF_ONE)]
    assert None not in begun
    assert bodies.begin(sent_from("10.0.0.1", "203.0.113.99, 192.0.2.1")) is None
    assert bodies.begin(sent_from("10.0.0.1", "192.0.2.2")) is not None


def test_a_body_is_overdue_when_it_comes_more_slowly_than_a_weak_line_brings_it() -> None:
    bodies = PendingBodies()
    slow, fast = bodies.begin(sent_from("192.0.2.1")), bodies.begin(sent_from("192.0.2.2"))
    assert slow is not None
    assert fast is not None
    fast.received = SLOWEST * 100
    now = slow.since + GRACE_S
    assert bodies.overdue(now) == {}
    assert bodies.overdue(now + 1) == {("192.0.2.1", 80): pytest.approx(GRACE_S + 1)}
    assert bodies.overdue(now + 101).keys() == {("192.0.2.1", 80), ("192.0.2.2", 80)}


def test_only_connections_of_that_address_on_which_nothing_was_sent_for_so_long_are_closed() -> None:
    with connections(3) as (port, pairs):
        (silent, _one), (answered, two), (uploading, three) = pairs
        silent.sendall(b"half")
        uploading.sendall(b"u" * 100_000)
        three.recv(100_000, socket.MSG_WAITALL)
        time.sleep(0.6)
        two.sendall(b"an answer")
        assert close_silent("127.0.0.2", port, 0.5) == 0
        assert close_silent("127.0.0.1", port + 1, 0.5) == 0
        assert close_silent("127.0.0.1", port, 0.5) == 1
        assert silent.recv(1) == b""
        assert answered.recv(100) == b"an answer"
        three.sendall(b"done")
        assert uploading.recv(100) == b"done"


def site(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the form that was read."""
    _stream, form, _files = parse_form_data(environ, max_content_length=2**20, silent=False)
    start_response("200 OK", [])
    return [",".join(f"{name}={len(value)}" for name, value in form.items()).encode()]


def answer(body: bytes, length: int) -> tuple[str, bytes]:
    limit = ConcurrencyLimit(site, 1, WaitingForClients(), lambda: None)
    environ = EnvironBuilder(method="POST", content_type="application/x-www-form-urlencoded").get_environ()
    environ.update({"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(length), "wsgi.input_terminated": True})
    text, status, _headers = run_wsgi_app(limit, environ)
    return status, b"".join(text)


@pytest.mark.parametrize("size", [1, SMALL - 2, SMALL - 1, 3 * SMALL, 300_000])
def test_a_body_of_any_size_reaches_the_site_whole(size: int) -> None:
    assert answer(b"a=" + b"x" * size, size + 2) == ("200 OK", f"a={size}".encode())


def test_half_of_a_small_body_reaches_nobody() -> None:
    status, text = answer(b"a=12", 5)
    assert status == "408 Request Timeout"
    assert "Nothing was saved" in text.decode()


@pytest.mark.parametrize("come", [3, SMALL, 3 * SMALL, 299_999])
def test_half_of_a_large_body_is_never_taken_for_the_whole(come: int) -> None:
    with pytest.raises(ClientDisconnected):
        answer(b"a=" + b"x" * (come - 2), 300_000)


def test_a_thread_that_waits_for_a_body_leaves_its_place_to_another() -> None:
    place: SimpleQueue[bytes] = SimpleQueue()
    released: list[bool] = []

    class Waiting:
        def read(self, _size: int) -> bytes:
            return place.get(timeout=10)

    limit = ConcurrencyLimit(site, 1, WaitingForClients(), lambda: released.append(True))
    environ = EnvironBuilder(method="POST", content_type="application/x-www-form-urlencoded").get_environ()
    environ.update({"wsgi.input": Waiting(), "CONTENT_LENGTH": str(2 * SMALL), "wsgi.input_terminated": True})
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(run_wsgi_app, limit, environ)
        text, status, _headers = pool.submit(run_wsgi_app, limit, EnvironBuilder().get_environ()).result(5)
        assert (status, b"".join(text)) == ("200 OK", b"")
        assert released
        for _ in range(2):
            place.put(b"x" * SMALL)
        assert slow.result(5)[1] == "200 OK"
