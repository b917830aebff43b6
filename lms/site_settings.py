"""The settings of the site, for code that answers a request, runs a command or starts an app."""

from flask import Flask, current_app

from lms.config import Settings


def site_settings() -> Settings:
    """Return the settings of the running site.

    Raises:
        RuntimeError: there is no current app.
    """
    return settings_of(current_app)


def settings_of(app: Flask) -> Settings:
    """Return the settings of an app that is not the current one."""
    found: Settings = app.extensions["settings"]
    return found
