"""Credit evidence, and recompute hours after a class's days change: on the doorbell signal, and every few seconds."""

import time

from celery import shared_task
from flask import Flask

import xapi
from lms.celery_app import Doorbell, ring
from lms.clock import now
from lms.crediting import input_changes, windows
from lms.crediting.drain import MOST_AT_ONCE, drain
from lms.crediting.ripening import judge_some, ripen_some
from lms.db import database, transaction
from lms.i18n import local_time
from lms.site_settings import site_settings

EVERY_SECONDS = 5
HOURLY_SECONDS = 3600
NIGHT = range(3)  # hours at the site: months end at midnight; a second run changes nothing
TURN_SECONDS = 2  # if one worker does everything, new hours wait no longer than this for a large class


@shared_task(name="lms.crediting.tasks.credit", ignore_result=True)
def credit() -> int:
    """Process everything that waits; return how many statements that was."""
    settings = site_settings()
    total = 0
    while read := drain(database(), settings.public_url, now(), MOST_AT_ONCE):
        total += read
        if read < MOST_AT_ONCE:
            break
    return total


@shared_task(name="lms.crediting.tasks.follow", ignore_result=True)
def follow() -> None:
    """Recompute the hours of changed classes for one turn; if some are left, request the next turn."""
    until = time.monotonic() + TURN_SECONDS
    while time.monotonic() < until:
        with transaction() as session:
            if not windows.go_on_somewhere(session, now()):
                return
        time.sleep(windows.BREATH_S)
    ring(follow)


@shared_task(name="lms.crediting.tasks.ripen", ignore_result=True)
def ripen() -> int:
    """Credit the months of practice that have passed, in the first hours of the day; return the number of new entries."""
    if local_time(now()).hour not in NIGHT:
        return 0
    last: int | None = 0
    total = 0
    while last is not None:
        with transaction() as session:
            last, entries = ripen_some(session, last, now())
        total += entries
        time.sleep(windows.BREATH_S)
    _judge()
    return total


def _judge() -> None:
    """Decide the verdicts that lists lack."""
    last: int | None = 0
    while last is not None:
        with transaction() as session:
            last = judge_some(session, last, now())
        time.sleep(windows.BREATH_S)


SCHEDULE = {
    "months-ripen": {"task": ripen.name, "schedule": HOURLY_SECONDS},
    "crediting": {"task": credit.name, "schedule": EVERY_SECONDS},
    "hours-follow": {"task": follow.name, "schedule": EVERY_SECONDS},
}


def init_app(app: Flask) -> None:
    """Wake the worker when statements are stored, and let chains record changes of their inputs."""
    input_changes.init_app(app)
    app.extensions["crediting_doorbell"] = Doorbell(credit)
    xapi.statements_stored.connect(_ring, app)


def _ring(sender: Flask, **_count: object) -> None:
    sender.extensions["crediting_doorbell"].ring()
