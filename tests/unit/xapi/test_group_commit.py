"""Do simultaneous callers share one piece of work, and does each get its own result?"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from xapi.storage.group_commit import MOST, GroupCommit

CALLERS = 12
LONG = 30


class Work:
    """Double numbers; the first call waits until it is released. A negative number fails the whole call."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.begun, self.let_go = threading.Event(), threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        self.begun.set()
        assert self.let_go.wait(LONG)
        if min(numbers) < 0:
            raise ValueError(f"{min(numbers)} is negative")
        return [2 * number for number in numbers]


def waited_behind(work: Work, first: int, others: Sequence[int]) -> list["Future[int]"]:
    """Let others come while the first is at work; return all results."""
    together = GroupCommit(work)
    with ThreadPoolExecutor(len(others) + 1) as threads:
        futures = [threads.submit(together, first)]
        assert work.begun.wait(LONG)
        futures += [threads.submit(together, number) for number in others]
        wait_until(lambda: len(together._waiting) == len(others))
        work.let_go.set()
    return futures


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what other threads are about to do."""
    pause = threading.Event()
    for _ in range(LONG * 200):
        if true():
            return
        pause.wait(0.005)
    raise AssertionError("it does not come")


def test_a_single_caller_works_at_once_for_itself() -> None:
    work = Work()
    work.let_go.set()
    together = GroupCommit(work)
    assert [together(1), together(2), together(3)] == [2, 4, 6]
    assert work.groups == [[1], [2], [3]]


def test_callers_that_arrive_during_the_work_share_the_next_round_and_get_their_own_results() -> None:
    work = Work()
    found = waited_behind(work, 0, range(1, CALLERS))
    assert [one.result() for one in found] == [2 * number for number in range(CALLERS)]
    assert work.groups[0] == [0]
    assert sorted(work.groups[1]) == list(range(1, CALLERS))
    assert len(work.groups) == 2


def test_more_than_one_piece_of_work_takes_are_worked_on_in_several() -> None:
    work = Work()
    found = waited_behind(work, 0, range(1, MOST + 9))
    assert [one.result() for one in found] == [2 * number for number in range(MOST + 9)]
    assert [len(group) for group in work.groups] == [1, MOST, 8]


def test_nobody_fails_for_what_another_brought() -> None:
    work = Work()
    found = waited_behind(work, 0, [1, -2, 3])
    assert [one.result() for one in (found[0], found[1], found[3])] == [0, 2, 6]
    with pytest.raises(ValueError, match="-2 is negative"):
        found[2].result()
    assert sorted(map(len, work.groups)) == [1, 1, 1, 1, 3]


def test_a_failure_of_the_first_keeps_nobody_waiting() -> None:
    found = waited_behind(Work(), -1, [1, 2])
    with pytest.raises(ValueError, match="-1 is negative"):
        found[0].result()
    assert [one.result() for one in found[1:]] == [2, 4]


def test_work_that_was_broken_off_keeps_nobody_waiting() -> None:
    class Stopped(BaseException):
        pass

    def work(numbers: Sequence[int]) -> list[int]:
        if len(numbers) > 1:
            raise Stopped
        return waiting(numbers)

    waiting = Work()
    together = GroupCommit(work)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(together, 1)
        assert waiting.begun.wait(LONG)
        others = [threads.submit(together, number) for number in (2, 3)]
        wait_until(lambda: len(together._waiting) == 2)
        waiting.let_go.set()
    assert first.result() == 2
    assert sorted(type(one.exception()).__name__ for one in others) == ["NoneType", "Stopped"]
    assert together(5) == 10
