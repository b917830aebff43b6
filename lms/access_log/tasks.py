"""Delete accesses that are older than they are kept."""

from datetime import timedelta

from celery import shared_task
from sqlalchemy import delete

from lms.access_log.models import AccessRecord
from lms.clock import now
from lms.db import transaction
from lms.site_settings import site_settings

EVERY_SECONDS = 3600
DAYS_OF_A_MONTH = 31


@shared_task(name="lms.access_log.tasks.forget_old", ignore_result=True)
def forget_old() -> None:
    """Delete what is older than ACCESSES_KEPT_MONTHS."""
    settings = site_settings()
    before = now() - timedelta(days=DAYS_OF_A_MONTH * settings.accesses_kept_months)
    with transaction() as session:
        session.execute(delete(AccessRecord).where(AccessRecord.at < before))


SCHEDULE = {"accesses-forget": {"task": forget_old.name, "schedule": EVERY_SECONDS}}
