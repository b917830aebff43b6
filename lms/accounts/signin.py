"""Sign-in by user name or e-mail and password, through Flask-Security, with rate limits and argon2."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.globals import request_ctx
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager
from flask_security import LoginForm, Security
from sqlalchemy import func, or_, select
from werkzeug.middleware.proxy_fix import ProxyFix
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired

from lms.accounts import cookies, guessing
from lms.accounts.access import public
from lms.accounts.guessing import limiter
from lms.accounts.models import Person
from lms.accounts.names import as_username
from lms.accounts.origins import FormProtection
from lms.accounts.passwords import ARGON2, is_right
from lms.config import Settings
from lms.db import session

NEVER_ASKED_AGAIN = timedelta(minutes=-1)  # otherwise there is a page /verify, on which an open session may guess its password
LONGEST_IDENTITY = 255  # characters of an e-mail address; a user name is shorter
LARGEST_FORM = 2**20  # bytes; a page that accepts more sets its own limit before the form is read

csrf = FormProtection()


class SignInForm(LoginForm):
    """The sign-in form, with one field for the user name or e-mail, in any capitalisation."""

    email = None
    identity = StringField(_l("User name or e-mail"), validators=[InputRequired(_l("Type your user name."))])
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Type your password."))])
    submit = SubmitField(_l("Sign in"))

    def validate(self, **kwargs: Any) -> bool:
        """Check the password. Every failure (unknown, wrong, closed) costs the same work and gives the same answer."""
        if not super(LoginForm, self).validate(**kwargs):
            return False
        found = find_person(self.identity.data or "")
        if is_right(found, self.password.data or "") and found is not None and found.active:
            self.user = found
            return True
        self.form_errors = [_("User name or password is wrong, or the account is closed. Check both and try again; your office can help.")]
        return False


def find_person(identity: str) -> Person | None:
    """Return the person with this user name or e-mail, in letters and digits of any width and case."""
    wanted = as_username(identity) if len(identity) <= LONGEST_IDENTITY else ""
    if not wanted:
        return None
    return session().scalar(select(Person).where(or_(func.lower(Person.username) == wanted, func.lower(Person.email) == wanted)))


def init_app(app: Flask, settings: Settings) -> None:
    """Set up sign-in, CSRF protection and rate limits."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_FORM,  # otherwise anybody, signed in or not, could fill the disk with an endless form
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 – the name of a method
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=ARGON2,
        SECURITY_LOGIN_USER_TEMPLATE="accounts/login.html",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/login",
        SECURITY_LOGOUT_CSRF=True,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_REDIRECT_VALIDATE_MODE="absolute",
        SECURITY_FRESHNESS=NEVER_ASKED_AGAIN,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_CACHE_CONTROL=None,  # every page of ours has a better one (lms/web/hosts.py)
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=True,
        WTF_CSRF_SSL_STRICT=False,  # `origins` checks the Origin header first, and PUBLIC_URL tells whether this is https
        **cookies.options_of(settings),
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_SWALLOW_ERRORS=True,  # sign-in must work even if Redis is down
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
    )
    csrf.init_app(app)  # before Flask-Security, which looks for it
    security = Security(app, cookies.People(), login_form=SignInForm)
    _by_session_only(app)
    cookies.init_app(app)
    guessing.init_app(app, settings)
    # otherwise everybody would have the proxy's address and share its limit; without a proxy the header cannot be trusted
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0)  # type: ignore[method-assign]  # as Flask documents
    limiter._storage_dead = limiter._in_memory_fallback_enabled = False  # left over from an earlier app in this process
    limiter.init_app(app)
    _ask_only_where_needed(app, security)
    app.view_functions["security.login"] = public(guessing.limit(app.view_functions["security.login"]))
    app.view_functions["security.logout"] = public(app.view_functions["security.logout"])


def _by_session_only(app: Flask) -> None:
    """Accept only the session's cookie as a sign-in.

    Flask-Security would also accept its own token from a header, the address or a JSON body: another way in, which an
    address reveals, and for which the body of every request would be parsed.
    """
    login_manager: LoginManager = app.login_manager  # type: ignore[attr-defined]
    login_manager.request_loader(lambda _request: None)


def _ask_only_where_needed(app: Flask, security: Security) -> None:
    """Disable work that extensions do in every request and that we do not need.

    Flask-Principal would load a person even for a launch token or an API key; our routes use @requires.
    Flask-Limiter would look for limits on all routes; ours are on views, which check them.
    Flask-Login would read every session, so that every response would vary by cookie (Vary).
    Flask would derive the key of its cookies twice.
    """
    before, after, teardown = app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs
    before[None].remove(security.principal._on_before_request)
    before[None].remove(limiter._check_request_limit)
    after[None].remove(app.login_manager._update_remember_cookie)  # type: ignore[attr-defined]
    for hooks in (after[None], teardown[None]):
        (at,) = [number for number, hook in enumerate(hooks) if limiter in (getattr(hook, "__self__", None), *getattr(hook, "args", ()))]
        hooks[at] = _where_limited(hooks[at])
    app.session_interface = cookies.SessionCookies()


def _where_limited(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Run one of Flask-Limiter's hooks only in a request in which it has counted something."""
    return lambda given: hook(given) if hasattr(request_ctx, "_limiter_request_context") else given
