"""How is the whole application wired? Flat, in order. Only `lms.cli` and `lms.wsgi` import this."""

from flask import Flask

from lms import clock as clock_module
from lms import db, i18n, storage, worker
from lms.accounts import access, signin
from lms.catalogue import views as catalogue
from lms.clock import Clock, system_clock
from lms.config import Settings
from lms.crediting import tasks as crediting
from lms.paths import TEMPLATES
from lms.programmes import usage
from lms.web import health, hosts, logs, pages, record_store, refusals

SCHEDULE = {**crediting.SCHEDULE}


def create_app(settings: Settings, *, clock: Clock = system_clock) -> Flask:
    """Build the application for `settings`; tests pass a clock of their own."""
    app = Flask("lms", template_folder=str(TEMPLATES))
    app.extensions["settings"] = settings
    clock_module.init_app(app, clock)
    db.init_app(app, settings)
    storage.init_app(app, settings)
    worker.init_app(app, settings, SCHEDULE)
    logs.init_app(app)
    hosts.init_app(app, settings)
    i18n.init_app(app)
    signin.init_app(app, settings)
    access.init_app(app)
    refusals.init_app(app)
    pages.init_app(app)
    usage.init_app(app)
    crediting.init_app(app)
    record_store.init_app(app, settings)
    app.register_blueprint(health.bp)
    app.register_blueprint(catalogue.bp)
    return app
