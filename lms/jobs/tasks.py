"""Who does the long work? The worker takes jobs one by one until none waits."""

import structlog
from celery import shared_task

from lms.clock import now
from lms.db import transaction
from lms.jobs import queue
from lms.jobs.kinds import Cancelled, Params, kind_of
from lms.storage import storage

log = structlog.get_logger(__name__)
EVERY_SECONDS, TIDY_SECONDS = 10, 3600


@shared_task(name="lms.jobs.tasks.work", ignore_result=True)
def work() -> int:
    """Do every job that waits; return how many."""
    count = 0
    while True:
        with transaction() as session:
            job = queue.claim(session, now())
            claimed = (job.id, job.kind, job.params) if job else None
        if claimed is None:
            return count
        _do(*claimed)
        count += 1


def _do(job_id: int, kind: str, params: Params) -> None:
    def report(done: int, total: int) -> None:
        with transaction() as session:
            if not queue.report(session, job_id, done, total, now()):
                raise Cancelled

    try:
        result = kind_of(kind).run(params, report)
    except Cancelled:
        with transaction() as session:
            queue.stop(session, job_id, now())
        return
    except Exception as error:
        log.exception("job.failed", job=job_id, kind=kind)
        with transaction() as session:
            queue.stop(session, job_id, now(), type(error).__name__, failed=True)
        return
    stored = f"jobs/{job_id}"
    storage().put(stored, result.content)
    with transaction() as session:
        queue.finish(session, job_id, result.name, stored, now())


@shared_task(name="lms.jobs.tasks.tidy", ignore_result=True)
def tidy() -> None:
    """Remove jobs, and their files, whose time is over."""
    with transaction() as session:
        for job in queue.expired(session, now()):
            if job.result_object:
                storage().delete(job.result_object)
            session.delete(job)


SCHEDULE = {
    "jobs": {"task": work.name, "schedule": EVERY_SECONDS},
    "jobs-tidy": {"task": tidy.name, "schedule": TIDY_SECONDS},
}
