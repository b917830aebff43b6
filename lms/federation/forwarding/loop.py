"""Detect a forward whose address leads back to this site: refuse its statements, so that the forward stops and reports it."""

from flask import Flask, Response, request

from lms.config import Settings
from lms.federation.forwarding.remote import LOOP_HEADER
from lms.federation.forwarding.sending import mark_of

LOOP_DETECTED = 508


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse requests that this installation has sent itself, by any route."""
    own = mark_of(settings)

    def refuse_own() -> Response | None:
        if request.headers.get(LOOP_HEADER) != own:
            return None
        return Response("These statements come from this site itself.", status=LOOP_DETECTED, mimetype="text/plain")

    app.before_request(refuse_own)
