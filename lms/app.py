"""How is the whole application wired? Flat, in order. Only `lms.cli` and `lms.wsgi` import this."""

from lms import clock as clock_module
from flask import Flask

import xapi
from lms import db, i18n, storage, worker
from lms.accounts import access, signin
from lms.clock import Clock, now, system_clock
from lms.config import Settings
from lms.paths import TEMPLATES
from lms.web import health, hosts, logs, pages, refusals


def create_app(settings: Settings, *, clock: Clock = system_clock) -> Flask:
    """Build the application for `settings`; tests pass a clock of their own."""
    app = Flask("lms", template_folder=str(TEMPLATES))
    app.extensions["settings"] = settings
    clock_module.init_app(app, clock)
    db.init_app(app, settings)
    storage.init_app(app, settings)
    logs.init_app(app)
    hosts.init_app(app, settings)
    i18n.init_app(app)
    signin.init_app(app, settings)
    access.init_app(app)
    refusals.init_app(app)
    pages.init_app(app)
    app.register_blueprint(health.bp)
    return app
