"""How do background tasks run? Celery is a doorbell: the truth stays in the database, and Redis may lose everything.

Without REDIS_URL the queue lives in this process (`memory://`) with one worker thread and the beat in another;
with it, `lms worker` runs them in processes of their own.
"""

import math
import os
import threading
import time
import warnings
from typing import Any

import structlog
from celery import Celery, Task, shared_task
from celery.platforms import SecurityWarning
from celery.signals import heartbeat_sent, worker_ready, worker_shutdown
from celery.worker import state
from flask import Flask
from sqlalchemy.exc import OperationalError

from lms.beat_supervision import SupervisedClock, Ticking
from lms.clock import now
from lms.config import Settings
from lms.db import transaction
from lms.heartbeat import ANY_WORKER, HEARTBEAT_SECONDS, Heart, note

log = structlog.get_logger(__name__)
MOMENT_S = 0.2
LOST_S = 30  # a ring that was not heard for so long is taken for lost
CLOCK = "by_the_clock"  # header of what the beat asks for

# When this process last rang for a task that it has not begun since. Long work rings for its own next turn: were the clock's asking
# heard beside that, each round would add a further line of turns, and whatever else waits would wait for all of them.
_rung: dict[str, float] = {}
os.register_at_fork(after_in_child=_rung.clear)


class TaskFailed(Exception):
    """A task ended with an error, which the log has; the beat tries again what it left."""


@shared_task(name="lms.worker.beat_heart", ignore_result=True)
def beat_heart() -> None:
    """Note that a worker is alive and reaches the database."""
    with transaction() as session:
        note(session, ANY_WORKER, now())


def init_app(app: Flask, settings: Settings, schedule: dict[str, Any]) -> Celery:
    """Give the app its Celery; every task runs in an app context."""

    class ContextTask(Task):  # type: ignore[misc]
        """A task that sees the app's database, clock and files."""

        throws = (TaskFailed,)  # told here, without the message and the arguments that Celery would write

        def __call__(self, *args: object, **kwargs: object) -> object:
            if _is_for_later(self):
                return None
            with app.app_context(), structlog.contextvars.bound_contextvars(task=self.name, task_id=self.request.id):
                try:
                    return self.run(*args, **kwargs)
                except OperationalError as error:
                    log.warning("task.database-unavailable", error=type(error.orig).__name__)
                    raise TaskFailed(self.name) from None
                except Exception as error:
                    log.exception("task.failed", error=type(error).__name__)
                    raise TaskFailed(self.name) from None

    celery = Celery(app.name, task_cls=ContextTask)
    everything = {"heartbeat": {"task": beat_heart.name, "schedule": HEARTBEAT_SECONDS}, **schedule}
    celery.conf.update(
        broker_url=settings.redis_url or "memory://localhost/",
        task_ignore_result=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_redirect_stdouts=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "polling_interval": 0.05,
            "visibility_timeout": 3600,
            "socket_timeout": 2,
            "socket_connect_timeout": 2,
            "max_retries": 1,
        },
        task_publish_retry=False,  # a doorbell that cannot ring must not hold up a request: the sweeper comes anyway
        beat_schedule={name: {**entry, "options": {"headers": {CLOCK: True}}} for name, entry in everything.items()},
        timezone="UTC",
    )
    celery.set_default()
    app.extensions["celery"] = celery
    return celery


def ring(task: Task, *args: object) -> None:
    """Ask for a task soon. Failing to ask is no error: every task's work is found again by the beat."""
    _rung[task.name] = time.monotonic()
    try:
        task.apply_async(args=args, retry=False)
    except Exception as error:  # any broker's failure is the same to us
        _rung.pop(task.name, None)
        log.warning("doorbell.failed", task=task.name, error=type(error).__name__)


def _is_for_later(task: Task) -> bool:
    """Say whether a task that begins may be left to a ring that is under way: the clock asks, and this process has rung since."""
    if task.request.get(CLOCK):
        return time.monotonic() - _rung.get(task.name, -math.inf) < LOST_S
    _rung.pop(task.name, None)
    return False


class Doorbell:
    """Rings for one task, once for all who ask within a moment, and never in the thread that asks.

    A ring costs as much as storing a statement, and a hundred rings a second say no more than five.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._lock = threading.Lock()
        self._next: threading.Timer | None = None
        self._rung = -math.inf

    def ring(self) -> None:
        """Ask for the task within a moment from now."""
        with self._lock:
            if self._next is not None and self._next.is_alive():  # not so in a process that was forked meanwhile
                return
            self._next = threading.Timer(max(0.0, self._rung + MOMENT_S - time.monotonic()), self._ring)
            self._next.daemon = True
            self._next.start()

    def _ring(self) -> None:
        with self._lock:  # first: whoever stores something from here on asks anew
            self._next, self._rung = None, time.monotonic()
        ring(self._task)


def start_embedded(app: Flask) -> None:
    """Start a worker and a clock in threads of this process (the default without Redis), anew where one of them has ended."""
    celery: Celery = app.extensions["celery"]
    warnings.simplefilter("ignore", SecurityWarning)  # run as root it is no more dangerous than the web process around it
    threading.Thread(target=_work_on, args=(celery,), name="worker", daemon=True).start()
    ring(beat_heart)  # fit at once, not with the clock's first round
    SupervisedClock(celery, lambda: None, thread=True).watch()


def _work_on(celery: Celery) -> None:
    """Work in this thread. Celery's worker ends with an error that it does not know; the next one goes on with what is left."""
    while True:
        worker = celery.Worker(
            pool="solo", concurrency=1, quiet=True, without_heartbeat=True, without_gossip=True, without_mingle=True, loglevel="WARNING"
        )
        try:
            worker.start()
        except BaseException as error:  # SystemExit, too: it would end this thread only, and nobody would know
            log.exception("worker.ended", error=type(error).__name__)
        state.should_stop = state.should_terminate = None
        time.sleep(MOMENT_S)
        log.error("worker.started-anew")


def run_worker(app: Flask, processes: int, *, beat: bool) -> None:
    """Run worker processes until stopped; with `beat` a further one keeps the schedule."""
    celery: Celery = app.extensions["celery"]
    heartbeat_sent.connect(Heart(app, "worker").beat, weak=False)  # sent every two seconds while this process hears the bell
    if beat:
        heart = Heart(app, "beat")
        heart.beat()  # noted before it runs, so that one that never does is missed
        clock = SupervisedClock(celery, heart.beat, thread=False)
        for signal, act in ((worker_ready, clock.start), (heartbeat_sent, clock.look), (worker_shutdown, clock.stop)):
            signal.connect(act, weak=False)
    ring(beat_heart)  # fit at once, not with the clock's first round
    celery.worker_main(["worker", "--concurrency", str(processes), "--loglevel", "WARNING", "--without-gossip", "--without-mingle"])


def run_beat(app: Flask) -> None:
    """Keep the schedule until stopped."""
    celery: Celery = app.extensions["celery"]
    celery.Beat(scheduler_cls=type("Noting", (Ticking,), {"noted": staticmethod(Heart(app, "beat").beat)}), loglevel="WARNING").run()
