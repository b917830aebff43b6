"""Read another record store: one GET for each page, and no request to any host except the one that the user named.

tincan is not used here: it parses statements and rewrites them (durations rounded, unknown properties dropped), does not
support 2.0, and its requests have no time-out.
"""

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urldefrag, urljoin, urlsplit
from uuid import UUID

import httpx
from werkzeug.http import parse_options_header

from lms.egress.address import PORTS, Address, NotReached
from lms.egress.connection import Connection, connected, in_one_line
from xapi.errors import BadRequest, TooLarge
from xapi.statements import NOTHING, NoPage, Part, ReceivedAttachment, cut, gather, parts

SECONDS = 60
LONGEST_ANSWER_SECONDS = 600
MOST_TEXT = 64 * 2**20  # of a page's JSON, which is held in memory
MOST_ATTACHED = 2 * 2**30  # of a page's attachments, which are streamed
MOST_SAID = 64 * 1024
OK, TOO_MANY, SERVER_ERRORS = 200, 429, 500
MIXED = "multipart/mixed"
STATEMENTS = "/statements"


class Unready(Exception):
    """There is no usable response, but a later attempt may succeed: after `after` seconds, if the store says so."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Unusable(Exception):
    """The store refuses, or its answer is wrong: another attempt would not help. `status` is 0 if it is not an HTTP status."""

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page: received statements, attachments' data by hash, and the address of the next page ('' at the end)."""

    statements: Sequence[bytes]
    more: str = ""
    attached: Mapping[str, ReceivedAttachment] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Source:
    """Another record store, as one of its keys sees it."""

    connection: Connection
    headers: Mapping[str, str]

    def first(self, limit: int, since: str = "") -> str:
        """Return the address of the oldest statements, or of the oldest that were stored after `since`."""
        asked = {"ascending": "true", "attachments": "true", "limit": str(limit), **({"since": since} if since else {})}
        return str(httpx.URL(self.connection.address.url + STATEMENTS, params=asked))

    def page(self, link: str, held: ExitStack) -> Fetched:
        """Read a page; its attachments stay available until `held` is closed.

        Raises:
            Unready, Unusable: there is no page.
        """
        text, attached = self._read(link, held)
        try:
            found = cut(text)
        except NoPage as error:
            raise Unready(f"what it answered {error}") from error
        return Fetched(found.statements, self._within(link, found.more), attached)

    def voided(self, statement_id: UUID, held: ExitStack) -> Fetched:
        """Read a statement that is voided in the other store, which no page shows; return nothing if the store never had it.

        Raises:
            Unready, Unusable: the store did not say.
        """
        asked = {"voidedStatementId": str(statement_id), "attachments": "true"}
        try:
            text, attached = self._read(str(httpx.URL(self.connection.address.url + STATEMENTS, params=asked)), held)
        except Unusable as error:
            if error.status:  # not stored there, or not visible to this key
                return Fetched([])
            raise
        return Fetched([text], attached=attached)

    def _within(self, link: str, more: str) -> str:
        """Return the absolute address of `more`, which must stay on the same host."""
        try:
            target = urldefrag(urljoin(link, more)).url if more else ""
            same = not target or _origin(target) == _origin(self.connection.address.url)
            httpx.URL(target)
        except (ValueError, httpx.InvalidURL):
            same = False
        if not same:
            raise Unusable(f"its next page is on another host ({more[:200]!r}), which nobody named")
        return target

    def _read(self, link: str, held: ExitStack) -> tuple[bytes, Mapping[str, ReceivedAttachment]]:
        try:
            with self.connection.asked("GET", link, self.headers) as response:
                _demand_ok(response)
                return _content(response, held)
        except NotReached as error:
            raise Unready(str(error)) from error
        except BadRequest as error:
            raise Unready(f"its response is incomplete: {error}") from error
        except TooLarge as error:
            raise Unusable(f"a page is more than is taken at once ({error}); ask for fewer with --page-size") from error


def _demand_ok(response: httpx.Response) -> None:
    if response.status_code == OK:
        return
    said = in_one_line(response.status_code, _beginning(response))
    if response.status_code == TOO_MANY or response.status_code >= SERVER_ERRORS:
        raise Unready(said, _after(response.headers.get("Retry-After", "")))
    if response.has_redirect_location:
        said = f"it sends us to {response.headers['Location'][:200]!r}; if that is the store, name it"
    raise Unusable(said, response.status_code)


def _beginning(response: httpx.Response) -> str:
    read = bytearray()
    for chunk in response.iter_bytes():
        read += chunk
        if len(read) > MOST_SAID:
            break
    return read.decode("utf-8", "replace")


def _after(asked: str) -> float | None:
    """Read Retry-After: seconds or a date."""
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _content(response: httpx.Response, held: ExitStack) -> tuple[bytes, Mapping[str, ReceivedAttachment]]:
    kind, parameters = parse_options_header(response.headers.get("Content-Type"))
    read = _reader(response)
    if kind != MIXED:
        return _whole(Part({}, iter(lambda: read(0), b""))), NOTHING
    given = parts(read, parameters.get("boundary", ""))
    first = next(given, None)
    if first is None:
        raise BadRequest("a multipart answer without parts")
    return _whole(first), gather(given, MOST_ATTACHED, held)


def _whole(part: Part) -> bytes:
    found = part.read(MOST_TEXT)
    if found is None:
        raise TooLarge(f"over {MOST_TEXT // 2**20} MiB of statements")
    return found


def _reader(response: httpx.Response) -> Callable[[int], bytes]:
    """Return a function that reads the next bytes as they come; it gives up if the store is too slow."""
    chunks, until = response.iter_bytes(), time.monotonic() + LONGEST_ANSWER_SECONDS

    def read(_most: int) -> bytes:
        if time.monotonic() > until:
            raise httpx.ReadTimeout("")
        return next(chunks, b"")

    return read


def _origin(url: str) -> tuple[str, str | None, int | None]:
    found = urlsplit(url)
    return found.scheme, found.hostname, found.port or PORTS.get(found.scheme)


@contextmanager
def opened(address: Address, key: str, secret: str, version: str) -> Iterator[Source]:
    """Open a connection to a store.

    Raises:
        NotReached: the name cannot be resolved, or its address is not allowed.
    """
    basic = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
    headers = {"Authorization": basic, "X-Experience-API-Version": version, "Accept-Encoding": "identity"}
    with connected(address, SECONDS) as connection:
        yield Source(connection, headers)
