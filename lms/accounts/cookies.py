"""How does a cookie lead to a person? Through the row of a login, in one query a request; Flask-Login does the rest.

Over https every cookie is named `__Host-…`: a browser takes it from this very host only, for https and for every path, so that
no sibling host can plant one. A page over plain http cannot have such cookies, so a demo has plain names.
"""

from datetime import datetime
from typing import Any

import structlog
from flask import Flask, Request, Response, g, request
from flask import session as cookie
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_babel import gettext as _
from flask_login import user_logged_in, user_logged_out
from flask_security import SQLAlchemySessionUserDatastore
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.exc import SQLAlchemyError

from lms.accounts import login_sessions
from lms.accounts.browsers import browser_of
from lms.accounts.models import LoginSession, Person, Role
from lms.clock import now
from lms.config import Settings
from lms.db import database, session, transaction
from lms.errors import NotSignedIn

log = structlog.get_logger(__name__)


def name_of(plain: str, settings: Settings) -> str:
    """Return how a cookie is named in this installation."""
    return f"__Host-{plain}" if settings.secure else plain


def options_of(settings: Settings) -> dict[str, Any]:
    """Return Flask's and Flask-Login's settings for the cookies of a session and of "remember me"."""
    return {
        "SESSION_COOKIE_NAME": name_of("session", settings),
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure,
        "REMEMBER_COOKIE_NAME": name_of("remember_token", settings),
        "REMEMBER_COOKIE_PATH": "/",
        "REMEMBER_COOKIE_DURATION": login_sessions.REMEMBERED,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings.secure,
    }


class _RequestSession:
    """The request's reading session under the name that Flask-Security expects of a scoped session."""

    def __getattr__(self, name: str) -> Any:
        return getattr(session(), name)


class People(SQLAlchemySessionUserDatastore):
    """Where Flask-Security finds people. What it calls `fs_uniquifier` in a cookie is the token of a login."""

    def __init__(self) -> None:
        super().__init__(_RequestSession(), Person, Role)  # type: ignore[arg-type]  # it only asks and adds

    def find_user(self, case_insensitive: bool = False, **by: Any) -> Any:
        """Return the person with this one attribute."""
        if by.keys() == {"fs_uniquifier"}:
            return _person_of(by["fs_uniquifier"])
        return super().find_user(case_insensitive, **by)


def _person_of(token: str) -> Person | None:
    """Return whose login a token is; asked twice in a request, by the session and by "remember me", it looks once."""
    if g.get("login_token") != token:
        g.login_token, g.login = token, login_sessions.find(session(), token, now())
    return g.login[0] if g.login else None


def current_login() -> LoginSession:
    """Return the row of the browser from which the signed-in person sends this request.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    found: tuple[Person, LoginSession] | None = g.get("login")
    if found is None:
        raise NotSignedIn(_("You have been signed out. Sign in again to go on; the time measured is kept."))
    return found[1]


class SessionCookies(SecureCookieSessionInterface):
    """Flask's signed cookies; what signs them is made once, and a request that has none and gets none costs nothing."""

    _signing: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs and reads the cookies of the one app that this belongs to."""
        if self._signing is None:
            self._signing = super().get_signing_serializer(app)
        return self._signing

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie, where there is one."""
        return super().open_session(app, request) if "HTTP_COOKIE" in request.environ else self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie, where there was or is something in it; "remember me" goes by what signing in has put there."""
        if "_remember" in session:
            app.login_manager._update_remember_cookie(response)  # type: ignore[attr-defined]  # as Flask-Login documents
        if session.accessed or session.modified or session:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Let signing in begin a login, signing out end it, and every few minutes' pages note that it is used."""
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_end, app)
    app.after_request(_note_seen)


def _begin(_app: Flask, user: Person) -> None:
    """Put the token of a new login into the cookie, where Flask-Login has put what it calls the user's id.

    Raises:
        NotSignedIn: the password was changed since it was checked.
    """
    browser = browser_of(request.user_agent.string)
    with transaction() as writing:
        token = login_sessions.begin(writing, user, browser, now(), remembered=cookie.get("_remember") == "set")
    if token is None:
        cookie.clear()
        raise NotSignedIn(_("The password was changed a moment ago. Sign in with the new one."))
    cookie["_user_id"] = token
    cookie.pop("csrf_token", None)  # forms of the time before are worth nothing: somebody else may have put that cookie here


def _end(_app: Flask, user: object = None) -> None:
    """End the login of whoever signs out, and with it every copy of its cookies."""
    found: tuple[Person, LoginSession] | None = g.pop("login", None)
    if found is not None:
        with transaction() as writing:
            login_sessions.end(writing, found[0].id, [found[1].id])


def _note_seen(response: Response) -> Response:
    found: tuple[Person, LoginSession] | None = g.get("login")
    at: datetime = now()
    if found is not None and at - found[1].seen_at >= login_sessions.NOTED_EVERY:
        try:
            with database().single() as connection:
                login_sessions.note_seen(connection, found[1], at)
        except SQLAlchemyError as error:  # the page is made: it is noted with the next one
            log.warning("login.not_noted", error=type(error).__name__)
    return response
