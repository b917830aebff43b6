"""Track downloads that occupy a thread, limit their number, and close those that their clients do not read.

The server gives each streamed answer a thread until its client has read it. A short answer is sent at once and
occupies none. The number of longer ones is limited for each client address and in total. A download that was not read for
`PAUSED_S` is closed, or earlier if its address has many: browsers stop reading a film when they have buffered some minutes of it, and
request the rest when they need it. On systems other than Linux nothing is closed, and only the limits on numbers hold.
"""

import fcntl
import socket
import struct
import sys
import termios
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from wsgiref.types import WSGIEnvironment

import structlog

from lms.web.connections import connections_of
from lms.web.slow_bodies import ROUND_S, client_of

log = structlog.get_logger(__name__)
SHORT = 64 * 1024  # bytes of an answer that is sent at once: the connection's own buffers hold most of it
MOST_OF_ONE = 256  # downloads of one address: a school in which everybody watches a film
MOST = 512  # downloads of all addresses; below the number of threads (lms/serve_commands.py), with what bodies may hold
PAUSED_S, PAUSED_OF_MANY_S = 60.0, 10.0
_LAST_SENT_MS, _QUEUED = struct.Struct("44xI"), struct.Struct("i")  # in `struct tcp_info` (linux/tcp.h); of TIOCOUTQ


class Download:
    """A streamed answer that records when its last piece was requested."""

    def __init__(self, pieces: Iterator[bytes], client: str, connection: tuple[str, int], end: Callable[["Download"], None]) -> None:
        self.client, self.connection, self.read_at = client, connection, time.monotonic()
        self._pieces, self._end = pieces, end

    def __iter__(self) -> "Download":
        return self

    def __next__(self) -> bytes:
        self.read_at = time.monotonic()
        return next(self._pieces)

    def close(self) -> None:
        """Record that nobody waits for the client any more, whether or not it has read everything."""
        self._end(self)


class PendingDownloads:
    """All downloads that occupy a thread of this process."""

    def __init__(self, trusted_proxies: int = 0) -> None:
        self._trusted_proxies = trusted_proxies
        self._lock = threading.Lock()
        self._downloads: dict[Download, Callable[[], None]] = {}
        self._of_client: Counter[str] = Counter()

    def send(self, environ: WSGIEnvironment, body: Iterable[bytes]) -> Iterable[bytes] | None:
        """Return the body for the server to send; None if the client has too many downloads in progress."""
        close: Callable[[], None] = getattr(body, "close", lambda: None)
        pieces, size = iter(body), 0
        first: list[bytes] = []
        for piece in pieces:
            first.append(piece)
            size += len(piece)
            if size > SHORT:
                return self._begin(environ, chain(first, pieces), close)
        close()
        return [b"".join(first)]

    def _begin(self, environ: WSGIEnvironment, pieces: Iterator[bytes], close: Callable[[], None]) -> Download | None:
        client = client_of(environ, self._trusted_proxies)
        connection = (environ.get("REMOTE_ADDR", ""), int(environ.get("SERVER_PORT", 0)))
        found = Download(pieces, client, connection, self._finish)
        with self._lock:
            free = len(self._downloads) < MOST and self._of_client[client] < MOST_OF_ONE
            if free:
                self._downloads[found] = close
                self._of_client[client] += 1
        if not free:
            close()
        return found if free else None

    def _finish(self, download: Download) -> None:
        with self._lock:
            close = self._downloads.pop(download, None)
            if close is None:
                return
            self._of_client[download.client] -= 1
            if not self._of_client[download.client]:
                del self._of_client[download.client]
        close()

    def paused(self, now: float) -> dict[tuple[str, int], float]:
        """Return, for each (address, own port) with a download to close, the shortest time that such a download was not read."""
        with self._lock:
            downloads, many = list(self._downloads), {one for one, number in self._of_client.items() if number > MOST_OF_ONE // 2}
            crowded = len(downloads) > MOST // 2
        seconds: dict[tuple[str, int], float] = {}
        for one in downloads:
            allowed = PAUSED_OF_MANY_S if crowded or one.client in many else PAUSED_S
            if now - one.read_at > allowed:
                seconds[one.connection] = min(allowed, seconds.get(one.connection, allowed))
        return seconds

    def watch(self) -> None:
        """Close downloads that nobody reads, from now on, in a separate thread."""
        if sys.platform == "linux":
            threading.Thread(target=self._watch, name="slow-downloads", daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(ROUND_S)
            for (peer, port), seconds in self.paused(time.monotonic()).items():
                log.warning("download.given-up", connections=close_unread(peer, port, seconds))


def close_unread(peer: str, port: int, seconds: float) -> int:
    """Close the connections of `peer` to our `port` whose data was not read for this long; return how many."""
    closed = 0
    for connection in connections_of(peer, port):
        with connection, suppress(OSError, struct.error):
            (silent_ms,) = _LAST_SENT_MS.unpack_from(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256))
            (queued,) = _QUEUED.unpack(fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(_QUEUED.size)))
            if queued and silent_ms / 1000 >= seconds:
                connection.shutdown(socket.SHUT_RDWR)
                closed += 1
    return closed
