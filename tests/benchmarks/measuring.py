"""Measure on a busy machine: short turns that alternate between floor and product, and the median of all turns."""

import statistics
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Effort:
    """The size of a measurement: people in the database, seconds and number of turns, learners with a long history,
    numbers of statements to search, bytes of the largest attachment, the databases, and the most web processes of an installation.
    """

    people: int
    seconds: float
    turns: int
    learners: int
    statements: tuple[int, ...]
    attachment: int
    kinds: tuple[str, ...] = ("postgresql", "sqlite")
    workers: int = 2


# 700 masters × (1 + 10 + 100): the notice's backbone programme
FULL = Effort(people=77_700, seconds=1.5, turns=5, learners=400, statements=(200_000,), attachment=100 * 2**20)
MILLIONS = replace(FULL, statements=(200_000, 2_000_000))
TINY = Effort(people=60, seconds=0.02, turns=1, learners=4, statements=(2_000,), attachment=3 * 2**20, kinds=("postgresql",), workers=1)


class Turn(NamedTuple):
    """The result of one turn: CPU seconds, the database's own if it is a separate process, and the waiting time of each item."""

    items: int
    seconds: float
    cpu: float
    database_cpu: float | None = None
    waits: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to measure: `work` does it for a number of seconds; `floors` names what it is compared with."""

    name: str
    work: Callable[[float], Turn]
    floors: Sequence[str] = ()
    aim: str = ""


def compare(subjects: Sequence[Subject], effort: Effort) -> dict[str, list[Turn]]:
    """Run the turns of all subjects alternately, print a table, and return every turn by name."""
    for subject in subjects:
        subject.work(min(effort.seconds, 0.3))  # warm the caches, as in a server that has run for a minute
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
    """Compare turns that ran one after the other, so that a slow minute affects both."""
    pairs = list(zip(own, floor, strict=True))
    cpu = statistics.median(cpu_ms(one) / max(cpu_ms(other), 1e-6) for one, other in pairs)
    speed = statistics.median(rate(one) / rate(other) for one, other in pairs)
    return f"{cpu:.1f} ×, {speed:.0%} of {name}"


def rate(turn: Turn) -> float:
    """Return the items per second."""
    return turn.items / turn.seconds


def cpu_ms(turn: Turn) -> float:
    """Return the CPU milliseconds of one item."""
    return turn.cpu / turn.items * 1000


def here(work: Callable[[], object], items: int = 1) -> Callable[[float], Turn]:
    """Return a measurement, in this process, of a function that handles this many items per call."""

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
