"""Remove uploads that were never completed, and outcomes that were shown long enough."""

from celery import shared_task

from lms.catalogue import receiving
from lms.clock import now
from lms.db import transaction
from lms.storage import storage

TIDY_SECONDS = 3600


@shared_task(name="lms.catalogue.tasks.tidy_uploads", ignore_result=True)
def tidy_uploads() -> None:
    """Remove what has expired."""
    with transaction() as session:
        receiving.tidy(session, storage(), now())


SCHEDULE = {"uploads-tidy": {"task": tidy_uploads.name, "schedule": TIDY_SECONDS}}
