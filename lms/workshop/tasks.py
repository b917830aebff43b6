"""Remove contents that nothing refers to any more, every night, and previews that are over."""

import structlog
from celery import shared_task

from lms.clock import now
from lms.db import transaction
from lms.i18n import SITE_ZONE, local_time
from lms.jobs import long_runs
from lms.storage import storage
from lms.workshop import once
from lms.workshop.sweeping import sweep
from lms.workshop.unit_preview import trying

log = structlog.get_logger(__name__)

EVERY_SECONDS = 3600
NIGHT = range(1, 2)  # the hour of the day at the site; a second run in the same night finds nothing more to do


@shared_task(name="lms.workshop.tasks.sweep_contents", ignore_result=True)
def sweep_contents() -> bool:
    """Begin the night's run; return whether it is the hour for it."""
    if local_time(now(), SITE_ZONE).hour not in NIGHT:
        return False
    long_runs.in_thread("sweep-contents", see_through)
    return True


def see_through() -> None:
    """Sweep, and log the figures."""
    try:
        found = sweep(storage(), now())
    except Exception:
        log.exception("contents.sweep-problem")
        return
    log.info("contents.swept", set_aside=found.set_aside, brought_back=found.brought_back, removed=found.removed)


@shared_task(name="lms.workshop.tasks.remove_unit_previews", ignore_result=True)
def remove_unit_previews() -> int:
    """Remove the previews of units that are over, and old tokens of forms; return how many previews."""
    with transaction() as session:
        once.remove_old(session, now())
        return trying.remove_old(session, now())


SCHEDULE = {
    "contents-sweep": {"task": sweep_contents.name, "schedule": EVERY_SECONDS},
    "unit-previews": {"task": remove_unit_previews.name, "schedule": EVERY_SECONDS},
}
