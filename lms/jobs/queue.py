"""Pass jobs from people to workers and back, by rows: a lost message or a killed worker loses nothing.

A worker takes a turn at a job for some seconds and gives it back, so that long exports alternate and hours are
credited between them. Every change that a worker makes names its turn; a worker whose lease has ended changes nothing more.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import lease
from lms.accounts.models import Person
from lms.jobs.kinds import JobOrder
from lms.jobs.models import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job
from lms.lease import Lease, TurnLost, touch

LEASE_TIMEOUT = timedelta(minutes=2)  # no piece takes longer
LEASE = Lease(Job, LEASE_TIMEOUT)
KEPT = timedelta(days=7)
MOST_TRIES = 3  # turns in a row without a finished piece, if the work itself fails
MOST_DEATHS = 8  # the same if workers are lost: machines are restarted, but a piece that kills its worker must not kill them without limit
WORKING = (QUEUED, RUNNING)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class JobTurn:
    """A worker's turn at a job, and the state of the job."""

    job_id: int
    name: str
    kind: str
    order: JobOrder
    plan: Sequence[Sequence[int]] | None
    pieces: int


def enqueue(session: Session, kind: str, owner_id: int, params: Mapping[str, Any], now: datetime) -> Job:
    """Add a job and return it; if the same job exists already, even from the same moment, return that one."""
    session.execute(select(Person.id).where(Person.id == owner_id).with_for_update())
    same = json.dumps(params, sort_keys=True)
    working = session.scalars(select(Job).where(Job.owner_id == owner_id, Job.kind == kind, Job.state.in_(WORKING)))
    for job in working:
        if json.dumps(job.params, sort_keys=True) == same and not job.cancel_asked:
            return job
    job = Job(kind=kind, owner_id=owner_id, params=dict(params), created_at=now, touched_at=now)
    session.add(job)
    session.flush()
    return job


def claim(session: Session, now: datetime) -> JobTurn | None:
    """Take a turn at the job that has waited longest, or whose worker died; end jobs that have failed too often."""
    while (job := LEASE.claim(session, now, Job.state.in_(WORKING))) is not None:
        if job.cancel_asked:
            end(job, CANCELLED, now)
        elif job.tries >= MOST_DEATHS:
            end(job, FAILED, now, "its worker was lost again and again")
        else:
            job.state, job.tries = RUNNING, job.tries + 1
            return JobTurn(job.id, str(job.turn), job.kind, JobOrder(job.params, job.created_at), job.plan, job.pieces)
        session.flush()
    return None


def held(session: Session, turn: JobTurn) -> Job:
    """Return the turn's job, locked.

    Raises:
        TurnLost: another worker has it, or a user has cancelled the job.
    """
    job = LEASE.held(session, turn.job_id, turn.name)
    if job.cancel_asked:
        raise TurnLost
    return job


def begin(job: Job, plan: Sequence[Sequence[int]], total: int, now: datetime) -> None:
    """Save a job's plan and the total of its progress."""
    job.plan, job.total = [list(piece) for piece in plan], total
    touch(job, now)


def advance(job: Job, pieces: int, done: int, now: datetime) -> None:
    """Record that the first `pieces` of the plan, `done` of the total, are in the file store."""
    job.pieces, job.done, job.tries = pieces, done, 0
    touch(job, now)


def finish(job: Job, name: str | None, stored: str | None, now: datetime) -> None:
    """Record that a job is done, and that its result, if it has one, is in the file store."""
    job.result_name, job.result_object = name, stored
    end(job, DONE, now)


def end(job: Job, state: str, now: datetime, message: str = "") -> None:
    """End a job."""
    job.state, job.message, job.finished_at = state, message, now
    lease.give_back(job)
    touch(job, now)


def give_back(session: Session, turn: JobTurn, now: datetime, problem: str = "") -> None:
    """End a turn. With a `problem`, the job fails if that has happened too often; a cancelled job ends."""
    try:
        job = LEASE.held(session, turn.job_id, turn.name)
    except TurnLost:
        return
    lease.give_back(job)
    touch(job, now)
    if problem:
        job.tries = max(job.tries, 1)  # also if a piece was finished first
    if job.cancel_asked:
        end(job, CANCELLED, now)
    elif problem and job.tries >= MOST_TRIES:
        end(job, FAILED, now, problem)


def cancel(job: Job, now: datetime) -> None:
    """Ask a job to stop; a job without a worker stops at once."""
    if job.state in WORKING and job.turn is None:
        end(job, CANCELLED, now)
    elif job.state in WORKING:
        job.cancel_asked = True


def go_on(job: Job, now: datetime) -> None:
    """Let a failed job continue with the first piece that is missing; leave any other job as it is."""
    if job.state == FAILED:
        job.state, job.message, job.finished_at, job.tries = QUEUED, "", None, 0
        if job.plan is None:  # it is planned again: its pieces are gone, or there were none yet
            job.pieces = job.done = 0
        touch(job, now)


def of_person(session: Session, person_id: int) -> Sequence[Job]:
    """Return a person's jobs, newest first."""
    return session.scalars(select(Job).where(Job.owner_id == person_id).order_by(Job.id.desc()).limit(SHOWN)).all()


def expired(session: Session, now: datetime) -> Sequence[Job]:
    """Return jobs whose results have passed the retention time."""
    return session.scalars(select(Job).where(Job.finished_at < now - KEPT)).all()


def with_pieces(session: Session) -> Sequence[Job]:
    """Return jobs that have ended but may still have pieces in the file store; a failed one may be continued and keeps them."""
    return session.scalars(select(Job).where(Job.state.not_in((*WORKING, FAILED)), Job.plan.is_not(None))).all()
