"""Separate the hosts: pages and uploaded content.

Uploaded content is untrusted code. It is served only on the content hosts, and nothing else is, so that it cannot
reach the cookies and pages of the application. Most content shares one host; packages that need an origin have hosts of their own.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from lms import config_urls
from lms.config import Settings

View = TypeVar("View", bound=Callable[..., Any])
BOTH_HOSTS_PREFIXES = ("/xapi", "/cmi5/fetch/", "/cmi5/preview/", "/cmi5/returned", "/healthz", "/readyz")
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
    app.after_request(lambda response: _unprompted(response, settings))


def _keep_apart(settings: Settings) -> BaseResponse | None:
    if request.endpoint is None or not is_for_the_site_only(request.path):
        return None
    content_view, on_content = _is_content(request.endpoint), at_content_host(settings)
    if content_view and not on_content:
        abort(404)
    if on_content and not content_view:
        if request.method == "GET":
            return redirect(settings.public_url + request.full_path.rstrip("?"))
        abort(404)
    return None


def is_for_the_site_only(path: str) -> bool:
    """Say whether an address that serves no content answers on the application's host alone."""
    return not path.startswith(BOTH_HOSTS_PREFIXES)


def at_content_host(settings: Settings) -> bool:
    """Say whether this request came to a content host, where no cookie and no page of ours may be."""
    return is_content_host(request.host, settings)


def is_content_host(host: str, settings: Settings) -> bool:
    """Say whether a Host header means a content host, with or without its port."""
    return any(config_urls.is_content_host(name, settings.content_url, settings.package_url) for name in _names(host))


def is_shared_host(settings: Settings) -> bool:
    """Say whether this request came to the host that most content shares."""
    return settings.content_host in _names(request.host)


def package_label(settings: Settings) -> str:
    """Return the first name of the package's own host to which this request came; '' if it came to another host."""
    domain = settings.package_domain
    own = (name.removesuffix(f".{domain}") for name in _names(request.host) if domain and name.endswith(f".{domain}"))
    return "" if is_shared_host(settings) else next(own, "")


def _names(host: str) -> tuple[str, str]:
    """Return the names that a Host header may mean: all of it, or what stands before a port."""
    host = host.lower()
    return host, host.rpartition(":")[0]


def _is_content(endpoint: str) -> bool:
    return getattr(current_app.view_functions.get(endpoint), "__content_host__", False)


def _secure(response: Response, headers: Mapping[str, str]) -> Response:
    content = bool(request.endpoint and _is_content(request.endpoint))  # content sets its own policy
    there = {name.lower() for name, _value in response.headers}
    for name, value in (CONTENT_TOO if content else headers).items():
        if name.lower() not in there:
            response.headers.add(name, value)
    return response


def _unprompted(response: Response, settings: Settings) -> Response:
    """Let no refusal of the record store open the browser's own window for a name and a password over content, whose token has ended."""
    if response.status_code == HTTPStatus.UNAUTHORIZED and at_content_host(settings):
        response.headers["WWW-Authenticate"] = 'Bearer realm="xAPI"'
    return response


def headers_of(settings: Settings) -> dict[str, str]:
    """Return the headers of every reply on the application's host, for those that the reply does not set itself."""
    frames = " ".join(filter(None, (settings.content_url, settings.package_url.replace(config_urls.PACKAGE, "*"))))
    policy = (
        f"default-src 'self'; img-src 'self' data:; frame-src {frames}; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    # No cache in between stores a page, and a browser revalidates it before showing it again: after signing out another person may look.
    headers = {**CONTENT_TOO, "Content-Security-Policy": policy, "X-Frame-Options": "DENY", "Cache-Control": "private, no-cache"}
    return {**headers, "Strict-Transport-Security": "max-age=31536000"} if settings.secure else headers
