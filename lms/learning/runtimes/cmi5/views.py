"""Routes of cmi5: starting a unit, the fetch URL, what the player page asks of a running unit, and where a unit returns to."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Protocol

import msgspec
from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.access import person, public, requires
from lms.accounts.signin import csrf
from lms.clock import now
from lms.db import session, transaction
from lms.errors import NotFound, NotSignedIn
from lms.i18n import pick
from lms.learning.credential import running, ticket_of
from lms.learning.models import Cmi5Session, Launch
from lms.learning.opened import ring
from lms.learning.runtimes.cmi5 import access, unit_page
from lms.site_settings import site_settings
from lms.web.json_bodies import body_of, json_reply

bp = Blueprint("cmi5", __name__, url_prefix="/cmi5")

USED, UNKNOWN = "1", "3"  # error codes of 8.2.3
FETCH_HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, X-Experience-API-Version",
    "Access-Control-Max-Age": "86400",
}
RETURNED = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title}</title><style>body{{font:1rem/1.6 system-ui,sans-serif;margin:2rem;color-scheme:light dark}}</style>"
    "<p>{title}</p></html>"
)


class StartBody(msgspec.Struct):
    """A request to start the unit of a launch, named by its token."""

    token: Annotated[str, Meta(max_length=300)]


@bp.post("/start")
@requires()
def start() -> ResponseReturnValue:
    """Begin a session of the unit that the page's launch plays, and return the address that opens it."""
    found = running(current_app.extensions["launch_tickets"].read(body_of(StartBody).token))
    if found is None or found.person_id != person().id:
        raise NotSignedIn(_("This session has ended. The time measured is kept."), code="ended")
    with transaction() as writing:
        launch = writing.scalars(select(Launch).where(Launch.id == found.id).with_for_update()).one()
        reply = unit_page.begin(writing, launch, now())
        if reply is None:
            raise NotFound(_("This activity is not a unit of a cmi5 package."))
    ring(1)
    return json_reply(reply, {"Cache-Control": "no-store"})


@bp.route("/fetch/<token>", methods=["POST", "OPTIONS"], provide_automatic_options=False)
@csrf.exempt
@public
def fetch(token: str) -> ResponseReturnValue:
    """Hand out a session's token, once; afterwards answer 200 with an error code (8.2.2, 8.2.3)."""
    return fetch_reply(token, access.fetched, access.FETCH)


def fetch_reply(token: str, handed_out: Callable[[Session, str, datetime], str | None], kind: str) -> Response:
    """Answer a fetch URL: what `handed_out` returns, or 200 with an error code (8.2.3)."""
    if request.method == "OPTIONS":
        return Response(status=204, headers={**FETCH_HEADERS, **PREFLIGHT})
    with transaction() as writing:
        given = handed_out(writing, token, now())
    known = access.tokens().read(kind, token) is not None
    failed = {"error-code": USED if known else UNKNOWN, "error-text": "The token was handed out already, or this session has ended."}
    return json_reply({"auth-token": given} if given else failed, FETCH_HEADERS)


@bp.post("/look")
@csrf.exempt
@public
def look() -> ResponseReturnValue:
    """Say how the unit of a launch fares: loading, open or closed, and which verbs of cmi5 it stated."""
    found = running(ticket_of(request))
    if found is None:
        raise NotSignedIn("This launch has ended.", code="ended")
    latest = select(Cmi5Session).where(Cmi5Session.launch_id == found.id).order_by(Cmi5Session.launched_at.desc()).limit(1)
    unit = session().scalar(latest)
    return json_reply({"state": state_of(unit), "said": unit.said.split() if unit else []})


class SessionOfUnit(Protocol):
    """A session of a unit: what it stated, by the last words of the verbs, and when it ended."""

    @property
    def said(self) -> str:
        """The last words of its verbs."""

    @property
    def ended_at(self) -> datetime | None:
        """The time of its end, if it has ended."""


def state_of(unit: SessionOfUnit | None) -> str:
    """Say whether a unit is loading, open or closed."""
    if unit is None or unit.ended_at is not None:
        return "closed"
    return "open" if "initialized" in unit.said.split() else "loading"


@bp.get("/returned")
@public
def returned() -> ResponseReturnValue:
    """Show that a unit was closed: it sends its own window or frame here (10.2.6)."""
    page = RETURNED.format(language=pick("zh-CN", "en"), title=_("The unit is closed. Continue on the page from which you opened it."))
    settings = site_settings()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self' {settings.content_url} {settings.public_url}"
    return Response(page, mimetype="text/html", headers={"Content-Security-Policy": policy})
