"""The settings of the site, for code that answers a request or runs a command."""

from flask import current_app

from lms.config import Settings


def site_settings() -> Settings:
    """Return the settings of the running site.

    Raises:
        RuntimeError: there is no current app.
    """
    found: Settings = current_app.extensions["settings"]
    return found
