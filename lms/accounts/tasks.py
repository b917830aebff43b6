"""What happens to logins whose time is over? Their rows are removed; they have opened nothing since."""

from celery import shared_task

from lms.accounts import login_sessions
from lms.clock import now
from lms.db import transaction

HOURLY = 3600


@shared_task(name="lms.accounts.tasks.tidy", ignore_result=True)
def tidy() -> int:
    """Remove the rows of logins that have ended; return how many."""
    with transaction() as session:
        return login_sessions.remove_ended(session, now())


SCHEDULE = {"accounts-tidy": {"task": tidy.name, "schedule": HOURLY}}
