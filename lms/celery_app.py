"""Background tasks with Celery. Messages are only signals: the data is in the database, and Redis may lose everything.

Without REDIS_URL the queue lives in this process (`memory://`) with one worker thread and the clock in another;
with it, `lms worker` runs them in separate processes.
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
from lms.heartbeat import ANY_WORKER, HEARTBEAT_SECONDS, HeartbeatReporter, note

log = structlog.get_logger(__name__)
MOMENT_S = 0.2
LOST_S = 30  # a signal that was not received for this long counts as lost
HEART = "lms.worker.beat_heart"  # to ask the task for its name makes Celery prepare every task
CLOCK = "by_the_clock"  # header of messages from the clock

# When this process last signalled a task that has not begun since. Long work signals its own next turn. If the clock's messages
# ran too, each round would add another series of turns, and all other work would wait for them.
_rung: dict[str, float] = {}
os.register_at_fork(after_in_child=_rung.clear)


class TaskFailed(Exception):
    """A task ended with an error, which is in the log; the clock tries the remaining work again."""


@shared_task(name=HEART, ignore_result=True)
def note_heartbeat() -> None:
    """Note that a worker is alive and reaches the database."""
    with transaction() as session:
        note(session, ANY_WORKER, now())


def init_app(app: Flask, settings: Settings, schedule: dict[str, Any]) -> Celery:
    """Create the app's Celery; every task runs in an app context."""

    class ContextTask(Task):  # type: ignore[misc]
        """A task with access to the app's database, clock and files."""

        throws = (TaskFailed,)  # logged here, without the message and arguments that Celery would write

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
    everything = {"heartbeat": {"task": HEART, "schedule": HEARTBEAT_SECONDS}, **schedule}
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
        task_publish_retry=False,  # a signal that cannot be sent must not delay a request: the clock will run the task anyway
        beat_schedule={name: {**entry, "options": {"headers": {CLOCK: True}}} for name, entry in everything.items()},
        timezone="UTC",
    )
    celery.set_default()
    app.extensions["celery"] = celery
    return celery


def ring(task: Task, *args: object) -> None:
    """Request a task soon. A failure is not an error: the clock finds every task's work later."""
    _rung[task.name] = time.monotonic()
    try:
        task.apply_async(args=args, retry=False)
    except Exception as error:  # every broker failure is handled alike
        _rung.pop(task.name, None)
        log.warning("doorbell.failed", task=task.name, error=type(error).__name__)


def _is_for_later(task: Task) -> bool:
    """Say whether a task may be skipped: the clock sent its message, and this process has sent another one since."""
    if task.request.get(CLOCK):
        return time.monotonic() - _rung.get(task.name, -math.inf) < LOST_S
    _rung.pop(task.name, None)
    return False


class Doorbell:
    """Signals one task, once for all callers within a moment, and never in the caller's thread.

    A signal costs as much as storing a statement, and five a second are as useful as a hundred.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._lock = threading.Lock()
        self._next: threading.Timer | None = None
        self._rung = -math.inf

    def ring(self) -> None:
        """Request the task within a moment."""
        with self._lock:
            if self._next is not None and self._next.is_alive():  # false in a process that was forked since
                return
            self._next = threading.Timer(max(0.0, self._rung + MOMENT_S - time.monotonic()), self._ring)
            self._next.daemon = True
            self._next.start()

    def _ring(self) -> None:
        with self._lock:  # first: a caller that stores something from now on signals again
            self._next, self._rung = None, time.monotonic()
        ring(self._task)


def start_embedded(app: Flask) -> None:
    """Start a worker and a clock in threads of this process (the default without Redis), and restart them if they end."""
    celery: Celery = app.extensions["celery"]
    warnings.simplefilter("ignore", SecurityWarning)  # as root it is no more dangerous than the web process itself
    threading.Thread(target=_work_on, args=(celery,), name="worker", daemon=True).start()
    ring(note_heartbeat)  # ready at once, not only at the clock's first tick
    SupervisedClock(celery, lambda: None, thread=True).watch()


def _work_on(celery: Celery) -> None:
    """Run the worker in this thread. Celery's worker ends on an unknown error; a new one then continues."""
    while True:
        worker = celery.Worker(
            pool="solo", concurrency=1, quiet=True, without_heartbeat=True, without_gossip=True, without_mingle=True, loglevel="WARNING"
        )
        try:
            worker.start()
        except BaseException as error:  # SystemExit too: it would silently end this thread only
            log.exception("worker.ended", error=type(error).__name__)
        state.should_stop = state.should_terminate = None
        time.sleep(MOMENT_S)
        log.error("worker.started-anew")


def run_worker(app: Flask, processes: int, *, beat: bool) -> None:
    """Run worker processes until stopped; with `beat`, an additional one runs the clock."""
    celery: Celery = app.extensions["celery"]
    heartbeat_sent.connect(HeartbeatReporter(app, "worker").beat, weak=False)  # sent every two seconds while this process receives messages
    if beat:
        reporter = HeartbeatReporter(app, "beat")
        reporter.beat()  # noted before the clock runs, so that a clock that never ticks is noticed
        clock = SupervisedClock(celery, reporter.beat, thread=False)
        for signal, act in ((worker_ready, clock.start), (heartbeat_sent, clock.look), (worker_shutdown, clock.stop)):
            signal.connect(act, weak=False)
    ring(note_heartbeat)  # ready at once, not only at the clock's first tick
    celery.worker_main(["worker", "--concurrency", str(processes), "--loglevel", "WARNING", "--without-gossip", "--without-mingle"])


def run_beat(app: Flask) -> None:
    """Run the clock until stopped."""
    celery: Celery = app.extensions["celery"]
    celery.Beat(
        scheduler_cls=type("Noting", (Ticking,), {"noted": staticmethod(HeartbeatReporter(app, "beat").beat)}), loglevel="WARNING"
    ).run()
