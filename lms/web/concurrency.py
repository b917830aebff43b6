"""Limit how many requests one web process works on at a time; threads that wait for a request body do not count.

The server gives each request a thread. A thread works while it holds one of a few slots, so that few threads share the processor and
the database's connections. It waits for a request body without a slot, so half-sent bodies delay nobody else. The number of
bodies that are waited for is limited for each client address and in total, and a body that comes too slowly is given up
(lms/web/slow_bodies.py). Likewise it waits without a slot for a client that reads a long answer (lms/web/slow_downloads.py).
"""

import io
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from wsgiref.types import InputStream, StartResponse, WSGIEnvironment

from lms.web.slow_bodies import Pending, PendingBodies
from lms.web.slow_downloads import PendingDownloads

Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
SLOTS = 8  # requests that one web process works on at a time
# bytes; a body of at most this size is read before the site handles the request, because it usually comes with the headers
SMALL = 16 * 1024
PIECE = 16 * 1024  # bytes; a larger body is read in pieces, so that its progress can be measured
RETRY_AFTER_SECONDS = 10
TOO_MANY = (
    "503 Service Unavailable",
    "来自同一网络地址、尚未传完的请求太多。未保存任何内容，请稍后重试。\n"
    "Too many requests from your network address are still incomplete. Nothing was saved. Please try again in a few seconds.\n",
)
TOO_MANY_DOWNLOADS = (
    "503 Service Unavailable",
    "来自同一网络地址的下载太多。请稍后重试。\n"
    "Too many downloads from your network address are under way. Please try again in a few seconds.\n",
)
BROKEN_OFF = (
    "408 Request Timeout",
    "请求没有传完，未保存任何内容。请重试。\nThe request is incomplete. Nothing was saved. Please send it again.\n",
)


class WaitingForClients:
    """The requests for whose clients this process waits: pending bodies and unread answers."""

    def __init__(self, trusted_proxies: int = 0) -> None:
        self.bodies, self.downloads = PendingBodies(trusted_proxies), PendingDownloads(trusted_proxies)

    def watch(self) -> None:
        """Close what takes too long, from now on, in separate threads."""
        self.bodies.watch()
        self.downloads.watch()


class ConcurrencyLimit:
    """A WSGI application around the site: at most `slots` threads work in the site at a time.

    `before_waiting` is called when a request that the site has begun must wait for its body: it releases what others may need.
    """

    def __init__(self, site: Application, slots: int, waiting: WaitingForClients, before_waiting: Callable[[], None]) -> None:
        self._site = site
        self._slots: SimpleQueue[None] = SimpleQueue()
        for _ in range(slots):
            self._slots.put(None)
        self._pending, self._downloads = waiting.bodies, waiting.downloads
        self._before_waiting = before_waiting

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or refuse it if too many bodies are pending."""
        length = environ.get("CONTENT_LENGTH", "")
        if length in {"", "0"} and "HTTP_TRANSFER_ENCODING" not in environ:
            return self._work(environ, start_response)
        body = self._pending.begin(environ)
        if body is None:
            return _refuse(start_response, TOO_MANY)
        if length.isascii() and length.isdecimal() and int(length[:9]) <= SMALL and "HTTP_TRANSFER_ENCODING" not in environ:
            return self._answer_small(environ, start_response, body, int(length[:9]))
        return self._answer_large(environ, start_response, body)

    def _work(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def note(status: str, headers: list[tuple[str, str]], _error: object = None, /) -> Callable[[bytes], object]:
            said[:] = [(status, headers)]
            return _cannot_write

        self._slots.get()
        try:
            body = self._site(environ, note)
        finally:
            self._slots.put(None)
        sent = self._downloads.send(environ, body)  # may read from the site until it has sent something
        if sent is None:
            return _refuse(start_response, TOO_MANY_DOWNLOADS)
        start_response(*said[-1])
        return sent

    def _answer_small(self, environ: WSGIEnvironment, start_response: StartResponse, body: Pending, length: int) -> Iterable[bytes]:
        try:
            text = environ["wsgi.input"].read(length)
        finally:
            self._pending.end(body)
        if len(text) < length:
            return _refuse(start_response, BROKEN_OFF)
        environ["wsgi.input"] = io.BytesIO(text)
        return self._work(environ, start_response)

    def _answer_large(self, environ: WSGIEnvironment, start_response: StartResponse, body: Pending) -> Iterable[bytes]:
        stream = SlowBody(environ, body, self._slots, self._before_waiting)
        environ["wsgi.input"] = stream
        try:
            return self._work(environ, start_response)
        finally:
            stream.stop()
            self._pending.end(body)


class SlowBody(io.RawIOBase):
    """A request body that is read in pieces; while it waits for a piece, another thread may use the slot."""

    def __init__(self, environ: WSGIEnvironment, body: Pending, slots: "SimpleQueue[None]", before_waiting: Callable[[], None]) -> None:
        length = environ.get("CONTENT_LENGTH", "")
        self._stream: InputStream | None = environ["wsgi.input"]
        self._length = int(length) if length.isascii() and length.isdecimal() else 0
        self._body = body
        self._slots = slots
        self._before_waiting = before_waiting

    def stop(self) -> None:
        """Stop reading: the site has answered, and its thread holds no slot."""
        self._stream = None

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Return `size` bytes, fewer only at the end of the body; without a size, the rest of the body.

        Raises:
            ConnectionAbortedError: the body was cut off.
        """
        pieces: list[bytes] = []
        missing = None if size is None or size < 0 else size
        while missing is None or missing > 0:
            piece = self._next(PIECE if missing is None else min(missing, PIECE))
            if not piece:
                break
            pieces.append(piece)
            missing = None if missing is None else missing - len(piece)
        return b"".join(pieces)

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]  # narrower than io says, as werkzeug calls it
        """Fill the buffer; return the number of bytes, fewer only at the end of the body."""
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def _next(self, size: int) -> bytes:
        if self._stream is None or 0 < self._length <= self._body.received:
            return b""
        self._before_waiting()
        self._slots.put(None)
        try:
            piece = bytes(self._stream.read(size))
        finally:
            self._slots.get()
        self._body.received += len(piece)
        if not piece and self._body.received < self._length:
            raise ConnectionAbortedError("the request body broke off")  # the server itself would treat it as complete
        return piece


def _cannot_write(_data: bytes) -> None:
    raise NotImplementedError("an answer is returned, not written")


def _refuse(start_response: StartResponse, refusal: tuple[str, str]) -> list[bytes]:
    """Answer without the site: no query is made, and the rest of the body is not read."""
    status, text = refusal
    body = text.encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    start_response(status, [*headers, ("Retry-After", str(RETRY_AFTER_SECONDS)), ("Connection", "close")])
    return [body]
