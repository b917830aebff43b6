"""The worker completes erasures, some statements at a time, after the page that requested one was closed."""

import time

from celery import shared_task
from sqlalchemy import select

from lms.celery_app import ring
from lms.clock import now
from lms.db import transaction
from lms.privacy.erasure import person as erasure
from lms.privacy.erasure.models import Erasure
from lms.storage import storage

EVERY_SECONDS = 60
TURN_SECONDS = 2


@shared_task(name="lms.records.erasure.tasks.go_on", ignore_result=True)
def go_on() -> bool:
    """Continue with the oldest erasure; return whether there was one."""
    until = time.monotonic() + TURN_SECONDS
    unfinished = select(Erasure.id).where(Erasure.finished_at.is_(None)).order_by(Erasure.id).limit(1)
    more = True
    while more and time.monotonic() < until:
        with transaction() as session:
            begun = session.scalar(unfinished)
            if begun is None:
                return False
            more = erasure.go_on(session, begun, now(), storage())
    ring(go_on)
    return True


SCHEDULE = {"erasure": {"task": go_on.name, "schedule": EVERY_SECONDS}}
