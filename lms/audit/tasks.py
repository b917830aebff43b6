"""Check the ledger every night, and when an administrator asks for it."""

from celery import shared_task

from lms.audit.check_run import begin, carry, claim
from lms.celery_app import ring
from lms.clock import now
from lms.crediting.models import NIGHTLY, LedgerCheck
from lms.db import transaction
from lms.jobs import long_runs
from lms.site_settings import site_settings

EVERY_SECONDS, NIGHTLY_SECONDS = 60, 600
NIGHT = range(3, 6)  # hours of the day at the site: after the months of practice were credited and old statements removed


@shared_task(name="lms.audit.tasks.work", ignore_result=True)
def work() -> bool:
    """Continue with the oldest check; return whether there was one without a worker."""
    with transaction() as session:
        taken = claim(session, now())
    if taken is None:
        return False
    long_runs.in_thread(f"ledger-check-{taken[0]}", see_through, *taken)
    return True


def see_through(check_id: int, turn: str) -> None:
    """Carry a check to its end."""
    long_runs.see_through("ledger-check", check_id, lambda: carry(check_id, turn, site_settings()))


@shared_task(name="lms.audit.tasks.nightly", ignore_result=True)
def nightly() -> bool:
    """Begin the night's check; return whether this call began it."""
    begun = long_runs.begin_once_a_night(LedgerCheck, NIGHT, lambda session, night, at: begin(session, NIGHTLY, at, night=night))
    if begun:
        ring(work)
    return begun


SCHEDULE = {
    "ledger-check": {"task": work.name, "schedule": EVERY_SECONDS},
    "ledger-check-nightly": {"task": nightly.name, "schedule": NIGHTLY_SECONDS},
}
