"""Talk to another record store through `tincan.RemoteLRS`, with our own transport.

tincan describes the store (endpoint, credential, requests and responses). We replace the parts that it cannot do: it parses
statements and rewrites them (durations rounded, numbers rewritten, properties of 2.0 refused), its requests have no
time-out, its bodies are text and so cannot carry attachments, and it fails with a store that speaks 2.0.0. We send the text
exactly as it is stored, in the version that the statement itself names.
"""

import base64
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
from tincan import RemoteLRS
from tincan.http_request import HTTPRequest
from tincan.lrs_response import LRSResponse

from lms.egress.address import Address, NotReached
from lms.egress.connection import connected, in_one_line

SECONDS = 30
LONGEST_ANSWER_SECONDS = 60
MOST_ANSWERED = 64 * 1024  # the most bytes of a response that are read
LOOP_HEADER = "X-Forwarded-By-Store"
VERSION_HEADER = "X-Experience-API-Version"


@dataclass(frozen=True, slots=True)
class Answer:
    """The response: its status, the beginning of the body, and the time to wait (Retry-After)."""

    status: int
    text: str
    again: timedelta | None = None

    @property
    def said(self) -> str:
        """Return the message on one line, as the other store wrote it."""
        return in_one_line(self.status, self.text)


class RemoteStore(RemoteLRS):  # type: ignore[misc] # tincan has no types
    """Another record store, over one connection."""

    _props = (*RemoteLRS._props, "connection", "mark")

    def statements(self, version: str, content_type: str, length: int, body: Iterable[bytes]) -> Answer:
        """POST statements from their stored texts; attachment data is streamed.

        Raises:
            NotReached: no response came.
        """
        headers = {VERSION_HEADER: version, "Content-Type": content_type, "Content-Length": str(length)}
        return self._ask("POST", "statements", headers, body)

    def versions(self) -> list[str]:
        """Return the versions that the store supports.

        Raises:
            NotReached: no response came, or the server is not a record store.
        """
        answer = self._send_request(HTTPRequest(method="GET", resource="about"))
        try:
            named = json.loads(answer.data)["version"]
        except (ValueError, TypeError, KeyError) as error:
            raise NotReached("the server there is not a record store: its `about` names no versions") from error
        return [str(one) for one in named] if isinstance(named, list) else [str(named)]

    def _send_request(self, request: HTTPRequest) -> LRSResponse:
        """Send a request that tincan has built; tincan's own transport would wait without limit."""
        headers = {VERSION_HEADER: self.version, **request.headers}
        body = [request.content.encode()] if request.content else []
        answer = self._ask(request.method, request.resource, headers, body)
        return LRSResponse(success=answer.status < 300, request=request, response=None, data=answer.text)  # noqa: PLR2004 - HTTP's 2xx

    def _ask(self, method: str, resource: str, headers: Mapping[str, str], body: Iterable[bytes]) -> Answer:
        own = {"Authorization": self.auth, LOOP_HEADER: self.mark}
        with self.connection.asked(method, self.endpoint + resource, {**own, **headers}, body or None) as response:
            return Answer(response.status_code, _beginning(response), _again(response.headers.get("Retry-After", "")))


def _beginning(response: httpx.Response) -> str:
    """Read only the useful beginning of a response, within a time limit."""
    until, read = time.monotonic() + LONGEST_ANSWER_SECONDS, bytearray()
    for chunk in response.iter_bytes():
        read += chunk
        if len(read) > MOST_ANSWERED or time.monotonic() > until:
            break
    return read[:MOST_ANSWERED].decode("utf-8", "replace")


def _again(asked: str) -> timedelta | None:
    return timedelta(seconds=int(asked[:6])) if asked.isascii() and asked.isdigit() else None


@contextmanager
def opened(address: Address, key: str, secret: str, mark: str) -> Iterator[RemoteStore]:
    """Open a connection to a store. `mark` identifies this installation, so that it recognises its own statements if they come back.

    Raises:
        NotReached: the name cannot be resolved, or its address is not allowed.
    """
    basic = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
    with connected(address, SECONDS) as connection:
        yield RemoteStore(endpoint=address.url, auth=basic, version="1.0.3", connection=connection, mark=mark)
