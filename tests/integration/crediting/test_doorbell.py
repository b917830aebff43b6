"""How often is the worker called when statements pour in?"""

import threading
import time
from collections.abc import Callable

import pytest

import lms.worker
from lms.worker import Doorbell


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
    monkeypatch.setattr(lms.worker, "MOMENT_S", 1.0)
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


def test_who_asks_while_it_rings_is_heard_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lms.worker, "MOMENT_S", 0.05)
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


def test_a_ring_that_fails_is_no_error_and_the_next_one_is_tried() -> None:
    class Broken(Rung):
        def apply_async(self, **how: object) -> None:
            super().apply_async(**how)
            raise ConnectionError

    task = Broken()
    bell = Doorbell(task)
    for count in (1, 2):
        bell.ring()
        wait_until(lambda count=count: len(task.threads) == count)
