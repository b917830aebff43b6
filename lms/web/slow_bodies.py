"""Track pending request bodies, limit their number, and close connections that are too slow.

The server's own time limit covers only the head of a request. Here a body has `GRACE_S` and then must have arrived at `SLOWEST`
bytes a second or more: slow enough for a phone on a weak line, while dead connections are closed. WSGI does not tell the connection of a
request. But the kernel (Linux) tells for each connection of an address how long ago something was sent on it, and nothing is
sent while a body is pending. On other systems nothing is closed, and only the limits on numbers hold.
"""

import socket
import struct
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from wsgiref.types import WSGIEnvironment

import structlog

from lms.web.connections import connections_of

log = structlog.get_logger(__name__)
MOST_OF_ONE = 32  # bodies of one address; a school behind one address has more people, but almost never so many bodies at the same time
MOST = 384  # bodies of all addresses
GRACE_S = 60.0
SLOWEST = 500  # bytes a second
ROUND_S = 5.0
SLACK_S = 3.0
HEAD_BYTES = 32 * 1024  # bytes that may have come before the body, or that the server has not passed on yet
_LAST_SENT_MS, _RECEIVED = struct.Struct("44xI"), struct.Struct("128xQ")  # in `struct tcp_info` (linux/tcp.h)


@dataclass(slots=True, eq=False)
class Pending:
    """A pending body: the client's address, the connection (the client's address and port, our port), and the bytes received."""

    client: str
    connection: tuple[str, int]
    since: float
    received: int = 0


class PendingBodies:
    """All pending bodies of this process."""

    def __init__(self, trusted_proxies: int = 0) -> None:
        self._trusted_proxies = trusted_proxies
        self._lock = threading.Lock()
        self._bodies: set[Pending] = set()
        self._of_client: Counter[str] = Counter()

    def begin(self, environ: WSGIEnvironment) -> Pending | None:
        """Record that a request's body is pending; None if there are too many, so that this one must be refused."""
        peer = environ.get("REMOTE_ADDR", "")
        client = client_of(environ, self._trusted_proxies)
        with self._lock:
            if len(self._bodies) >= MOST or self._of_client[client] >= MOST_OF_ONE:
                return None
            body = Pending(client, (peer, int(environ.get("SERVER_PORT", 0))), time.monotonic())
            self._bodies.add(body)
            self._of_client[client] += 1
        return body

    def end(self, body: Pending) -> None:
        """Record that a body is not pending any more."""
        with self._lock:
            self._bodies.remove(body)
            self._of_client[body.client] -= 1
            if not self._of_client[body.client]:
                del self._of_client[body.client]

    def overdue(self, now: float) -> dict[tuple[str, int], float]:
        """Return, for each (address, own port) with overdue bodies, the age of the youngest one in seconds."""
        with self._lock:
            bodies = list(self._bodies)
        ages: dict[tuple[str, int], float] = {}
        for body in bodies:
            age = now - body.since
            if age > GRACE_S + body.received / SLOWEST:
                ages[body.connection] = min(age, ages.get(body.connection, age))
        return ages

    def watch(self) -> None:
        """Close overdue connections from now on, in a separate thread."""
        if sys.platform == "linux":
            threading.Thread(target=self._watch, name="slow-bodies", daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(ROUND_S)
            for (peer, port), age in self.overdue(time.monotonic()).items():
                log.warning("request.body-given-up", connections=close_silent(peer, port, age - SLACK_S))


def client_of(environ: WSGIEnvironment, trusted_proxies: int) -> str:
    """Return the key by which requests are counted: an address; for IPv6 the network of one customer (/64)."""
    address, forwarded = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")
    if trusted_proxies and forwarded:
        address = forwarded.split(",")[-trusted_proxies:][0].strip()
    if ":" in address:
        with suppress(ValueError):
            found = ip_address(address.partition("%")[0])
            return str(found.ipv4_mapped or int(found) >> 64) if found.version == 6 else address  # noqa: PLR2004
    return address


def close_silent(peer: str, port: int, seconds: float) -> int:
    """Close the connections of `peer` to our `port` that sent nothing for this long and received too little; return how many."""
    closed = 0
    for connection in connections_of(peer, port):
        with connection, suppress(OSError, struct.error):
            info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
            (silent_ms,), (received,) = _LAST_SENT_MS.unpack_from(info), _RECEIVED.unpack_from(info)
            if silent_ms / 1000 >= seconds and received < HEAD_BYTES + SLOWEST * silent_ms / 1000:
                connection.shutdown(socket.SHUT_RDWR)
                closed += 1
    return closed
