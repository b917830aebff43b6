"""Which addresses does the record store answer? One module per resource; `_serve` is what they share."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from xapi.mount import Mount
from xapi.views import about

View = Callable[..., Response]
Mark = Callable[[View], Any]
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")


def unmarked(view: View) -> View:
    """Leave a view as it is."""
    return view


def blueprint(mount: Mount, mark: Mark) -> Blueprint:
    """Return the routes of a record store; each view function passes through `mark`."""
    mounted = Blueprint("xapi", __name__)
    mounted.add_url_rule("/about", "about", mark(lambda: about.get(mount)))
    return mounted
