"""When is evidence credited? When the doorbell rings, and every few seconds besides, in case nobody heard it."""

from celery import shared_task
from flask import Flask, current_app

import xapi
from lms.clock import now
from lms.config import Settings
from lms.crediting.drain import MOST_AT_ONCE, drain
from lms.db import database
from lms.worker import Doorbell

EVERY_SECONDS = 5


@shared_task(name="lms.crediting.tasks.credit", ignore_result=True)
def credit() -> int:
    """Work through everything that waits; return how many statements that was."""
    settings: Settings = current_app.extensions["settings"]
    total = 0
    while read := drain(database(), settings.public_url, now(), MOST_AT_ONCE):
        total += read
        if read < MOST_AT_ONCE:
            break
    return total


SCHEDULE = {"crediting": {"task": credit.name, "schedule": EVERY_SECONDS}}


def init_app(app: Flask) -> None:
    """Ring for the worker whenever statements were stored."""
    app.extensions["crediting_doorbell"] = Doorbell(credit)
    xapi.statements_stored.connect(_ring, app)


def _ring(sender: Flask, **_count: object) -> None:
    sender.extensions["crediting_doorbell"].ring()
