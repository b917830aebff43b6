"""Check the ledger every night, and when an administrator asks for it.

A check has its own thread, so that hours are still credited if one process does everything.
"""

import threading

import structlog
from celery import shared_task
from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.audit.check_run import begin, carry, claim
from lms.celery_app import ring
from lms.clock import now
from lms.crediting.models import NIGHTLY, LedgerCheck
from lms.db import transaction
from lms.i18n import SITE_ZONE, local_time
from lms.lease import TurnLost

log = structlog.get_logger(__name__)
EVERY_SECONDS, NIGHTLY_SECONDS = 60, 600
NIGHT = range(3, 6)  # hours of the day at the site: after the months of practice were credited and old statements removed


@shared_task(name="lms.audit.tasks.work", ignore_result=True)
def work() -> bool:
    """Continue with the oldest check; return whether there was one without a worker."""
    with transaction() as session:
        taken = claim(session, now())
    if taken is None:
        return False
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    threading.Thread(target=_take, args=(app, *taken), name=f"ledger-check-{taken[0]}", daemon=True).start()
    return True


def _take(app: Flask, check_id: int, turn: str) -> None:
    with app.app_context():
        see_through(check_id, turn)


def see_through(check_id: int, turn: str) -> None:
    """Carry a check to its end; a failed check is resumed after some minutes."""
    try:
        carry(check_id, turn, current_app.extensions["settings"])
    except TurnLost:
        log.info("ledger-check.lost", check=check_id)
    except Exception:
        log.exception("ledger-check.problem", check=check_id)


@shared_task(name="lms.audit.tasks.nightly", ignore_result=True)
def nightly() -> bool:
    """Begin the night's check, once, even with several clocks; return whether this call began it."""
    local = local_time(now(), SITE_ZONE)
    if local.hour not in NIGHT:
        return False
    try:
        with transaction() as session:
            if session.scalar(select(LedgerCheck.id).where(LedgerCheck.night == local.date())):
                return False
            begin(session, NIGHTLY, now(), night=local.date())
    except IntegrityError:  # another clock was faster
        return False
    ring(work)
    return True


SCHEDULE = {
    "ledger-check": {"task": work.name, "schedule": EVERY_SECONDS},
    "ledger-check-nightly": {"task": nightly.name, "schedule": NIGHTLY_SECONDS},
}
