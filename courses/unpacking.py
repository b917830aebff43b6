"""Collect the files of an archive or a folder by name. All archives of one package, nested ones too, share one limit."""

import shutil
import tempfile
import weakref
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from courses.archive import LIMITS, Limits, check_name, clashes, is_passed_over, names_in, unpack
from courses.byte_count import HALF, WHOLE, ByteCount, Report, only_forward, part_of, sha256_of, to_nobody
from courses.formats import have_pages, page_folders
from courses.strict_json.problem import Problem


class UnpackingSpace:
    """A folder for unpacked files, deleted when it is no longer used; all unpacked files count against one limit.

    `report` gets the progress in percent: unpacking is one half of it, hashing the other.
    """

    def __init__(self, report: Report = to_nobody) -> None:
        self._report, self._hashes = only_forward(report), dict[Path, str]()
        self._folder = Path(tempfile.mkdtemp(prefix="course-"))
        self._number = 0
        self._used = self._count = 0
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def unpack(self, source: Path) -> dict[str, Path] | list[Problem]:
        """Unpack an archive; return its files by name, or every problem."""
        unpacking = part_of(self._report, *((0, HALF) if not self._number else (HALF, HALF)))  # an archive inside moves nothing
        self._number += 1
        into = self._folder / str(self._number)
        into.mkdir()
        held = names_in(source)
        left = replace(LIMITS, total=LIMITS.total - self._used, files=LIMITS.files - self._count)
        left = replace(left, any_kind=have_pages(held), page_folders=page_folders(held))
        names = unpack(source, into, left, unpacking)
        if isinstance(names, list):
            return names
        files = {name: into.joinpath(*name.split("/")) for name in names}
        self._used += sum(path.stat().st_size for path in files.values())
        self._count += len(files)
        return files

    def write(self, content: bytes) -> Path:
        """Keep a file that was made from an unpacked one; return its path."""
        self._number += 1
        path = self._folder / f"made-{self._number}"
        path.write_bytes(content)
        return path

    def hashes_of(self, paths: Collection[Path]) -> dict[Path, str]:
        """Return the SHA-256 of files; each file is read once, however often it is asked for."""
        new = [path for path in dict.fromkeys(paths) if path not in self._hashes]
        count = ByteCount(sum(path.stat().st_size for path in new), part_of(self._report, HALF, WHOLE))
        self._hashes |= {path: sha256_of(path, count) for path in new}
        return {path: self._hashes[path] for path in paths}


def files_of_folder(root: Path, limits: Limits = LIMITS) -> dict[str, Path] | list[Problem]:
    """Return a folder's files by name; it refuses the same names as an archive."""
    files: dict[str, Path] = {}
    problems = []
    found = sorted(root.rglob("*"))
    pages = page_folders(path.relative_to(root).as_posix() for path in found)
    limits = replace(limits, any_kind=have_pages(path.name for path in found), page_folders=pages)
    for path in found:
        name = path.relative_to(root).as_posix()
        if is_passed_over(name, any_kind=limits.any_kind):
            continue
        wrong = Problem("link", name) if path.is_symlink() else check_name(name, limits) if path.is_file() else None
        if wrong:
            problems.append(wrong)
        elif path.is_file():
            files[name] = path
    problems += clashes(list(files))
    if len(files) > limits.files or sum(path.stat().st_size for path in files.values()) > limits.total:
        problems.append(Problem("too-much", "", {"most": limits.files, "mb": limits.total // 1_000_000}))
    return problems or files
