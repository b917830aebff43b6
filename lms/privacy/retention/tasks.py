"""Remove old months every night if STATEMENTS_KEPT_MONTHS is set, and when an office requests it."""

from celery import shared_task

from lms.celery_app import ring
from lms.clock import now
from lms.db import transaction
from lms.jobs import long_runs
from lms.privacy.retention.models import NIGHTLY, Removal
from lms.privacy.retention.removal_run import begin, carry, claim
from lms.site_settings import site_settings

EVERY_SECONDS, NIGHTLY_SECONDS = 60, 600
NIGHT = range(2, 5)  # hours of the day at the site


@shared_task(name="lms.records.retention.tasks.work", ignore_result=True)
def work() -> bool:
    """Continue with the oldest run; return whether there was one without a worker."""
    with transaction() as session:
        taken = claim(session, now())
    if taken is None:
        return False
    long_runs.in_thread(f"removal-{taken[0]}", see_through, *taken)
    return True


def see_through(removal_id: int, turn: str) -> None:
    """Carry a run to its end."""
    long_runs.see_through("removal", removal_id, lambda: list(carry(removal_id, turn)))


@shared_task(name="lms.records.retention.tasks.nightly", ignore_result=True)
def nightly() -> bool:
    """Begin the night's run; return whether this call began it."""
    settings = site_settings()
    months = settings.statements_kept_months
    begun = bool(months) and long_runs.begin_once_a_night(
        Removal, NIGHT, lambda session, night, _at: begin(session, NIGHTLY, months, night=night)
    )
    if begun:
        ring(work)
    return begun


SCHEDULE = {
    "removal": {"task": work.name, "schedule": EVERY_SECONDS},
    "removal-nightly": {"task": nightly.name, "schedule": NIGHTLY_SECONDS},
}
