"""How do people sign in? By user name (or e-mail) and password, through Flask-Security; rate-limited; argon2."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response, request
from flask import session as cookie
from flask.globals import request_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, user_logged_in
from flask_security import LoginForm, Security, SQLAlchemySessionUserDatastore
from flask_wtf.csrf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import bindparam, func, or_, select
from werkzeug.middleware.proxy_fix import ProxyFix
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired

from lms.accounts.access import public
from lms.accounts.models import Person, Role
from lms.accounts.names import as_username
from lms.accounts.passwords import LONGEST
from lms.config import Settings
from lms.db import session

NEVER_ASKED_AGAIN = timedelta(minutes=-1)  # else there is a page /verify, on which an open session may guess its password
LONGEST_IDENTITY = 255  # characters of an e-mail address; a user name is shorter
NOBODYS = "\N{REPLACEMENT CHARACTER}"  # no password: the shortest has eight characters; no user name or address either
LARGEST_FORM = 2**20  # bytes; a page that takes more says so for itself, before anything reads it
ARGON2 = {"argon2__rounds": 2, "argon2__memory_cost": 19456, "argon2__parallelism": 1}  # OWASP's minimum: 19 MiB, 2 passes

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, headers_enabled=True)


class SignInForm(LoginForm):
    """One field for who you are: user name or e-mail, however it was capitalised."""

    email = None
    identity = StringField(_l("User name or e-mail"), validators=[InputRequired(_l("Type your user name."))])
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Type your password."))])
    submit = SubmitField(_l("Sign in"))

    def validate(self, **kwargs: Any) -> bool:
        """Look the person up and let Flask-Security check the password; both kinds of mistake are answered alike."""
        self.ifield = self.identity
        for field, longest in ((self.identity, LONGEST_IDENTITY), (self.password, LONGEST)):
            if len(field.data or "") > longest:  # nobody's, and normalising it would cost the square of its length
                field.data = NOBODYS
        self.user = find_person(self.identity.data or "")
        valid: bool = super().validate(**kwargs)
        if not valid and self.identity.data and self.password.data:
            self.identity.errors, self.password.errors, self.form_errors = [], [], [self._refusal()]
        return valid

    def _refusal(self) -> str:
        if self.user_authenticated:
            return _("This account is closed. Your office can tell you why.")
        return _("User name or password is wrong. Check both and try again.")


def find_person(identity: str) -> Person | None:
    """Return the person with this user name or e-mail, in letters and digits of any width and case."""
    wanted = as_username(identity) if len(identity) <= LONGEST_IDENTITY else ""
    if not wanted:
        return None
    return session().scalar(select(Person).where(or_(func.lower(Person.username) == wanted, func.lower(Person.email) == wanted)))


class _RequestSession:
    """The request's reading session under the name that Flask-Security expects of a scoped session."""

    def __getattr__(self, name: str) -> Any:
        return getattr(session(), name)


_WHO = select(Person).where(Person.fs_uniquifier == bindparam("cookie"))


class _People(SQLAlchemySessionUserDatastore):
    """Where Flask-Security finds people; whose cookie it is, which every page asks, is a question put together once."""

    def find_user(self, case_insensitive: bool = False, **by: Any) -> Any:
        """Return the person with this one attribute."""
        if by.keys() == {"fs_uniquifier"}:
            return session().scalar(_WHO, {"cookie": by["fs_uniquifier"]})
        return super().find_user(case_insensitive, **by)


class _SessionCookies(SecureCookieSessionInterface):
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


def init_app(app: Flask, settings: Settings) -> None:
    """Set up sign-in, CSRF protection and rate limits."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_FORM,  # else whoever signs in, or nobody, fills the disk with a form that never ends
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
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.secure,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_SWALLOW_ERRORS=True,  # Redis may be down; signing in may not
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
    )
    csrf.init_app(app)  # before Flask-Security, which looks for it
    datastore = _People(_RequestSession(), Person, Role)  # type: ignore[arg-type]  # it only asks and adds
    security = Security(app, datastore, login_form=SignInForm)
    _by_session_only(app)
    user_logged_in.connect(_forget_earlier_forms, app)
    if settings.trusted_proxies:  # else everybody has the proxy's address, and shares its limit; without one a header may say anything
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0)  # type: ignore[method-assign]  # as Flask documents
    limiter._storage_dead = limiter._in_memory_fallback_enabled = False  # of an app that was in this process before
    limiter.init_app(app)
    _ask_only_where_needed(app, security)
    _limit_sign_in(app)


def _by_session_only(app: Flask) -> None:
    """Sign people in by their session's cookie alone.

    Flask-Security would also take a token of its own from a header, the address or a JSON body: another way in, which an
    address gives away, and the body of every request would be parsed to look for it.
    """
    login_manager: LoginManager = app.login_manager  # type: ignore[attr-defined]
    login_manager.request_loader(lambda _request: None)


def _ask_only_where_needed(app: Flask, security: Security) -> None:
    """Leave out what extensions do around every request and nobody needs.

    Flask-Principal would look for a person even where a launch token or a key speaks; our routes ask by @requires.
    Flask-Limiter would look for limits that hold for all routes; ours are on views, which look for themselves.
    Flask-Login would look into every session, so that every answer would be another for each cookie (Vary), whoever asks.
    Flask would derive the key of its cookies twice.
    """
    before, after, teardown = app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs
    before[None].remove(security.principal._on_before_request)
    before[None].remove(limiter._check_request_limit)
    after[None].remove(app.login_manager._update_remember_cookie)  # type: ignore[attr-defined]
    for hooks in (after[None], teardown[None]):
        (at,) = [number for number, hook in enumerate(hooks) if limiter in (getattr(hook, "__self__", None), *getattr(hook, "args", ()))]
        hooks[at] = _where_limited(hooks[at])
    app.session_interface = _SessionCookies()


def _where_limited(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Run a hook of Flask-Limiter's only in a request in which it has counted something."""
    return lambda given: hook(given) if hasattr(request_ctx, "_limiter_request_context") else given


def _forget_earlier_forms(_app: Flask, **_user: object) -> None:
    """Let forms of the time before be worth nothing: somebody else may have put that cookie, with its token, into this browser."""
    cookie.pop("csrf_token", None)


def _limit_sign_in(app: Flask) -> None:
    by_account = limiter.limit("10 per minute", key_func=_account_key, methods=["POST"])
    by_address = limiter.limit("60 per minute", methods=["POST"])
    view = app.view_functions["security.login"]
    app.view_functions["security.login"] = public(by_account(by_address(view)))  # type: ignore[assignment]  # Limiter allows coroutines
    app.view_functions["security.logout"] = public(app.view_functions["security.logout"])


def _account_key() -> str:
    return f"account:{as_username(request.form.get('identity', '')[:LONGEST_IDENTITY])[:64]}"
