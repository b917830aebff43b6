"""Is this untrusted zip safe to unpack, and which files does it have?

All metadata of the archive is checked before a file is written, and the content is checked again while it is written. Files that
operating systems add (hidden files, __MACOSX) are skipped, not refused.
"""

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from courses.byte_count import ByteCount, Report, to_nobody
from courses.formats import endings, is_page_in, packed_endings
from courses.reader import is_inside
from courses.strict_json.problem import Problem

MEGABYTE = 1_000_000
CHUNK = 1 << 18
LONGEST_TYPED_NAME = 1200  # characters in the archive: four times Limits.name, for names with separate combining marks
LOCAL_HEADER = 30  # bytes of a local file header without its name (APPNOTE 4.3.7)
UTF8, ENCRYPTED, STRONG, MASKED = 0x800, 0x1, 0x40, 0x2000  # general purpose bits (APPNOTE 4.4.4)
PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LEFT_BY_WINDOWS = frozenset({"thumbs.db", "desktop.ini"})
MOST_PROBLEMS = 50
TURNING = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # Unicode's characters that turn the direction of text (UAX 9, 2)
BROKEN = (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError, IndexError, zlib.error)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an archive, in bytes unless stated otherwise."""

    files: int = 4000
    total: int = 600 * MEGABYTE
    directory: int = 4 * MEGABYTE  # the list of files at the end of the archive
    ratio: int = 200  # unpacked to packed; text reaches 20, a zip bomb starts at 1000
    small: int = MEGABYTE  # the ratio of smaller files is not checked
    name: int = 300  # characters in a path
    part: int = 200  # bytes in one component of a path
    any_kind: bool = False  # of a package with pages of its own: files of every kind, also with Windows paths
    page_folders: tuple[str, ...] = ()  # folders in which web pages may lie


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class _ZipEntry:
    """A file of the archive under its final name."""

    name: str
    info: zipfile.ZipInfo


def unpack(source: Path, into: Path, limits: Limits = LIMITS, report: Report = to_nobody) -> tuple[str, ...] | list[Problem]:
    """Unpack an archive into an empty folder; return the files' names, or every problem (then do not use the folder).

    Names are '/'-separated and in Unicode's composed form, so that names written on a Mac are found. `report` is told after each piece
    how many bytes are unpacked, of how many.
    """
    try:
        with source.open("rb") as file, zipfile.ZipFile(_Guarded(file, limits.directory)) as archive:
            entries, problems = _entries(archive, limits)
            problems += _bomb(archive, entries, limits)
            return _shortened(problems) or _extract(archive, entries, into, ByteCount(sum(one.info.file_size for one in entries), report))
    except _TooMuchError:
        return [Problem("list-too-long", "", {"most": limits.files})]
    except BROKEN as error:
        return [Problem("no-archive", "", {"why": str(error)})]


def names_in(source: Path, limits: Limits = LIMITS) -> list[str]:
    """Return the names of an archive's files as they are written, without a check; none if it cannot be read."""
    try:
        with source.open("rb") as file, zipfile.ZipFile(_Guarded(file, limits.directory)) as archive:
            return archive.namelist()
    except (_TooMuchError, *BROKEN):
        return []


def read_first(source: Path, name: str, most: int) -> bytes:
    """Return the first bytes of one file of an archive, at most `most`; nothing if it cannot be read."""
    try:
        with source.open("rb") as file, zipfile.ZipFile(_Guarded(file, LIMITS.directory)) as archive, archive.open(name) as packed:
            return packed.read(most)
    except (_TooMuchError, KeyError, RuntimeError, *BROKEN):
        return b""


def is_passed_over(name: str, *, any_kind: bool = False) -> bool:
    """Say whether operating systems or editors leave this file behind, so that it is skipped; H5P skips the same names.

    With `any_kind` names that begin with an underscore are kept, because pages may need them.
    """
    *_, last = parts = name.split("/")
    return (
        any(part.startswith(".") and part.strip(".") for part in parts)
        or parts[0] == "__MACOSX"
        or (last.startswith("_") and not any_kind)
        or last.lower() in LEFT_BY_WINDOWS
    )


def check_name(name: str, limits: Limits = LIMITS) -> Problem | None:
    """Return the problem with a file's name inside a package, or None."""
    parts = name.split("/")
    if "\\" in name:
        return Problem("backslash", name)
    if not is_inside(name):
        return Problem("name-outside", name)
    if TURNING.search(name):
        return Problem("name-turned", ascii(name))
    if len(name) > limits.name or any(len(part.encode()) > limits.part for part in parts):
        return Problem("name-too-long", name)
    free = limits.any_kind or name.lower().endswith(packed_endings()) or is_page_in(name, limits.page_folders)
    return None if free else check_kind(name)


def check_kind(name: str) -> Problem | None:
    """Return a problem if a file's name ends like no file that a course may hold, otherwise None."""
    last = name.rpartition("/")[2]
    suffix = last.rpartition(".")[2].lower() if "." in last else ""
    return Problem("kind-of-file", name, {"kind": suffix}) if suffix and suffix not in endings() else None


def clashes(names: Sequence[str]) -> Iterator[Problem]:
    """Yield every name that conflicts with another: equal on systems that ignore case, or a folder with the name of a file."""
    seen: dict[str, str] = {}
    for name in names:
        folded = name.casefold()
        if folded in seen:
            yield Problem("name-twice", name) if seen[folded] == name else Problem("case-clash", name, {"other": seen[folded]})
        seen.setdefault(folded, name)
    for name in seen:
        parent = name.rpartition("/")[0]
        while parent:
            if parent in seen:
                yield Problem("file-and-folder", seen[parent])
            parent = parent.rpartition("/")[0]


class _TooMuchError(Exception):
    """One read asks for more bytes than an honest archive's list of files has."""


class _Guarded:
    """A file that refuses to be read in one huge piece, because zipfile reads a list of files of any claimed size at once."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file, self._most = file, most

    def read(self, count: int = -1) -> bytes:
        if count > self._most:
            raise _TooMuchError
        content = self._file.read(self._most + 1 if count < 0 else count)
        if len(content) > self._most:
            raise _TooMuchError
        return content

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def _entries(archive: zipfile.ZipFile, limits: Limits) -> tuple[list[_ZipEntry], list[Problem]]:
    """Return the files to unpack, and the problems of single entries. A file that is in it several times alike is unpacked once."""
    entries: list[_ZipEntry] = []
    seen: set[tuple[str, int, int]] = set()
    problems: list[Problem] = []
    for info in archive.infolist():
        name = _name(info)
        if name is not None and limits.any_kind:
            name = name.replace("\\", "/")
        if name is None:
            problems.append(Problem("name-encoding", ascii(info.orig_filename)))
            continue
        wrong = _wrong(name, info, limits)
        if wrong:
            problems.append(replace(wrong, path=_shown(name)))
        elif not name.endswith("/") and not is_passed_over(name, any_kind=limits.any_kind) and (name, info.CRC, info.file_size) not in seen:
            entries.append(_ZipEntry(name, info))
            seen.add((name, info.CRC, info.file_size))
    return entries, [*problems, *clashes([entry.name for entry in entries])]


def _name(info: zipfile.ZipInfo) -> str | None:
    """Return the entry's name. Without the UTF-8 flag it is read as UTF-8 or as the encoding of Chinese Windows.

    A name that is too long is returned unchanged, to be refused: normalising it would take quadratic time.
    """
    name = info.orig_filename
    if not info.flag_bits & UTF8:
        raw = name.encode("cp437")  # zipfile decoded the name from this encoding
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        else:
            return None
    return unicodedata.normalize("NFC", name) if len(name) <= LONGEST_TYPED_NAME else name


def _wrong(name: str, info: zipfile.ZipInfo, limits: Limits) -> Problem | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return Problem("link-or-device", name)
    if info.flag_bits & (ENCRYPTED | STRONG | MASKED):
        return Problem("encrypted", name)
    if name.endswith("/"):
        plain = is_inside(name[:-1]) and len(name) <= limits.name
        return None if plain and not info.file_size else Problem("folder-outside", name)
    if is_passed_over(name, any_kind=limits.any_kind) and is_inside(name):
        return None
    if info.compress_type not in PLAIN_METHODS:
        return Problem("packing-method", name)
    return check_name(name, limits)


def _bomb(archive: zipfile.ZipFile, entries: Sequence[_ZipEntry], limits: Limits) -> list[Problem]:
    """Return the ways in which the archive is larger than it looks: too many files, too large, too dense, overlapping."""
    problems = []
    infos = archive.infolist()
    if len(infos) > limits.files:
        problems.append(Problem("too-many-files", "", {"count": len(infos), "most": limits.files}))
    total = sum(info.file_size for info in infos)
    if total > limits.total:
        problems.append(Problem("unpacks-too-large", "", {"mb": total // MEGABYTE, "most": limits.total // MEGABYTE}))
    for entry in entries:
        if entry.info.file_size > max(limits.small, limits.ratio * entry.info.compress_size):
            problems.append(Problem("too-dense", entry.name, {"ratio": limits.ratio}))
    begins = sorted((info.header_offset, LOCAL_HEADER + info.compress_size, info.orig_filename) for info in infos)
    ends = [*(offset for offset, _, _ in begins[1:]), archive.start_dir]
    problems += [Problem("overlaps-file", _shown(name)) for (at, size, name), end in zip(begins, ends, strict=False) if at + size > end]
    return problems


def _extract(archive: zipfile.ZipFile, entries: Sequence[_ZipEntry], into: Path, count: ByteCount) -> tuple[str, ...] | list[Problem]:
    problems = []
    for entry in entries:
        target = into.joinpath(*entry.name.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy(archive, entry.info, target, count)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            problems.append(Problem("damaged", entry.name, {"why": str(error)}))
    return _shortened(problems) or tuple(entry.name for entry in entries)


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, count: ByteCount) -> None:
    """Write one file; content beyond the checked size is never unpacked."""
    written = 0
    with archive.open(info) as packed, target.open("xb") as file:
        while chunk := packed.read(CHUNK):
            written += len(chunk)
            if written > info.file_size:
                raise zipfile.BadZipFile("it is longer than the archive says")
            file.write(chunk)
            count.add(len(chunk))
    if written != info.file_size:
        raise zipfile.BadZipFile("it is shorter than the archive says")


def _shown(name: str) -> str:
    """Return a name that can safely be printed on one line."""
    return name if name.isprintable() else ascii(name)


def _shortened(problems: list[Problem]) -> list[Problem]:
    more = len(problems) - MOST_PROBLEMS
    return [*problems[:MOST_PROBLEMS], Problem("more-problems", "", {"count": more})] if more > 0 else problems
