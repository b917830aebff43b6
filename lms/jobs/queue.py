"""How does a job pass from a person to a worker and back? By its row: a lost message or a killed worker loses nothing."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.jobs.models import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job

SILENT = timedelta(minutes=2)  # a running job not touched for this long has lost its worker
KEPT = timedelta(days=7)
WORKING = (QUEUED, RUNNING)
SHOWN = 50


def enqueue(session: Session, kind: str, owner_id: int, params: Mapping[str, Any], now: datetime) -> Job:
    """Add a job; asked for twice, the one that works already is the answer."""
    same = json.dumps(params, sort_keys=True)
    working = session.scalars(select(Job).where(Job.owner_id == owner_id, Job.kind == kind, Job.state.in_(WORKING)))
    for job in working:
        if json.dumps(job.params, sort_keys=True) == same and not job.cancel_asked:
            return job
    job = Job(kind=kind, owner_id=owner_id, params=dict(params), created_at=now, touched_at=now)
    session.add(job)
    session.flush()
    return job


def claim(session: Session, now: datetime) -> Job | None:
    """Take the oldest job that waits, or one whose worker died."""
    lost = (Job.state == RUNNING) & (Job.touched_at < now - SILENT)
    job = session.scalar(select(Job).where(or_(Job.state == QUEUED, lost)).order_by(Job.id).limit(1).with_for_update(skip_locked=True))
    if job is not None:
        job.state, job.touched_at, job.done = RUNNING, now, 0
    return job


def report(session: Session, job_id: int, done: int, total: int, now: datetime) -> bool:
    """Note how far a job is; return whether it should go on."""
    job = session.get_one(Job, job_id)
    job.done, job.total, job.touched_at = done, total, now
    return not job.cancel_asked and job.state == RUNNING


def finish(session: Session, job_id: int, name: str, stored: str, now: datetime) -> None:
    """Note that a job's result is in the file store."""
    job = session.get_one(Job, job_id)
    job.state, job.finished_at, job.touched_at = DONE, now, now
    job.result_name, job.result_object, job.done = name, stored, job.total


def stop(session: Session, job_id: int, now: datetime, message: str = "", *, failed: bool = False) -> None:
    """Note that a job ended without a result."""
    job = session.get_one(Job, job_id)
    job.state, job.message, job.finished_at, job.touched_at = FAILED if failed else CANCELLED, message, now, now


def cancel(session: Session, job: Job, now: datetime) -> None:
    """Ask a job to stop; one that nobody has begun stops at once."""
    if job.state == QUEUED:
        stop(session, job.id, now)
    elif job.state == RUNNING:
        job.cancel_asked = True


def of_person(session: Session, person_id: int) -> Sequence[Job]:
    """Return a person's jobs, newest first."""
    return session.scalars(select(Job).where(Job.owner_id == person_id).order_by(Job.id.desc()).limit(SHOWN)).all()


def expired(session: Session, now: datetime) -> Sequence[Job]:
    """Return jobs whose results have been kept long enough."""
    return session.scalars(select(Job).where(Job.finished_at < now - KEPT)).all()
