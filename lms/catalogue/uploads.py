"""Is this uploaded file a course, and if not, what exactly is wrong with it?"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Protocol

from courses.package import Package, open_package
from strict_json.problem import Problem

SUFFIXES = (".zip", ".h5p", ".mp4", ".webm")
MOST_MB = 200


class Upload(Protocol):
    """What is needed of an uploaded file."""

    filename: str | None

    def save(self, dst: Path) -> None:
        """Write the file to a path."""


@dataclass(frozen=True, slots=True)
class CheckedPackage:
    """A package, or every problem that keeps the file from being one."""

    package: Package | None
    problems: Sequence[Problem]


def suffix_of(name: str | None) -> str:
    """Return the file name's ending in small letters where it is one that can be uploaded, else ''."""
    suffix = PurePath(name or "").suffix.lower()
    return suffix if suffix in SUFFIXES else ""


def check(path: Path) -> CheckedPackage:
    """Open a file or folder as a course; what it is is decided by its content, not by its name."""
    opened = open_package(path)
    if isinstance(opened, Package):
        return CheckedPackage(opened, ())
    return CheckedPackage(None, opened)


@contextmanager
def checked(upload: Upload) -> Iterator[CheckedPackage]:
    """Check an upload; its files are there as long as the block runs, and nothing of it stays afterwards."""
    with tempfile.TemporaryDirectory(prefix="upload-") as folder:
        path = Path(folder) / f"{PurePath(upload.filename or 'course').stem[:80] or 'course'}{suffix_of(upload.filename)}"
        upload.save(path)
        yield check(path)
