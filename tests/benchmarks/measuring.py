"""How is something measured on a busy machine? In short turns, floor and product by turns, and the median of them."""

import statistics
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: people in the database, seconds of one turn, turns, learners with a long history,
    numbers of statements among which is searched, bytes of the largest attachment, and on which databases.
    """

    people: int
    seconds: float
    turns: int
    learners: int
    statements: tuple[int, ...]
    attachment: int
    kinds: tuple[str, ...] = ("postgresql", "sqlite")


# 700 masters × (1 + 10 + 100): the notice's backbone programme
FULL = Effort(people=77_700, seconds=1.5, turns=5, learners=400, statements=(200_000,), attachment=100 * 2**20)
MILLIONS = replace(FULL, statements=(200_000, 2_000_000))
TINY = Effort(people=60, seconds=0.02, turns=1, learners=4, statements=(2_000,), attachment=3 * 2**20, kinds=("postgresql",))


class Turn(NamedTuple):
    """What one turn came to; CPU in seconds, the database's own where it is a process of its own; how long each item was waited for."""

    items: int
    seconds: float
    cpu: float
    database_cpu: float | None = None
    waits: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to measure: `work` does it for so many seconds; `floors` are the names of what it is compared with."""

    name: str
    work: Callable[[float], Turn]
    floors: Sequence[str] = ()
    aim: str = ""


def compare(subjects: Sequence[Subject], effort: Effort) -> dict[str, list[Turn]]:
    """Let all subjects take their turns, one after the other and again, print a table and return every turn by name."""
    for subject in subjects:
        subject.work(min(effort.seconds, 0.3))  # caches are warm in a server that has run for a minute
    turns: dict[str, list[Turn]] = {subject.name: [] for subject in subjects}
    for _ in range(effort.turns):
        for subject in subjects:
            turns[subject.name].append(subject.work(effort.seconds))
    print_table(HEAD, [_row(subject, turns) for subject in subjects])
    return turns


HEAD = ("", "per s", "p50 ms", "p95 ms", "CPU ms", "database ms", "beside its floor: CPU, rate", "aim")


def _row(subject: Subject, turns: dict[str, list[Turn]]) -> Sequence[str]:
    own = turns[subject.name]
    database = [one.database_cpu / one.items * 1000 for one in own if one.database_cpu is not None]
    waits = sorted(wait * 1000 for one in own for wait in one.waits)
    return (
        subject.name,
        f"{statistics.median(map(rate, own)):,.0f}",
        *(f"{waits[int(len(waits) * part)]:.2f}" if waits else "–" for part in (0.5, 0.95)),
        f"{statistics.median(map(cpu_ms, own)):.3f}",
        f"{statistics.median(database):.3f}" if database else "–",
        "; ".join(_beside(own, turns[floor], floor) for floor in subject.floors) or "–",
        subject.aim or "–",
    )


def _beside(own: Sequence[Turn], floor: Sequence[Turn], name: str) -> str:
    """Compare turns that followed each other, so that a slow minute weighs on both."""
    pairs = list(zip(own, floor, strict=True))
    cpu = statistics.median(cpu_ms(one) / max(cpu_ms(other), 1e-6) for one, other in pairs)
    speed = statistics.median(rate(one) / rate(other) for one, other in pairs)
    return f"{cpu:.1f} ×, {speed:.0%} of {name}"


def rate(turn: Turn) -> float:
    """Return the items of one second."""
    return turn.items / turn.seconds


def cpu_ms(turn: Turn) -> float:
    """Return the CPU milliseconds of one item."""
    return turn.cpu / turn.items * 1000


def here(work: Callable[[], object], items: int = 1) -> Callable[[float], Turn]:
    """Return how a function that does so many items at a time is measured in this process."""

    def measure(seconds: float) -> Turn:
        ends, cpu = [time.perf_counter()], time.process_time()
        while len(ends) == 1 or ends[-1] - ends[0] < seconds:
            work()
            ends.append(time.perf_counter())
        waits = [end - start for start, end in pairwise(ends)]
        return Turn(len(waits) * items, ends[-1] - ends[0], time.process_time() - cpu, None, waits)

    return measure


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, the first column to the left, the others to the right."""
    lines = [head, *rows]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = (_padded(cell, width, left=not column) for column, (cell, width) in enumerate(zip(line, widths, strict=True)))
        print("  ".join(cells).rstrip(), flush=True)


def _padded(cell: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(cell))
    return cell + space if left else space + cell


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
