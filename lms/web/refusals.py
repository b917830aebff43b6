"""Report errors: as a page for people, as problem+json (RFC 9457) for programs.

An error page makes no query, because the database may be the cause. It shows the signed-in person, in that person's
language, if the request had already loaded them; otherwise the language comes from the session's cookie or the browser.
"""

from collections.abc import Callable
from typing import TypeVar

import structlog
from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from lms.accounts.origins import OtherOrigin
from lms.errors import LmsError
from lms.site_settings import site_settings
from lms.web.hosts import at_content_host

log = structlog.get_logger(__name__)
RETRY_AFTER_SECONDS = 5
AWAY = (OperationalError, InterfaceError, PoolTimeout)  # errors that mean that the database does not answer

Error = TypeVar("Error", bound=Exception)


def init_app(app: Flask) -> None:
    """Register handlers for every error of the LMS."""
    app.register_error_handler(LmsError, _without_queries(_refused))
    app.register_error_handler(CSRFError, _without_queries(_csrf))
    app.register_error_handler(HTTPException, _without_queries(_http))
    app.register_error_handler(DataError, _without_queries(_not_kept))
    for away in AWAY:
        app.register_error_handler(away, _without_queries(_unavailable))
    app.register_error_handler(Exception, _without_queries(_broken))


def _without_queries(handler: Callable[[Error], Response]) -> Callable[[Error], Response]:
    """Return a handler that loads nobody: a person whom the request has not loaded yet stays unknown."""

    def handle(error: Error) -> Response:
        _look_nobody_up()
        return handler(error)

    return handle


def _look_nobody_up() -> None:
    """Treat a person who is not loaded yet as not signed in, here and in the whole page."""
    if "_login_user" not in g:  # Flask-Login's place for the person of a request
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


def answer(status: int, title: str, detail: str, *, back: tuple[str, str] | None = None, **extra: object) -> Response:
    """Answer with problem+json to programs and with an error page to people; `back` is a link on the page, as text and address."""
    if _wants_json():
        response = jsonify({"type": "about:blank", "title": title, "status": status, "detail": detail, **extra})
        response.mimetype = "application/problem+json"
    else:
        response = Response(
            render_template("errors/error.html", status=status, title=title, detail=detail, problems=extra.get("problems", []), back=back)
        )
    response.status_code = status
    return response


def _wants_json() -> bool:
    if request.is_json or request.authorization is not None or at_content_host(site_settings()):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _refused(error: LmsError) -> Response:
    return refused(error)


def refused(error: LmsError, back: tuple[str, str] | None = None) -> Response:
    """Answer a refusal; `back`: see `answer`."""
    extra = {"code": error.code} | error.extra if error.code else error.extra
    return answer(error.status, _title(error.status), error.message, back=back, **extra)


def _csrf(error: CSRFError) -> Response:
    if isinstance(error, OtherOrigin):
        words = _(
            "This form came from another address than %(address)s. Nothing was saved: open that address and try again.",
            address=error.address,
        )
        return answer(400, _title(400), words)
    return answer(
        400,
        _title(400),
        _("This form was open for too long or came from another page. Nothing was saved: go back, reload the page and send it again."),
    )


def _http(error: HTTPException) -> Response:
    cause = getattr(error, "original_exception", None)  # the original error of a handler or hook, which Flask passes on
    if isinstance(cause, AWAY):
        return _unavailable(cause)
    if cause is not None:
        return _broken(cause)
    status = error.code or 500
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    response = answer(status, _title(status), _detail(status))
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _not_kept(_error: DataError) -> Response:
    """Answer for a character or a number that the database cannot store; no page of ours sends one."""
    return answer(400, _title(400), _("What was sent has a character or a number that cannot be kept. Nothing was saved."))


def _unavailable(error: Exception) -> Response:
    log.error("database.unavailable", error=type(getattr(error, "orig", error)).__name__)
    response = answer(
        503, _title(503), _("The database does not answer at the moment. Nothing was lost; please try again in a few seconds.")
    )
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _broken(error: Exception) -> Response:
    log.exception("request.failed", error=type(error).__name__)
    return answer(500, _title(500), _("Something went wrong on our side. It has been logged; what you had saved before is safe."))


def _title(status: int) -> str:
    titles = {
        400: _("This could not be taken"),
        401: _("Please sign in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Not possible here"),
        409: _("Something has changed"),
        413: _("Too large"),
        429: _("Too many attempts"),
        503: _("One moment, please"),
    }
    return titles.get(status, _("Something went wrong"))


def _detail(status: int) -> str:
    details = {
        404: _("There is nothing at this address, or it is not yours to see. Check the address or go back to the first page."),
        405: _("This address does not take that kind of request."),
        413: _("What was sent is larger than allowed. Nothing was saved: go back and choose something smaller."),
        429: _("Too many attempts in a short time. Wait a minute and try again."),
    }
    return details.get(status, _("Please go back and try again."))
