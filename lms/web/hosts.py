"""Separate the two hosts: pages and uploaded content.

Uploaded content is untrusted code. It is served only on the content host, and nothing else is, so that it cannot
reach the cookies and pages of the application.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from lms.config import Settings

View = TypeVar("View", bound=Callable[..., Any])
BOTH_HOSTS_PREFIXES = ("/xapi", "/healthz", "/readyz")
CONTENT_TOO = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def on_content_host(view: View) -> View:
    """Mark a view that serves content: it answers only on the content host."""
    view.__content_host__ = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse content on the application's host and pages on the content host; set security headers."""
    headers = headers_of(settings)
    app.before_request(lambda: _keep_apart(settings))
    app.after_request(lambda response: _secure(response, headers))


def _keep_apart(settings: Settings) -> BaseResponse | None:
    if request.endpoint is None or request.path.startswith(BOTH_HOSTS_PREFIXES):
        return None
    content_view, on_content = _is_content(request.endpoint), at_content_host(settings)
    if content_view and not on_content:
        abort(404)
    if on_content and not content_view:
        if request.method == "GET":
            return redirect(settings.public_url + request.full_path.rstrip("?"))
        abort(404)
    return None


def at_content_host(settings: Settings) -> bool:
    """Say whether this request came to the content host, where no cookie and no page of ours may be."""
    return is_content_host(request.host, settings)


def is_content_host(host: str, settings: Settings) -> bool:
    """Say whether a Host header means the content host, with or without its port."""
    host = host.lower()
    return settings.content_host in {host, host.rpartition(":")[0]}


def _is_content(endpoint: str) -> bool:
    return getattr(current_app.view_functions.get(endpoint), "__content_host__", False)


def _secure(response: Response, headers: Mapping[str, str]) -> Response:
    content = bool(request.endpoint and _is_content(request.endpoint))  # content sets its own policy
    there = {name.lower() for name, _value in response.headers}
    for name, value in (CONTENT_TOO if content else headers).items():
        if name.lower() not in there:
            response.headers.add(name, value)
    return response


def headers_of(settings: Settings) -> dict[str, str]:
    """Return the headers of every reply on the application's host, for those that the reply does not set itself."""
    policy = (
        f"default-src 'self'; img-src 'self' data:; frame-src {settings.content_url}; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    # No cache in between stores a page, and a browser revalidates it before showing it again: after signing out another person may look.
    headers = {**CONTENT_TOO, "Content-Security-Policy": policy, "X-Frame-Options": "DENY", "Cache-Control": "private, no-cache"}
    return {**headers, "Strict-Transport-Security": "max-age=31536000"} if settings.secure else headers
