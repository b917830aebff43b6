"""What does the web server load? The application with the settings of its environment."""

import os

from flask import Flask

from lms.app import create_app
from lms.celery_app import start_embedded
from lms.config import from_env
from lms.web import logs


def create() -> Flask:
    """Build the application for one web process; without Redis the worker and the beat live in it."""
    settings = from_env(os.environ)
    logs.configure(settings.log_level)
    app = create_app(settings)
    if settings.redis_url is None:
        start_embedded(app)
    return app
