"""Answer the most frequent requests before Flask sees them, because Flask's own overhead would dominate.

Each handler decides which requests are simple enough for it; all others take the normal way through Flask unchanged.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

from lms.config import Settings
from lms.web import hosts, logs

WsgiReply = tuple[str, Sequence[tuple[str, str]], bytes]  # the status line, headers, the body


class FastPath(NamedTuple):
    """A handler of POSTs to an address, with the endpoint's name for the log; `answer` returns None for requests that Flask must handle."""

    endpoint: str
    answer: Callable[[WSGIEnvironment], WsgiReply | None]


class FastPathMiddleware:
    """A WSGI application around the site: `handlers` has the handlers by path."""

    def __init__(self, app: Flask, settings: Settings, handlers: Mapping[str, FastPath]) -> None:
        self._otherwise: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]] = app.wsgi_app
        self._headers = hosts.headers_of(settings)
        self._settings = settings
        self._handlers = handlers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer early, with the common headers and a line in the log, or pass the request to the site."""
        path = environ["PATH_INFO"]
        handlers = self._handlers.get(path)
        if handlers is None or environ["REQUEST_METHOD"] != "POST" or self._at_wrong_host(path, environ):
            return self._otherwise(environ, start_response)
        started, own = time.perf_counter(), logs.begin(environ.get("HTTP_X_REQUEST_ID", ""))
        reply = handlers.answer(environ)
        if reply is None:
            return self._otherwise(environ, start_response)
        status, headers, body = reply
        start_response(status, list({**self._headers, **dict(headers), "X-Request-Id": own}.items()))
        logs.log_request("POST", handlers.endpoint, int(status[:3]), started)
        return [body]

    def _at_wrong_host(self, path: str, environ: WSGIEnvironment) -> bool:
        return hosts.is_for_the_site_only(path) and hosts.is_content_host(environ.get("HTTP_HOST", ""), self._settings)


def init_app(app: Flask, settings: Settings, handlers: Mapping[str, FastPath]) -> None:
    """Put the handlers, by path, before the site."""
    app.wsgi_app = FastPathMiddleware(app, settings, handlers)  # type: ignore[method-assign]  # as Flask documents
