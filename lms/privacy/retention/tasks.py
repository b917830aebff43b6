"""Remove old months every night if STATEMENTS_KEPT_MONTHS is set, and when an office requests it.

A run has its own thread, so that hours are still credited if one process does everything.
"""

import threading
from zoneinfo import ZoneInfo

import structlog
from celery import shared_task
from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.celery_app import ring
from lms.clock import now
from lms.config import Settings
from lms.db import transaction
from lms.i18n import SITE_ZONE
from lms.lease import TurnLost
from lms.privacy.retention.models import NIGHTLY, Removal
from lms.privacy.retention.removal_run import begin, carry, claim

log = structlog.get_logger(__name__)
EVERY_SECONDS, NIGHTLY_SECONDS = 60, 600
NIGHT = range(2, 5)  # hours of the day at the site


@shared_task(name="lms.records.retention.tasks.work", ignore_result=True)
def work() -> bool:
    """Continue with the oldest run; return whether there was one without a worker."""
    with transaction() as session:
        taken = claim(session, now())
    if taken is None:
        return False
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    threading.Thread(target=_take, args=(app, *taken), name=f"removal-{taken[0]}", daemon=True).start()
    return True


def _take(app: Flask, removal_id: int, turn: str) -> None:
    with app.app_context():
        see_through(removal_id, turn)


def see_through(removal_id: int, turn: str) -> None:
    """Carry a run to its end; a failed run is resumed after some minutes."""
    try:
        for _month in carry(removal_id, turn):
            pass
    except TurnLost:
        log.info("removal.lost", removal=removal_id)
    except Exception:
        log.exception("removal.problem", removal=removal_id)


@shared_task(name="lms.records.retention.tasks.nightly", ignore_result=True)
def nightly() -> bool:
    """Begin the night's run, once, even with several clocks; return whether this call began it."""
    settings: Settings = current_app.extensions["settings"]
    local = now().astimezone(ZoneInfo(SITE_ZONE))
    if not settings.statements_kept_months or local.hour not in NIGHT:
        return False
    try:
        with transaction() as session:
            if session.scalar(select(Removal.id).where(Removal.night == local.date())):
                return False
            begin(session, NIGHTLY, settings.statements_kept_months, night=local.date())
    except IntegrityError:  # another clock was faster
        return False
    ring(work)
    return True


SCHEDULE = {
    "removal": {"task": work.name, "schedule": EVERY_SECONDS},
    "removal-nightly": {"task": nightly.name, "schedule": NIGHTLY_SECONDS},
}
