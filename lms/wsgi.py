"""The WSGI application for the web server, with the settings of its environment."""

import os

from flask import Flask

from lms import db, garbage
from lms.app import create_app
from lms.celery_app import start_embedded
from lms.config import from_env
from lms.web import logs
from lms.web.concurrency import SLOTS, ConcurrencyLimit, WaitingForClients


def create() -> Flask:
    """Build the application for one web process; without Redis the worker and the clock run in it."""
    settings = from_env(os.environ)
    logs.configure(settings.log_level)
    app = create_app(settings)
    garbage.look_less_often()
    waiting = WaitingForClients(settings.trusted_proxies)
    waiting.watch()
    app.wsgi_app = ConcurrencyLimit(app.wsgi_app, SLOTS, waiting, db.release)  # type: ignore[method-assign]  # as Flask documents
    if settings.redis_url is None:
        start_embedded(app)
    return app
