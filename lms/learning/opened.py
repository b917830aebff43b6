"""The answer to opening a page that measures presence, and the refusals, for both kinds of page."""

from typing import Any, TypeVar

from flask import Request, Response, current_app
from flask_babel import gettext as _

import xapi
from lms.accounts.cookies import name_of
from lms.clock import now
from lms.config import Settings
from lms.errors import NotAllowed, NotFound
from lms.learning import presence
from lms.learning.admission import LaunchRefusal
from lms.learning.device import COOKIE, COOKIE_SECONDS, device_of, identity_of
from lms.learning.models import Launch
from lms.learning.tickets import Ticket, Tickets
from lms.site_settings import site_settings

Found = TypeVar("Found")


def unless_refused(found: Found | LaunchRefusal) -> Found:
    """Return the result, or raise the error for its refusal.

    Raises:
        NotAllowed: the person may not study, or the class is closed.
        NotFound: there is nothing, or it is somebody else's.
    """
    if found is LaunchRefusal.NOT_STUDYING:
        raise NotAllowed(_("Your place in this class does not allow studying at the moment. Your class staff can tell you why."))
    if found is LaunchRefusal.CLOSED:
        raise NotAllowed(_("This class is closed, so its activities do not open any more. The hours that you have earned are kept."))
    if isinstance(found, LaunchRefusal):
        raise NotFound(_("There is nothing at this address, or it is not yours to see. Check the address or go back to the first page."))
    return found


def opened_reply(found: Launch) -> dict[str, Any]:
    """Return what a page needs of its launch: the token, the next nonce, and the time measured so far."""
    tickets: Tickets = current_app.extensions["launch_tickets"]
    settings = site_settings()
    return {
        "token": tickets.issue(Ticket(found.id, found.lease)),
        "nonce": found.nonce,
        "counted_seconds": found.earlier_seconds + presence.presence_of(found).seconds,
        "cap_seconds": found.cap_seconds,
        "beat_seconds": settings.beat_seconds,
    }


def now_ms() -> int:
    """Return the server's time for a page whose device has another: milliseconds since 1970."""
    return int(now().timestamp() * 1000)


def ring(count: int) -> None:
    """Tell the worker that statements were stored."""
    xapi.statements_stored.send(current_app._get_current_object(), count=count)  # type: ignore[attr-defined]


def with_device(response: Response, request: Request, settings: Settings) -> Response:
    """Give the browser an id if it has none yet, by which its launches are resumed and two people with one phone are noticed."""
    name = name_of(COOKIE, settings)
    known = request.cookies.get(name)
    own = identity_of(device_of(request.user_agent.string, known))
    if own != known:
        response.set_cookie(name, own, max_age=COOKIE_SECONDS, httponly=True, secure=settings.secure, samesite="Lax", path="/")
    return response
