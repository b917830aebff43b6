"""Close silent launches: the stretch ends at its last beat and is stated; after 12 hours the launch ends."""

from datetime import datetime
from uuid import UUID

import structlog
from celery import shared_task
from flask import current_app

import xapi
from lms.clock import now
from lms.config import Settings
from lms.db import database, transaction
from lms.learning import presence
from lms.site_settings import site_settings

log = structlog.get_logger(__name__)
SWEEP_SECONDS = 30
MOST_AT_ONCE = 500


@shared_task(name="lms.learning.tasks.sweep", ignore_result=True)
def sweep() -> int:
    """Close silent stretches and end silent launches, each in its own transaction; return how many stretches were stated.

    After an outage of the site every launch is silent, so a sweep continues until it finds none that it has not tried.
    """
    settings = site_settings()
    at = now()
    tried: set[UUID] = set()
    stated = 0
    while found := _silent(at, settings, len(tried)) - tried:
        stated += sum(_sweep_one(launch_id, at, settings) for launch_id in found)
        tried |= found
    if stated:
        xapi.statements_stored.send(current_app._get_current_object(), count=stated)  # type: ignore[attr-defined]
    return stated


def _silent(at: datetime, settings: Settings, tried: int) -> set[UUID]:
    """Return launches to sweep, with additional ones in place of those that were tried and may have failed."""
    most = MOST_AT_ONCE + tried
    with database().reader() as session:
        return {*presence.silent_stretches(session, at, settings, most), *presence.silent_launches(session, at, most)}


def _sweep_one(launch_id: UUID, at: datetime, settings: Settings) -> bool:
    """Sweep one launch; a failure does not stop the others, and the next sweep tries it again."""
    try:
        with transaction() as session:
            return presence.sweep_one(session, launch_id, at, settings)
    except Exception as error:
        log.exception("sweep.failed", launch=str(launch_id), error=type(error).__name__)
        return False


SCHEDULE = {"learning-sweep": {"task": sweep.name, "schedule": SWEEP_SECONDS}}
