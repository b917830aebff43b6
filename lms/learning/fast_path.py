"""How is an ordinary beat answered? Before Flask looks at the request, which takes several times as long as the beat itself.

Ordinary is a beat that extends its stretch, as nearly every one does. Whatever else comes to this address, or cannot be read, goes
Flask's way as if nobody had looked at it: there it is measured or refused. Until the stretch is extended, nothing has happened.
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
from lms.web import hosts
from lms.web.fast_path import FastPath, Reply
from xapi.fast_path import read_ahead

PATH = "/learn/beat"
ENDPOINT = "learning.take_beat"
MOST_BYTES = 256  # of a body; the page sends some fifty
FAILED = "lms.beat_failed"


class OrdinaryBeats:
    """Answers ordinary beats."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._settings = settings
        self._rhythm = presence.rhythm_of(settings)
        self._database: Database = app.extensions["db"]
        self._tickets: Tickets = app.extensions["launch_tickets"]
        self._clock: Clock = app.extensions["clock"]

    def __call__(self, environ: WSGIEnvironment) -> Reply | None:
        """Answer an ordinary beat; None for every other POST, and the request is as it was."""
        beaten = self._extend(environ)
        if beaten is None:
            return None
        body = beat_reply(beaten, self._settings)
        return "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body

    def _extend(self, environ: WSGIEnvironment) -> BeatAccepted | None:
        """Extend the stretch of an ordinary beat; None where it is none."""
        ticket = self._ticket(environ)
        body = _body(environ) if ticket is not None else None  # of what strangers send nothing is read, or waited for
        if ticket is None or body is None or body.last:
            return None
        try:
            with self._database.single() as connection:
                return presence.extend(connection, ticket, body, self._clock(), self._rhythm)
        except SQLAlchemyError as error:
            environ[FAILED] = error  # to be answered like every other, but not to be waited for twice
            return None

    def _ticket(self, environ: WSGIEnvironment) -> Ticket | None:
        if hosts.is_content_host(environ.get("HTTP_HOST", ""), self._settings):
            return None
        return self._tickets.read(bearer(environ.get("HTTP_AUTHORIZATION", "")))


def _body(environ: WSGIEnvironment) -> BeatBody | None:
    """Return what a beat says, if it can be read."""
    text = read_ahead(environ, MOST_BYTES)
    try:
        return None if text is None else msgspec.json.decode(text, type=BeatBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def raise_failed(environ: WSGIEnvironment) -> None:
    """Raise what the database answered to a beat that was not refused and not taken."""
    failed: Any = environ.get(FAILED)
    if failed is not None:
        raise failed


def early(app: Flask, settings: Settings) -> dict[str, FastPath]:
    """Return who answers beats early."""
    return {PATH: FastPath(ENDPOINT, OrdinaryBeats(app, settings))}
