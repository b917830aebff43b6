"""Count the bytes of long work on files, and report how far it is."""

import hashlib
from collections.abc import Callable
from pathlib import Path

Report = Callable[[int, int], None]  # called often with what is done and the total; an exception that it raises ends the work
PIECE = 1 << 20  # bytes
HALF, WHOLE = 50, 100  # hundredths


def to_nobody(_done: int, _total: int) -> None:
    """Report no progress."""


def part_of(report: Report, since: int, until: int) -> Report:
    """Return a report for one part of the work, from `since` to `until` hundredths of the whole."""
    return lambda done, total: report(since + (until - since) * done // max(total, 1), WHOLE)


def only_forward(report: Report) -> Report:
    """Return a report that never goes back; repeated work still reports, because that keeps the job's lease."""
    most = 0

    def told(done: int, total: int) -> None:
        nonlocal most
        most = max(most, done)
        report(most, total)

    return told


class ByteCount:
    """Counts the bytes of work on `total` bytes, and reports each piece."""

    def __init__(self, total: int, report: Report) -> None:
        self._done, self._total, self._report = 0, total, report

    def add(self, size: int) -> None:
        """Count one more piece."""
        self._done += size
        self._report(self._done, self._total)


def sha256_of(path: Path, count: ByteCount | None = None) -> str:
    """Return the hash of a file's bytes, and count them."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            if count is not None:
                count.add(len(piece))
    return digest.hexdigest()
