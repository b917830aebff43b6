"""Answer plain POSTs of statements before Flask, whose overhead would double their cost.

A plain request is the everyday case: a POST of JSON with a known, small length that succeeds. Every other request to this address,
and every refused one, takes the normal way through Flask unchanged. Nothing is stored before this module has decided.
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
from xapi.views.mixed import ReceivedRequest
from xapi.views.mount import Mount
from xapi.views.statements import LITTLE, listed, store_received
from xapi.views.whose import identify_writer

Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
RESOURCE = "statements"
MOST_BYTES = 256 * 1024  # a hundred statements and more; a refused body is read twice
FAILED = "xapi.failed"


class Reply(NamedTuple):
    """A WSGI response: the status line, headers, the body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class FastStatements:
    """Answers plain POSTs to one address, `path`; the host's Flask hooks do not run for them."""

    def __init__(self, app: Flask, mount: Mount, path: str) -> None:
        self.path = path
        self._app = app
        self._mount = mount

    def __call__(self, environ: WSGIEnvironment) -> Reply | None:
        """Store plain statements and answer; return None, with the request unchanged, if it is not a plain one."""
        if not _plain(environ):
            return None
        try:
            with self._app.app_context():
                return self._take(environ)
        except XapiError:
            return None  # Flask's way gives the same refusal
        except Exception as error:
            environ[FAILED] = error  # report this error through Flask's way, but do not wait for the database twice
            return None

    def _take(self, environ: WSGIEnvironment) -> Reply | None:
        mount = self._mount
        credential, api_key = identify_writer(mount, environ.get("HTTP_AUTHORIZATION", ""))
        version = negotiate(environ.get("HTTP_X_EXPERIENCE_API_VERSION"))
        credential.enter(RESOURCE, "POST")
        body = read_ahead(environ, MOST_BYTES)  # only now: no byte of an unauthenticated request is read or waited for
        if body is None:
            return None
        received = ReceivedRequest(*read(body))
        ids = store_received(mount, credential, version, received, little=len(body) <= LITTLE, api_key=api_key)
        mount.tally.note(credential, None, mount.clock())
        text = listed(ids).encode()
        own = {"Content-Type": JSON, "Content-Length": str(len(text)), **CORS, **carried(version, mount.through())}
        return Reply("200 OK", list(own.items()), text)


def _plain(environ: WSGIEnvironment) -> bool:
    json = media_type_of(environ.get("CONTENT_TYPE", "")) == JSON
    return json and environ["REQUEST_METHOD"] == "POST" and not environ.get("QUERY_STRING")


def read_ahead(environ: WSGIEnvironment, most_bytes: int) -> bytes | None:
    """Read a body and keep it readable for Flask; None if its length is unknown or too large, or if it is cut off."""
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
    """Raise the error, other than a refusal, that prevented plain statements from being stored."""
    failed: Exception | None = environ.get(FAILED)
    if failed is not None:
        raise failed


def before(site: Application, early: FastStatements) -> Application:
    """Return a WSGI application that answers plain statements before the rest of the site."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        reply = early(environ) if environ["PATH_INFO"] == early.path else None
        if reply is None:
            return site(environ, start_response)
        start_response(reply.status, reply.headers)
        return [reply.body]

    return answer
