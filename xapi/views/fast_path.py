"""How are plain statements taken? Before Flask looks at the request, which costs as much again as reading and checking them.

Plain is what clients send all day: a POST of JSON, of known length and not much of it, that is taken. Whatever else comes to this
address, and whatever is refused, goes Flask's way as if nobody had looked at it. Until statements are stored, nothing has happened.
"""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

from xapi.errors import XapiError
from xapi.rules.statement_json import read
from xapi.storage.packing import JSON
from xapi.views.answers import CORS, carried
from xapi.views.call import media_type_of, negotiate
from xapi.views.mixed import RequestStatements
from xapi.views.mount import Mount
from xapi.views.statements import LITTLE, listed, store_taken
from xapi.views.whose import identify

Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
RESOURCE = "statements"
MOST_BYTES = 256 * 1024  # a hundred and more statements; what is refused is read twice
FAILED = "xapi.failed"


class Reply(NamedTuple):
    """What a WSGI server is told: the status line, headers, the body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class FastStatements:
    """Answers plain POSTs to one address, `path`; nobody else's hooks see them."""

    def __init__(self, app: Flask, mount: Mount, path: str) -> None:
        self.path = path
        self._app = app
        self._mount = mount

    def __call__(self, environ: WSGIEnvironment) -> Reply | None:
        """Store plain statements and answer; None where the request is not one, and it is as it was."""
        if not _plain(environ):
            return None
        try:
            with self._app.app_context():
                return self._take(environ)
        except XapiError:
            return None  # to be said by Flask's way, which comes to the same
        except Exception as error:
            environ[FAILED] = error  # to be answered as every other, but not to be waited for twice
            return None

    def _take(self, environ: WSGIEnvironment) -> Reply | None:
        mount = self._mount
        credential = identify(mount, environ.get("HTTP_AUTHORIZATION", ""))
        version = negotiate(environ.get("HTTP_X_EXPERIENCE_API_VERSION"))
        credential.enter(RESOURCE, "POST")
        body = read_ahead(environ, MOST_BYTES)  # only now: of what strangers send nothing is read, or waited for
        if body is None:
            return None
        ids = store_taken(mount, credential, version, RequestStatements(*read(body)), little=len(body) <= LITTLE)
        mount.tally.note(credential, None, mount.clock())
        text = listed(ids).encode()
        own = {"Content-Type": JSON, "Content-Length": str(len(text)), **CORS, **carried(version, mount.through())}
        return Reply("200 OK", list(own.items()), text)


def _plain(environ: WSGIEnvironment) -> bool:
    json = media_type_of(environ.get("CONTENT_TYPE", "")) == JSON
    return json and environ["REQUEST_METHOD"] == "POST" and not environ.get("QUERY_STRING")


def read_ahead(environ: WSGIEnvironment, most_bytes: int) -> bytes | None:
    """Read a body and leave it to be read again; None where its length is unknown or more, or where it breaks off."""
    length = environ.get("CONTENT_LENGTH", "")
    known = length.isascii() and length.isdecimal() and environ.keys().isdisjoint(("HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_ENCODING"))
    if not known or int(length) > most_bytes:
        return None
    try:
        body: bytes = environ["wsgi.input"].read(int(length))
    except OSError:
        return None
    environ["wsgi.input"] = BytesIO(body)
    return body if len(body) == int(length) else None


def raise_failed(environ: WSGIEnvironment) -> None:
    """Raise what kept plain statements from being stored, other than a refusal."""
    failed: Exception | None = environ.get(FAILED)
    if failed is not None:
        raise failed


def before(site: Application, early: FastStatements) -> Application:
    """Return a site that answers plain statements before anything else of it sees them."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        reply = early(environ) if environ["PATH_INFO"] == early.path else None
        if reply is None:
            return site(environ, start_response)
        start_response(reply.status, reply.headers)
        return [reply.body]

    return answer
