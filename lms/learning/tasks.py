"""What happens to a launch that fell silent? Its stretch is closed at its last beat and stated; after 12 hours it ends."""

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

log = structlog.get_logger(__name__)
SWEEP_SECONDS = 30
MOST_AT_ONCE = 500


@shared_task(name="lms.learning.tasks.sweep", ignore_result=True)
def sweep() -> int:
    """Close silent stretches and end silent launches, each in a transaction of its own; return how many stretches were stated.

    After the whole site was away everybody is silent: a sweep goes on until it finds nothing that it has not tried.
    """
    settings: Settings = current_app.extensions["settings"]
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
    """Return launches to sweep, with room for those that were tried and may have failed."""
    most = MOST_AT_ONCE + tried
    with database().reader() as session:
        return {*presence.silent_stretches(session, at, settings, most), *presence.silent_launches(session, at, most)}


def _sweep_one(launch_id: UUID, at: datetime, settings: Settings) -> bool:
    """Sweep a launch; one that fails keeps no other from being swept, and is tried again with the next sweep."""
    try:
        with transaction() as session:
            return presence.sweep_one(session, launch_id, at, settings)
    except Exception as error:
        log.exception("sweep.failed", launch=str(launch_id), error=type(error).__name__)
        return False


SCHEDULE = {"learning-sweep": {"task": sweep.name, "schedule": SWEEP_SECONDS}}
