"""How often is the worker signalled when many statements arrive?"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery, Task
from celery.contrib.testing.worker import start_worker
from flask import Flask

import lms.celery_app
from lms.celery_app import CLOCK, Doorbell, ring
from tests.factories import settings_for


class Rung:
    """A task of Celery's that notes when it is asked for, and by which thread."""

    name = "rung"

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []

    def apply_async(self, **_how: object) -> None:
        self.threads.append(threading.current_thread())


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_many_who_ask_within_a_moment_ring_once_now_and_once_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lms.celery_app, "MOMENT_S", 1.0)
    task = Rung()
    bell = Doorbell(task)
    bell.ring()
    wait_until(lambda: len(task.threads) == 1)
    for _ in range(100):
        bell.ring()
    assert len(task.threads) == 1
    wait_until(lambda: len(task.threads) == 2)
    time.sleep(0.1)
    assert len(task.threads) == 2
    assert threading.current_thread() not in task.threads


def test_a_request_during_a_signal_is_signalled_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lms.celery_app, "MOMENT_S", 0.05)
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Rung):
        def apply_async(self, **how: object) -> None:
            super().apply_async(**how)
            begun.set()
            go_on.wait(10)

    task = Slow()
    bell = Doorbell(task)
    bell.ring()
    assert begun.wait(10)
    bell.ring()
    wait_until(lambda: len(task.threads) == 2)
    go_on.set()


def test_a_ring_that_fails_is_not_an_error_and_the_next_one_is_tried() -> None:
    class Broken(Rung):
        def apply_async(self, **how: object) -> None:
            super().apply_async(**how)
            raise ConnectionError

    task = Broken()
    bell = Doorbell(task)
    for count in (1, 2):
        bell.ring()
        wait_until(lambda count=count: len(task.threads) == count)


class Counted:
    """A task that counts how often it is done, and rings for itself while `again` is above 0."""

    def __init__(self, celery: Celery) -> None:
        self.done = self.again = self.marks = 0
        self.go_on = threading.Event()

        @celery.task(name="mark")
        def mark() -> None:
            self.marks += 1

        @celery.task(name="counted", bind=True)
        def counted(task: Task) -> None:
            self.go_on.wait(10)
            self.done += 1
            if self.again:
                self.again -= 1
                ring(task)

        self.task: Any = counted
        self._mark: Any = mark

    def by_the_clock(self) -> None:
        """Request it as the clock does."""
        self.task.apply_async(headers={CLOCK: True})

    def work(self, done: int) -> None:
        """Run everything that was requested, and count how often the task ran."""
        self.go_on.set()
        before = -1
        while before != self.done:  # until the queue was gone through without a further turn
            before, count = self.done, self.marks + 1
            self._mark.apply_async()
            wait_until(lambda count=count: self.marks == count)
        assert self.done == done


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    """The task, and a worker that listens."""
    celery = lms.celery_app.init_app(Flask("bell"), settings_for("sqlite://", tmp_path_factory.mktemp("bell")), {})
    celery.control.purge()  # the queue in memory is the whole process's
    counted = Counted(celery)
    with start_worker(celery, perform_ping_check=False):
        yield counted


@pytest.fixture
def counted(worked: Counted) -> Counted:
    lms.celery_app._rung.clear()
    worked.done = worked.again = 0
    worked.go_on.clear()
    return worked


def test_while_long_work_rings_for_its_own_next_turn_the_clock_adds_none(counted: Counted) -> None:
    counted.again = 3
    counted.by_the_clock()
    for _ in range(5):
        counted.by_the_clock()
    counted.work(done=4)


def test_the_clock_is_heard_once_the_work_has_no_further_turn(counted: Counted) -> None:
    counted.again = 1
    counted.by_the_clock()
    counted.work(done=2)
    counted.by_the_clock()
    counted.work(done=3)


def test_whatever_the_clock_asks_for_is_marked_as_such(app: Flask) -> None:
    entries = app.extensions["celery"].conf.beat_schedule
    assert len(entries) > 5
    assert all(entry["options"]["headers"] == {CLOCK: True} for entry in entries.values())


def test_a_ring_that_was_lost_is_made_up_for_by_the_clock(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    lms.celery_app._rung[counted.task.name] = time.monotonic()  # as if the broker had forgotten it
    counted.by_the_clock()
    counted.work(done=0)
    monkeypatch.setattr(lms.celery_app, "LOST_S", 0)
    counted.by_the_clock()
    counted.work(done=1)


def test_a_ring_that_failed_silences_no_clock(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_how: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(counted.task, "apply_async", fail)
        ring(counted.task)
    counted.by_the_clock()
    counted.work(done=1)
