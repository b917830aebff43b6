"""Parse a request after its client and its version are known. Resources see only this form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Request
from werkzeug.datastructures import Headers, LanguageAccept
from werkzeug.exceptions import BadRequest as Unreadable
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_accept_header

from xapi.errors import BadRequest, Encoded, TooLarge, Unmeasured
from xapi.rules.auth import Credential
from xapi.views.mount import Mount

VERSION = re.compile(r"(1\.0|2\.0)(\.[0-9]{1,3})?")
ANSWERED = {"1.0": "1.0.3", "2.0": "2.0.0"}
LONGEST_LANGUAGES = 1000  # characters
CUT_OFF = "the body ended before its announced length"


class Incoming:
    """A request's body: read at once, or in chunks if it may be too large for memory."""

    def __init__(self, request: Request, most_bytes: int) -> None:
        self._request = request
        self._most_bytes = most_bytes
        self._whole: bytes | None = None

    def whole(self) -> bytes:
        """Return the whole body; it is read once."""
        if self._whole is None:
            self._whole = body_of(self._request, self._most_bytes)
        return self._whole

    def measured(self) -> bytes:
        """Return the whole body if its length was announced.

        Raises:
            Unmeasured: there was no length.
        """
        demand_length(self._request)
        return self.whole()

    def reader(self, most_bytes: int) -> Callable[[int], bytes]:
        """Return a function that reads the next bytes of a body of at most `most_bytes`."""
        _refuse_encoded(self._request)
        self._request.max_content_length = most_bytes

        def read(size: int) -> bytes:
            try:
                return self._request.stream.read(size)
            except RequestEntityTooLarge as error:
                raise _too_large(most_bytes) from error
            except Unreadable as error:
                raise BadRequest(CUT_OFF) from error

        return read


@dataclass(frozen=True, slots=True)
class Call:
    """One request to one resource; `version` is the version of the response (1.0.3 or 2.0.0)."""

    mount: Mount
    credential: Credential
    version: str
    method: str
    path: str
    parameters: Mapping[str, str]
    headers: Headers
    incoming: Incoming

    @property
    def body(self) -> bytes:
        """Return the whole body."""
        return self.incoming.whole()

    @property
    def media_type(self) -> str:
        """Return the body's type without its parameters."""
        return media_type_of(self.headers.get("Content-Type", ""))

    @property
    def languages(self) -> Mapping[str, float]:
        """Return the ranges of Accept-Language in lowercase, the preferred one first, with their qualities.

        A header longer than a browser would send is ignored, because each range is looked for in every text of every statement.
        """
        given = self.headers.get("Accept-Language", "")
        if len(given) > LONGEST_LANGUAGES:
            return {}
        return {name.lower(): quality for name, quality in parse_accept_header(given, LanguageAccept)}


def media_type_of(content_type: str) -> str:
    """Return a Content-Type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def negotiate(given: str | None) -> str:
    """Return the version for a request (XAPI-00331: a request without a supported version is refused)."""
    version = spoken(given, "")
    if not version:
        said = f"not {given!r}" if given else "and there is none"
        raise BadRequest(f"the header X-Experience-API-Version must be 1.0.x or 2.0.x, {said}")
    return version


def spoken(given: str | None, default: str) -> str:
    """Return the version header of a response, refusals included: the requested version if supported (XAPI-00333)."""
    match = VERSION.fullmatch(given or "")
    return ANSWERED[match[1]] if match else default


def parameters_of(request: Request) -> dict[str, str]:
    """Return the query parameters; each may occur once."""
    found: dict[str, str] = {}
    for name, value in request.args.items(multi=True):
        if name in found:
            raise BadRequest("is given more than once", name)
        if "\0" in value:
            raise BadRequest("has a character that no parameter may have", name)
        found[name] = value
    return found


def body_of(request: Request, most_bytes: int) -> bytes:
    """Read the body, but no more than the store accepts.

    Raises:
        TooLarge: it is longer.
        BadRequest: it ends before its announced length.
        Encoded: it is compressed.
    """
    if _bodiless(request):
        return b""
    _refuse_encoded(request)
    request.max_content_length = most_bytes
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise _too_large(most_bytes) from error
    except Unreadable as error:
        raise BadRequest(CUT_OFF) from error
    if request.content_length is not None and len(body) < request.content_length:
        raise BadRequest(CUT_OFF)
    return body


def demand_length(request: Request) -> None:
    """Refuse a body of unknown length, because the server may not notice that it was cut off.

    When a chunked body breaks off, granian passes on the bytes before the break as if they were the whole body. Statements, as JSON or
    multipart, show where they end; other bodies do not.

    Raises:
        Unmeasured: there is no Content-Length. In HTTP/1, no Content-Length may also mean no body, which is accepted.
    """
    if request.content_length is None and not _bodiless(request):
        raise Unmeasured("this needs a Content-Length: without it nobody can tell whether all of it came")


def _bodiless(request: Request) -> bool:
    """Say whether the request announces no body; only HTTP/1 can tell."""
    told = request.environ
    announced = told.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in told
    return not announced and told.get("SERVER_PROTOCOL", "").startswith("HTTP/1")


def _refuse_encoded(request: Request) -> None:
    """Refuse a compressed body (RFC 9110 8.4.1): a stored document would be returned in another form than the client meant."""
    if request.headers.get("Content-Encoding", "").strip().lower() not in {"", "identity"}:
        raise Encoded("is not accepted compressed here: send it without Content-Encoding", "Content-Encoding")


def _too_large(most_bytes: int) -> TooLarge:
    return TooLarge(f"at most {most_bytes} bytes in one request")
