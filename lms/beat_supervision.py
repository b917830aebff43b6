"""Supervise the clock of the periodic tasks: restart it if it has died or stopped.

The clock (Celery's beat) runs inside `lms worker` as a process, and inside `lms serve` without Redis as a thread. Celery starts it
once and never checks it again.
"""

import multiprocessing
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import structlog
from celery import Celery
from celery.beat import EmbeddedService, Scheduler

log = structlog.get_logger(__name__)
STANDS_STILL_S = 100.0  # it ticks every 20 seconds, but waits longer if Redis does not answer
LOOK_S = 5.0


class BeatClock(Protocol):
    """A running clock, as Celery creates it."""

    def is_alive(self) -> bool:
        """Say whether its process or thread is still running."""

    def stop(self) -> None:
        """End it."""


class Ticking(Scheduler):  # type: ignore[misc]
    """A schedule that notes each tick; it is defined in code, so it needs no file."""

    noted: Callable[[], None] = staticmethod(lambda: None)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send the tasks that are due; return how many seconds to wait."""
        seconds: float = super().tick(*args, **kwargs)
        self.noted()
        return seconds


class SupervisedClock:
    """A clock that is checked and restarted; the clock itself calls `on_tick`, in its own process or thread."""

    def __init__(self, celery: Celery, on_tick: Callable[[], None], *, thread: bool) -> None:
        self._celery = celery
        self._on_tick = on_tick
        self._thread = thread
        self._ticked = multiprocessing.Value("d", 0.0, lock=False)  # seconds of the machine's monotonic clock, which processes share
        self._clock: BeatClock | None = None
        self._next_look = 0.0

    def start(self, **_signal: object) -> None:
        """Start the clock."""
        self._ticked.value = time.monotonic()
        clock = EmbeddedService(self._celery, thread=self._thread, scheduler_cls=self._scheduler())
        clock.start()
        self._clock = clock

    def look(self, **_signal: object) -> None:
        """Restart the clock if it has died, or if it is a process that has stopped ticking."""
        if self._clock is None or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_S
        stands_still = not self._thread and time.monotonic() - self._ticked.value > STANDS_STILL_S
        if self._clock.is_alive() and not stands_still:
            return
        log.error("clock.started-anew", reason="it stood still" if self._clock.is_alive() else "it had died")
        self.stop()
        self.start()

    def stop(self, **_signal: object) -> None:
        """Stop the clock; a process stops at once."""
        if self._clock is not None and (self._clock.is_alive() and not self._thread):
            self._clock.stop()
        self._clock = None

    def watch(self) -> None:
        """Start the clock and check it from now on, in a separate thread."""
        self.start()
        threading.Thread(target=self._watch, name="clock-watch", daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_S)
            self.look()

    def _scheduler(self) -> type[Scheduler]:
        return type("Noting", (Ticking,), {"noted": staticmethod(self._note)})

    def _note(self) -> None:
        self._ticked.value = time.monotonic()
        self._on_tick()
