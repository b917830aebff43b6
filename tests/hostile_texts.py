"""Long texts that slow careless code down, and a check whether work takes quadratic time."""

import time
from collections.abc import Callable

LONG = 40_000  # characters: quadratic work takes a second or more for this many, linear work some milliseconds
QUICK_S = 0.5
MARKS = "\u0301\u0316"  # two that Unicode puts into order: sorted one by one
UNITS = ("1", MARKS, "a", " ", "-", "a-", ".1", "[", '"', "\\", "'", "@", "a@", "/", "x.", "{", "(", ",", "=", "&", "%", "<a ", "\u3000")


def long(unit: str, size: int = LONG) -> str:
    """Return a text of so many characters."""
    return unit * (size // len(unit))


def grows_too_fast(work: Callable[[int], object], size: int = LONG) -> bool:
    """Say whether work on texts takes more time than in proportion to their length: twice the length, four times the time.

    It measures this thread's CPU time, which varies on a busy machine, so slow results are measured again.
    """
    if _seconds(work, size) < QUICK_S:
        return False
    half, whole = (min(_seconds(work, length) for _ in range(3)) for length in (size // 2, size))
    return whole > QUICK_S and whole > 2.8 * half


def _seconds(work: Callable[[int], object], size: int) -> float:
    begun = time.thread_time()
    work(size)
    return time.thread_time() - begun
