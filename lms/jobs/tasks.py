"""Run long work: a worker takes a turn at a job, stores finished pieces in the file store, and gives the job back."""

import math
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import structlog
from celery import shared_task

from lms.celery_app import ring
from lms.clock import now
from lms.db import transaction
from lms.jobs import files, queue
from lms.jobs.kinds import ReportProgress, WorkRefused, kind_of
from lms.jobs.models import REFUSED, Job
from lms.jobs.queue import JobTurn
from lms.lease import TurnLost, touch
from lms.storage import storage

log = structlog.get_logger(__name__)
EVERY_SECONDS, TIDY_SECONDS = 10, 3600
REPORT_SECONDS = 1
TURN_SECONDS = 2  # if one worker does everything, new hours wait no longer than this for an export


@shared_task(name="lms.jobs.tasks.work", ignore_result=True)
def work() -> bool:
    """Take a turn at the job that has waited longest; return whether there was one."""
    with transaction() as session:
        turn = queue.claim(session, now())
    if turn is None:
        return False
    problem = _problem_of(turn)
    with transaction() as session:
        queue.give_back(session, turn, now(), problem)
    if not problem:  # after a problem the clock tries again later
        ring(work)
    return True


def _problem_of(turn: JobTurn) -> str:
    try:
        _take(turn)
    except TurnLost:
        return ""
    except WorkRefused as refusal:
        _refuse(turn, refusal.reason)
        return ""
    except Exception as error:
        log.exception("job.problem", job=turn.job_id, kind=turn.kind)
        return type(error).__name__
    return ""


def _refuse(turn: JobTurn, reason: str) -> None:
    log.warning("job.refused", job=turn.job_id, kind=turn.kind, reason=reason)
    with suppress(TurnLost), transaction() as session:
        queue.end(queue.held(session, turn), REFUSED, now(), reason)


def _take(turn: JobTurn) -> None:
    """Make pieces until the turn is over; after the last one, join them."""
    turn = replace(turn, order=replace(turn.order, report=_reporter(turn)))
    kind = kind_of(turn.kind)
    plan = turn.plan
    if plan is None:
        plan = kind.plan(turn.order.params)
        with transaction() as session:
            queue.begin(queue.held(session, turn), plan, sum(map(kind.size, plan)), now())
    until = time.monotonic() + TURN_SECONDS
    done = sum(map(kind.size, plan[: turn.pieces]))
    for number in range(turn.pieces, len(plan)):
        storage().put(files.piece(turn.job_id, number), kind.make(turn.order, plan[number]))
        done += kind.size(plan[number])
        _advance(turn, number, done)
        if time.monotonic() > until:
            return
    _join(turn, len(plan))


def _advance(turn: JobTurn, number: int, done: int) -> None:
    """Record a piece that is in the file store. If its job was erased in the meantime, delete the piece: nobody else would."""
    try:
        with transaction() as session:
            queue.advance(queue.held(session, turn), number + 1, done, now())
    except TurnLost:
        with transaction() as session:
            if session.get(Job, turn.job_id) is None:
                storage().delete(files.piece(turn.job_id, number))
        raise


def _reporter(turn: JobTurn) -> ReportProgress:
    """Return what a long piece calls: it records the progress and renews the lease, at most once a second."""
    last = -math.inf

    def report(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < REPORT_SECONDS:
            return
        with transaction() as session:
            job = queue.held(session, turn)
            job.done, job.total = done, total
            touch(job, now())
        last = time.monotonic()

    return report


def _join(turn: JobTurn, count: int) -> None:
    join = kind_of(turn.kind).join
    if join is None:
        with transaction() as session:
            queue.finish(queue.held(session, turn), None, None, now())
        return
    name = files.result(turn.job_id, turn.name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result"
        with path.open("wb") as out:
            shown = join(turn.order, _touching(turn, count), out)
        storage().put(name, path)
    try:
        with transaction() as session:
            queue.finish(queue.held(session, turn), shown, name, now())
    except TurnLost:
        storage().delete(name)
        raise


def _touching(turn: JobTurn, count: int) -> Iterator[bytes]:
    """Yield the pieces, and renew the lease each time."""
    for content in files.pieces(storage(), turn.job_id, count):
        yield content
        with transaction() as session:
            touch(queue.held(session, turn), now())


@shared_task(name="lms.jobs.tasks.tidy", ignore_result=True)
def tidy() -> None:
    """Delete jobs and files that have expired, and the pieces of jobs that have ended and are not continued."""
    with transaction() as session:
        for job in queue.expired(session, now()):
            files.remove_all(storage(), job)
            session.delete(job)
        for job in queue.with_pieces(session):
            files.remove_pieces(storage(), job)
            job.plan = None


SCHEDULE = {
    "jobs": {"task": work.name, "schedule": EVERY_SECONDS},
    "jobs-tidy": {"task": tidy.name, "schedule": TIDY_SECONDS},
}
