"""Slow down guessing of passwords without locking anybody out.

Only wrong tries are counted, so that a whole school behind one address can sign in. They are counted for

- a name at one address, with a growing wait: a stranger's wrong tries elsewhere keep nobody out;
- a name at all addresses, which slows down guesses from many machines at once;
- an address with all names, which slows down one password tried with every name.

A browser in which a person has signed in before keeps a signed cookie that says so. Tries for that name in this browser have their own
counter and no other, so an attacker elsewhere cannot keep the owner out of their own browser.
"""

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_babel import ngettext
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_login import user_logged_in
from itsdangerous import BadData, URLSafeSerializer

from lms.accounts.cookies import name_of
from lms.accounts.models import Person
from lms.accounts.names import as_username
from lms.config import Settings
from lms.errors import TooManyTries
from lms.sealing import derived
from lms.site_settings import site_settings

AT_ONE_PLACE = "5 per minute; 10 per 15 minutes; 20 per 2 hours; 50 per day"  # each limit makes the next wait longer
AT_ALL_PLACES = "30 per 15 minutes; 100 per 2 hours; 300 per day"
WITH_ALL_NAMES = "100 per 5 minutes; 1000 per day"
ALL_TRIES = "600 per 5 minutes"  # right ones too: checking a password is the most expensive request that a stranger can send
LONGEST_NAME = 255  # characters of the typed name that are examined
REMEMBERED_NAMES = 20
COOKIE, COOKIE_SECONDS = "known", 400 * 86400  # the longest lifetime that browsers allow
PURPOSE = "browsers that somebody has signed in with"
NETWORK_6 = 64  # bits: the owner of one IPv6 address controls its whole network

limiter = Limiter(get_remote_address, headers_enabled=True)


def limit(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return the sign-in view with its limits."""
    limits = (
        limiter.limit(AT_ONE_PLACE, key_func=_name_here, methods=["POST"], deduct_when=_failed),
        limiter.limit(AT_ALL_PLACES, key_func=_name, methods=["POST"], deduct_when=_failed, exempt_when=_is_known),
        limiter.limit(WITH_ALL_NAMES, key_func=network, methods=["POST"], deduct_when=_failed, exempt_when=_is_known),
        limiter.limit(ALL_TRIES, key_func=network, methods=["POST"]),
    )
    for one in limits:
        view = one(view)

    @wraps(view)
    def limited(**where: Any) -> Any:
        try:
            return view(**where)
        except RateLimitExceeded:
            raise _wait() from None

    return limited


def _wait() -> TooManyTries:
    """Return the refusal, which says how long to wait."""
    reached = limiter.current_limit
    seconds = max(1, reached.reset_at - int(time.time())) if reached else 60
    return TooManyTries(
        ngettext(
            "Too many wrong tries. Wait for %(num)s minute, then try again."
            " In a browser that you have used here before, you need not wait.",
            "Too many wrong tries. Wait for %(num)s minutes, then try again."
            " In a browser that you have used here before, you need not wait.",
            -(-seconds // 60),
        )
    )


def init_app(app: Flask, settings: Settings) -> None:
    """Remember in a browser who has signed in with it."""
    app.extensions["known_browsers_key"] = derived(settings.secret_key, PURPOSE)
    user_logged_in.connect(_note_known, app)
    app.after_request(_remember)


def _failed(response: Response) -> bool:
    """Say whether a try was wrong: a successful sign-in redirects, and a refused try was not checked."""
    return response.status_code not in {302, 429}


def _typed() -> str:
    return as_username(request.form.get("identity", "")[:LONGEST_NAME])


def _name() -> str:
    return f"name:{_digest(_typed())}"


def _name_here() -> str:
    where = f"browser:{_known()[0]}" if _is_known() else network()
    return f"{where}:{_digest(_typed())}"


def network() -> str:
    """Return the visitor's address; for an IPv6 address, its network."""
    try:
        address = ipaddress.ip_address(get_remote_address())
    except ValueError:
        return "address:unknown"
    if address.version == 4:  # noqa: PLR2004
        return f"address:{address}"
    return f"address:{ipaddress.ip_network((address, NETWORK_6), strict=False)}"


def _is_known() -> bool:
    return _digest(_typed()) in _known()[1]


def _known() -> tuple[str, list[str]]:
    """Return this browser's id and the names that have signed in with it; a cookie that is not ours is ignored."""
    if "known_browser" not in g:
        g.known_browser = _read(request.cookies.get(name_of(COOKIE, site_settings()), ""))
    found: tuple[str, list[str]] = g.known_browser
    return found


def _read(text: str) -> tuple[str, list[str]]:
    try:
        said = _signer().loads(text)
        return str(said["b"]), [str(one) for one in said["n"]]
    except (BadData, KeyError, TypeError):
        return "", []


def _note_known(_app: Flask, user: Person) -> None:
    """Add to the response that this person has signed in with this browser, under each name that they may type."""
    browser, names = _known()
    own = [_digest(as_username(one)) for one in (user.username, user.email) if one]
    g.known_browser = browser or secrets.token_hex(8), [*own, *(one for one in names if one not in own)][:REMEMBERED_NAMES]
    g.known_browser_is_new = True


def _remember(response: Response) -> Response:
    if g.get("known_browser_is_new"):
        browser, names = _known()
        settings = site_settings()
        how: dict[str, Any] = {"max_age": COOKIE_SECONDS, "httponly": True, "secure": settings.secure, "samesite": "Lax", "path": "/"}
        response.set_cookie(name_of(COOKIE, settings), str(_signer().dumps({"b": browser, "n": names})), **how)
    return response


def _digest(name: str) -> str:
    return hmac.digest(_key(), name.encode("utf-8", "surrogatepass"), hashlib.sha256)[:12].hex()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(_key(), salt="known")


def _key() -> bytes:
    found: bytes = current_app.extensions["known_browsers_key"]
    return found
