"""Check that a form came from one of our pages: its Origin (or Referer) must match PUBLIC_URL or CHECK_IN_URL. Its token is checked too.

The token alone protects only until somebody learns it, for instance by a script on a sibling host that sets cookies. Requests with
their own credential instead of cookies (a launch token, an API key) are not checked here.
"""

from urllib.parse import urlsplit
from weakref import WeakSet

from flask import Blueprint, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from lms.config import Settings
from lms.site_settings import site_settings

PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int | None]


class OtherOrigin(CSRFError):  # type: ignore[misc]  # Flask-WTF has no types
    """The form came from another address; `address` is the address of this site."""

    def __init__(self, address: str) -> None:
        super().__init__("The form came from another origin.")
        self.address = address


class FormProtection(CSRFProtect):  # type: ignore[misc]
    """Flask-WTF's check of a form's token, plus a check of its origin.

    One object serves every application of this process, so it must not keep them alive: exempt blueprints are held weakly.
    """

    def __init__(self) -> None:
        super().__init__()
        self._exempt_blueprints = WeakSet[Blueprint]()

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a forged request.

        Raises:
            CSRFError: its token is missing or wrong.
            OtherOrigin: it came from another address.
        """
        super().protect(apply_exemptions=apply_exemptions)
        asked = request.method in current_app.config["WTF_CSRF_METHODS"] and not (apply_exemptions and self._is_exempt())
        settings = site_settings()
        if asked and not is_ours(request.headers.get("Origin"), request.headers.get("Referer"), settings):
            raise OtherOrigin(settings.public_url)


def is_ours(origin: str | None, referer: str | None, settings: Settings) -> bool:
    """Say whether a request came from a page of this site.

    Every browser sends an Origin with a form. Over https a request with neither header is refused; over http (a demo on this
    machine, a program in a test) only the token decides.
    """
    said = origin if origin is not None else referer
    if said is None:
        return not settings.secure
    found = origin_of(said)
    return found is not None and found in {origin_of(settings.public_url), origin_of(settings.check_in_url)}


def origin_of(address: str) -> Origin | None:
    """Return scheme, host and port of an address; None for "null", which a sandboxed frame sends, and for anything else."""
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.scheme in PORTS and parts.hostname else None
