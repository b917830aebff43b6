"""Answer ordinary beats before Flask, whose overhead is several times the cost of a beat.

An ordinary beat extends its stretch, as nearly every beat does. Every other request to this address, and every unreadable one, takes
the normal way through Flask unchanged, where it is measured or refused. Nothing is stored before the stretch is extended.
"""

from typing import Any
from wsgiref.types import WSGIEnvironment

import msgspec
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from lms.clock import Clock
from lms.config import Settings
from lms.db import Database
from lms.learning import presence
from lms.learning.attended import BeatBody
from lms.learning.presence import BeatAccepted
from lms.learning.tickets import Ticket, Tickets, bearer
from lms.learning.wire import beat_reply
from lms.web.fast_path import FastPath, WsgiReply
from xapi.fast_path import read_ahead

PATH = "/learn/beat"
ENDPOINT = "learning.take_beat"
MOST_BYTES = 256  # of a body; the page sends about fifty
FAILED = "lms.beat_failed"


class OrdinaryBeats:
    """Answers ordinary beats."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._settings = settings
        self._rhythm = presence.rhythm_of(settings)
        self._database: Database = app.extensions["db"]
        self._tickets: Tickets = app.extensions["launch_tickets"]
        self._clock: Clock = app.extensions["clock"]

    def __call__(self, environ: WSGIEnvironment) -> WsgiReply | None:
        """Answer an ordinary beat; return None, with the request unchanged, for every other POST."""
        accepted = self._extend(environ)
        if accepted is None:
            return None
        body = beat_reply(accepted, self._settings)
        return "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body

    def _extend(self, environ: WSGIEnvironment) -> BeatAccepted | None:
        """Extend the stretch of an ordinary beat; return None if it is not ordinary."""
        ticket = self._ticket(environ)
        body = _body(environ) if ticket is not None else None  # no byte of an unauthenticated request is read or waited for
        if ticket is None or body is None or body.last:
            return None
        try:
            with self._database.single() as connection:
                return presence.extend(connection, ticket, body, self._clock(), self._rhythm)
        except SQLAlchemyError as error:
            environ[FAILED] = error  # answer it like every other error, but do not wait for the database twice
            return None

    def _ticket(self, environ: WSGIEnvironment) -> Ticket | None:
        return self._tickets.read(bearer(environ.get("HTTP_AUTHORIZATION", "")))


def _body(environ: WSGIEnvironment) -> BeatBody | None:
    """Return the content of a beat, if it can be read."""
    text = read_ahead(environ, MOST_BYTES)
    try:
        return None if text is None else msgspec.json.decode(text, type=BeatBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def raise_failed(environ: WSGIEnvironment) -> None:
    """Raise the database error of a beat that was neither refused nor accepted."""
    failed: Any = environ.get(FAILED)
    if failed is not None:
        raise failed


def fast_paths(app: Flask, settings: Settings) -> dict[str, FastPath]:
    """Return the handler that answers beats early."""
    return {PATH: FastPath(ENDPOINT, OrdinaryBeats(app, settings))}
