"""Do the worker and the clock inside `lms serve` continue after one of them has ended with an error?"""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery.beat import _Threaded
from flask import Flask

from lms.app import create_app
from lms.beat_supervision import SupervisedClock
from tests.factories import settings_for

PATIENCE_S = 120


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application without Redis."""
    found = create_app(settings_for(sqlite_url, tmp_path))
    yield found
    found.extensions["db"].dispose()


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"not within {PATIENCE_S} s"
        time.sleep(0.05)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # that is the fault
def test_a_clock_in_a_thread_that_dies_is_started_anew(app: Flask) -> None:
    ticks: list[int] = []
    faults = iter([False, True])

    def tick() -> None:
        ticks.append(threading.get_ident())
        if next(faults, False):
            raise MemoryError("planted")

    clock = SupervisedClock(app.extensions["celery"], tick, thread=True)
    clock.start()
    first = clock._clock
    assert isinstance(first, _Threaded)
    wait_until(lambda: not first.is_alive())
    died_after = len(ticks)
    clock.look()
    wait_until(lambda: len(ticks) > died_after)
    second = clock._clock
    assert isinstance(second, _Threaded)
    assert second is not first
    second.stop()
