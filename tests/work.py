"""Counts the work of something by its function calls, which are the same on every machine, however busy it is."""

from collections.abc import Callable
from cProfile import Profile
from pstats import Stats

STEP = 100


def calls(act: Callable[[], object]) -> int:
    """Return how many functions are called."""
    profile = Profile()
    profile.runcall(act)
    found: int = Stats(profile).total_calls  # type: ignore[attr-defined]
    return found


def bend(work_of: Callable[[int], int]) -> float:
    """Return how much more the work grows than its size: 0 if twice the size is twice the work, 1 or more if each part meets each other."""
    first, second, third = (work_of(STEP * times) for times in (1, 2, 3))
    return (third - 2 * second + first) / (2 * STEP**2)
