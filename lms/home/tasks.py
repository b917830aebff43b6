"""Count the presence measured on pages beside live sessions as attendance."""

import structlog
from celery import shared_task

from lms.attendance.own_page import settle_measured, unsettled
from lms.classes.models import ClassSession, Enrolment
from lms.classes.setup import locked_class
from lms.clock import now
from lms.crediting.attesting import Attestor
from lms.db import database, transaction
from lms.site_settings import site_settings

log = structlog.get_logger(__name__)
EVERY_SECONDS = 30
MOST_AT_ONCE = 500


@shared_task(name="lms.home.tasks.settle_presence", ignore_result=True)
def settle_presence() -> int:
    """Settle what was measured, each person in a transaction of its own; return for how many there was something new."""
    settings = site_settings()
    with database().reader() as reading:
        found = unsettled(reading, MOST_AT_ONCE)
    return sum(_settle(one, settings.public_url) for one in found)


def _settle(found: tuple[int, int, int], public_url: str) -> bool:
    """Settle one person's stretches in one session; a failure does not stop the others, and the next turn tries it again."""
    class_id, session_id, enrolment_id = found
    try:
        with transaction() as writing:
            locked_class(writing, class_id)
            lesson, enrolment = writing.get_one(ClassSession, session_id), writing.get_one(Enrolment, enrolment_id)
            return settle_measured(writing, lesson, enrolment, now(), Attestor(writing, public_url, None, now()))
    except Exception as error:
        log.exception("presence.not-settled", session=session_id, error=type(error).__name__)
        return False


SCHEDULE = {"home-settle-presence": {"task": settle_presence.name, "schedule": EVERY_SECONDS}}
