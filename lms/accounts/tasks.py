"""Delete the rows of ended logins."""

from celery import shared_task

from lms.accounts import login_sessions
from lms.clock import now
from lms.db import transaction

HOURLY = 3600


@shared_task(name="lms.accounts.tasks.tidy", ignore_result=True)
def tidy() -> int:
    """Delete the rows of ended logins; return how many."""
    with transaction() as session:
        return login_sessions.remove_ended(session, now())


SCHEDULE = {"accounts-tidy": {"task": tidy.name, "schedule": HOURLY}}
