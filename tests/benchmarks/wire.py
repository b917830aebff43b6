"""An HTTP client that costs less than the server it measures: kept-alive sockets in one thread.

A talk is a generator that yields the bytes of a request and receives the reply. Each talk has its own connection and one
request at a time.
"""

import selectors
import socket
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack
from typing import NamedTuple, NoReturn

PATIENCE_S = 30


class Reply(NamedTuple):
    """One HTTP response."""

    status: int
    head: str
    body: bytes


Talk = Generator[bytes, Reply, None]


def request(method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
    """Return a request's bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


class Connection:
    """A kept-alive connection to a port of this machine."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = bytearray()

    def fileno(self) -> int:
        """Return the file descriptor that becomes readable when bytes arrive."""
        return self._socket.fileno()

    def send(self, asked: bytes) -> None:
        """Send a request."""
        self._socket.sendall(asked)

    def receive(self) -> Reply:
        """Wait for the reply to the oldest open request.

        Raises:
            ConnectionError: the server closed the connection.
        """
        while (end := self._rest.find(b"\r\n\r\n")) < 0:
            self._rest += self._more()
        head = self._rest[:end].decode("latin-1")
        stop = end + 4 + _length(head)
        while len(self._rest) < stop:
            self._rest += self._more()
        body = bytes(self._rest[end + 4 : stop])
        del self._rest[:stop]
        return Reply(int(head[9:12]), head, body)

    def _more(self) -> bytes:
        found = self._socket.recv(262_144)
        if not found:
            raise ConnectionError("the server hung up")
        return found

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def _length(head: str) -> int:
    at = head.lower().find("\r\ncontent-length:")
    return 0 if at < 0 else int(head[at + 17 :].partition("\r\n")[0])


def drive(port: int, talks: Sequence[Talk], seconds: float) -> list[float]:
    """Run every talk for this many seconds; return the waiting time of each reply in seconds.

    Raises:
        RuntimeError: a reply was not a success.
    """
    connections = [Connection(port) for _ in talks]
    waits, ends, sent = list[float](), time.perf_counter() + seconds, dict[int, float]()
    with selectors.DefaultSelector() as ready, ExitStack() as opened:
        for number, (connection, talk) in enumerate(zip(connections, talks, strict=True)):
            opened.callback(connection.close)
            ready.register(connection, selectors.EVENT_READ, number)
            sent[number] = time.perf_counter()
            connection.send(next(talk))
        while sent:
            for key, _ in ready.select(PATIENCE_S) or _silent():
                number: int = key.data
                reply, now = good(connections[number].receive()), time.perf_counter()
                waits.append(now - sent.pop(number))
                if now < ends:
                    asked = talks[number].send(reply)
                    sent[number] = time.perf_counter()
                    connections[number].send(asked)
    return waits


def _silent() -> NoReturn:
    raise TimeoutError(f"no reply for {PATIENCE_S} seconds")


def good(reply: Reply) -> Reply:
    """Return a reply that is a success.

    Raises:
        RuntimeError: it is a refusal or an error.
    """
    if not 200 <= reply.status < 300:
        raise RuntimeError(f"{reply.head}\n\n{reply.body.decode(errors='replace')[:2000]}")
    return reply


def ask(port: int, asked: bytes) -> Reply:
    """Send one request and return its reply."""
    connection = Connection(port)
    try:
        connection.send(asked)
        return good(connection.receive())
    finally:
        connection.close()
