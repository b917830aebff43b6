"""Abandon the sessions of units whose launch has ended: the learner signed out, was silent for hours, or may not study any more."""

import uuid

import structlog
from celery import shared_task
from flask import current_app
from sqlalchemy import select

import xapi
from lms.clock import now
from lms.db import database, transaction
from lms.learning.models import Cmi5Session, Launch
from lms.learning.runtimes.cmi5 import ending
from lms.learning.runtimes.cmi5.launching import unit_of
from lms.site_settings import site_settings

log = structlog.get_logger(__name__)
SWEEP_SECONDS = 60
MOST_AT_ONCE = 500


@shared_task(name="lms.learning.runtimes.cmi5.sweeping.abandon_overdue", ignore_result=True)
def abandon_overdue() -> int:
    """Abandon overdue sessions, each in its own transaction; return how many there were."""
    with database().reader() as session:
        found = ending.overdue(session, MOST_AT_ONCE)
    done = sum(_abandon_one(one) for one in found)
    if done:
        xapi.statements_stored.send(current_app._get_current_object(), count=done)  # type: ignore[attr-defined]
    return done


def _abandon_one(session_id: uuid.UUID) -> bool:
    settings = site_settings()
    try:
        with transaction() as session:
            running = session.scalar(select(Cmi5Session).where(Cmi5Session.id == session_id).with_for_update(skip_locked=True))
            if running is None or running.ended_at is not None:
                return False
            of = unit_of(session, session.get_one(Launch, running.launch_id), settings.public_url)
            if of is None:
                running.ended_at, running.ending = now(), ending.ABANDONED
                return False
            ending.abandon(session, of, running, now())
            return True
    except Exception as error:  # the next one is not stopped by it, and the next sweep tries again
        log.exception("cmi5.abandon_failed", session=str(session_id), error=type(error).__name__)
        return False


SCHEDULE = {"cmi5-abandon": {"task": abandon_overdue.name, "schedule": SWEEP_SECONDS}}
