"""Find the person of a cookie through the row of their login, in one query for each request; Flask-Login does the rest.

Over https every cookie is named `__Host-…`: a browser accepts it only from this host, over https and for every path, so that
no sibling host can set one. A page over plain http cannot have such cookies, so a demo has plain names.
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
    """Return a cookie's name in this installation."""
    return f"__Host-{plain}" if settings.secure else plain


def options_of(settings: Settings) -> dict[str, Any]:
    """Return Flask's and Flask-Login's settings for the session cookie and the "remember me" cookie."""
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
    """The request's reading session, under the name that Flask-Security expects of a scoped session."""

    def __getattr__(self, name: str) -> Any:
        return getattr(session(), name)


class People(SQLAlchemySessionUserDatastore):
    """The store in which Flask-Security finds people. Its `fs_uniquifier` in a cookie is the token of a login."""

    def __init__(self) -> None:
        super().__init__(_RequestSession(), Person, Role)  # type: ignore[arg-type]  # it only asks and adds

    def find_user(self, case_insensitive: bool = False, **by: Any) -> Any:
        """Return the person who has this value of one attribute."""
        if by.keys() == {"fs_uniquifier"}:
            return _person_of(by["fs_uniquifier"])
        return super().find_user(case_insensitive, **by)


def _person_of(token: str) -> Person | None:
    """Return the person of a login token. The session and "remember me" both ask in a request, but only the first call queries."""
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
        raise NotSignedIn(_("You have been signed out. Sign in again to continue; the time measured is kept."))
    return found[1]


class SessionCookies(SecureCookieSessionInterface):
    """Flask's signed cookies. Their signer is made once, and a request without a cookie costs nothing."""

    _signing: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the signer of cookies for the one app to which this object belongs."""
        if self._signing is None:
            self._signing = super().get_signing_serializer(app)
        return self._signing

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie if there is one."""
        return super().open_session(app, request) if "HTTP_COOKIE" in request.environ else self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie if it had or has content; signing in puts the "remember me" choice into it."""
        if "_remember" in session:
            app.login_manager._update_remember_cookie(response)  # type: ignore[attr-defined]  # as Flask-Login documents
        if session.accessed or session.modified or session:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Begin a login row at sign-in, end it at sign-out, and note its use every few minutes."""
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_end, app)
    app.after_request(_note_seen)


def _begin(_app: Flask, user: Person) -> None:
    """Put the token of a new login into the cookie, in the place where Flask-Login has put the user's id.

    Raises:
        NotSignedIn: the password was changed after it was checked.
    """
    browser = browser_of(request.user_agent.string)
    with transaction() as writing:
        token = login_sessions.begin(writing, user, browser, now(), remembered=cookie.get("_remember") == "set")
    if token is None:
        cookie.clear()
        raise NotSignedIn(_("The password was changed a moment ago. Sign in with the new one."))
    cookie["_user_id"] = token
    cookie.pop("csrf_token", None)  # forms from before the sign-in become invalid: somebody else may have set that cookie


def _end(_app: Flask, user: object = None) -> None:
    """End the login of a person who signs out, and with it every copy of its cookies."""
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
        except SQLAlchemyError as error:  # the page is ready; the next one will note the use
            log.warning("login.not_noted", error=type(error).__name__)
    return response
