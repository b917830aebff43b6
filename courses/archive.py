"""Is this untrusted zip safe to unpack, and what is in it?

Nothing is written before everything that the archive says about itself has been checked; nothing is believed while
writing. What operating systems leave in archives (hidden files, __MACOSX) is passed over, not refused.
"""

import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from courses.reader import is_inside
from strict_json.problem import Problem

MEGABYTE = 1_000_000
CHUNK = 1 << 18
LONGEST_TYPED_NAME = 1200  # characters as the archive has them: four times Limits.name, for names in which marks stand apart
LOCAL_HEADER = 30  # bytes of a local file header without its name (APPNOTE 4.3.7)
UTF8, ENCRYPTED, STRONG, MASKED = 0x800, 0x1, 0x40, 0x2000  # general purpose bits (APPNOTE 4.4.4)
PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What H5P allows in content and libraries, without Flash; a page of its own (HTML) is not among it.
SUFFIXES = frozenset(
    suffix
    for suffixes in (
        "bmp gif jpeg jpg png svg tif tiff webp glb gltf",
        "m4a mp3 mp4 ogg wav webm vtt webvtt",
        "css js json map eot otf ttf woff woff2",
        "csv diff doc docx md odp ods odt patch pdf ppt pptx rtf textile txt xls xlsx",
        "h5p",
    )
    for suffix in suffixes.split()
)
LEFT_BY_WINDOWS = frozenset({"thumbs.db", "desktop.ini"})
MOST_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold, in bytes where not said otherwise."""

    files: int = 4000
    total: int = 600 * MEGABYTE
    directory: int = 4 * MEGABYTE  # the list of files at the archive's end
    ratio: int = 200  # unpacked to packed; text reaches 20, a bomb starts at 1000
    small: int = MEGABYTE  # below this the ratio does not matter
    name: int = 300  # characters in a path
    part: int = 200  # bytes in a part of it


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file of the archive under the name that it gets."""

    name: str
    info: zipfile.ZipInfo


def unpack(source: Path, into: Path, limits: Limits = LIMITS) -> tuple[str, ...] | list[Problem]:
    """Unpack an archive into an empty folder; return the files' names, or every problem (then the folder is worthless).

    Names are '/'-separated and in Unicode's composed form, so that one written on a Mac is found.
    """
    try:
        with source.open("rb") as file, zipfile.ZipFile(_Guarded(file, limits.directory)) as archive:
            entries, problems = _entries(archive, limits)
            problems += _bomb(archive, entries, limits)
            return _shortened(problems) or _extract(archive, entries, into)
    except _TooMuchError:
        return [Problem("list-too-long", "", {"most": limits.files})]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError, IndexError, zlib.error) as error:
        return [Problem("no-archive", "", {"why": str(error)})]


def is_passed_over(name: str) -> bool:
    """Say whether a file is what systems and editors leave behind, and is not taken along; H5P passes over the same names."""
    *_, last = parts = name.split("/")
    return (
        any(part.startswith(".") and part.strip(".") for part in parts)
        or parts[0] == "__MACOSX"
        or last.startswith("_")
        or last.lower() in LEFT_BY_WINDOWS
    )


def check_name(name: str, limits: Limits = LIMITS) -> Problem | None:
    """Return what is wrong with a file's name inside a package, or None."""
    parts = name.split("/")
    if "\\" in name:
        return Problem("backslash", name)
    if not is_inside(name):
        return Problem("name-outside", name)
    if len(name) > limits.name or any(len(part.encode()) > limits.part for part in parts):
        return Problem("name-too-long", name)
    suffix = parts[-1].rpartition(".")[2].lower() if "." in parts[-1] else ""
    if suffix and suffix not in SUFFIXES:
        return Problem("kind-of-file", name, {"kind": suffix})
    return None


def clashes(names: Sequence[str]) -> Iterator[Problem]:
    """Yield every name that another one takes away: the same one on systems that ignore case, or a folder of the same name."""
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
    """More is read at once than an honest archive's list of files is long."""


class _Guarded:
    """A file that refuses to be read in one huge piece: zipfile reads the list of files whole, whatever size it claims."""

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


def _entries(archive: zipfile.ZipFile, limits: Limits) -> tuple[list[_Entry], list[Problem]]:
    """Return the files to unpack and what is wrong with any single entry."""
    entries: list[_Entry] = []
    problems: list[Problem] = []
    for info in archive.infolist():
        name = _name(info)
        if name is None:
            problems.append(Problem("name-encoding", ascii(info.orig_filename)))
            continue
        wrong = _wrong(name, info, limits)
        if wrong:
            problems.append(replace(wrong, path=_shown(name)))
        elif not name.endswith("/") and not is_passed_over(name):
            entries.append(_Entry(name, info))
    return entries, [*problems, *clashes([entry.name for entry in entries])]


def _name(info: zipfile.ZipInfo) -> str | None:
    """Return the entry's name; without the UTF-8 mark it is UTF-8 or what Chinese Windows writes.

    One that is too long is returned as it came, to be refused: it is not normalised, which costs the square of the length.
    """
    name = info.orig_filename
    if not info.flag_bits & UTF8:
        raw = name.encode("cp437")  # what zipfile decoded it from
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
    if is_passed_over(name) and is_inside(name):
        return None
    if info.compress_type not in PLAIN_METHODS:
        return Problem("packing-method", name)
    return check_name(name, limits)


def _bomb(archive: zipfile.ZipFile, entries: Sequence[_Entry], limits: Limits) -> list[Problem]:
    """Return what would make the archive larger than it looks: too many, too large, too dense, overlapping."""
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


def _extract(archive: zipfile.ZipFile, entries: Sequence[_Entry], into: Path) -> tuple[str, ...] | list[Problem]:
    problems = []
    for entry in entries:
        target = into.joinpath(*entry.name.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy(archive, entry.info, target)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            problems.append(Problem("damaged", entry.name, {"why": str(error)}))
    return _shortened(problems) or tuple(entry.name for entry in entries)


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Write one file; what its bytes unpack to beyond the size that was checked is never read."""
    written = 0
    with archive.open(info) as packed, target.open("xb") as file:
        while chunk := packed.read(CHUNK):
            written += len(chunk)
            if written > info.file_size:
                raise zipfile.BadZipFile("it is longer than the archive says")
            file.write(chunk)
    if written != info.file_size:
        raise zipfile.BadZipFile("it is shorter than the archive says")


def _shown(name: str) -> str:
    """Return a name that is safe to print on one line."""
    return name if name.isprintable() else ascii(name)


def _shortened(problems: list[Problem]) -> list[Problem]:
    more = len(problems) - MOST_PROBLEMS
    return [*problems[:MOST_PROBLEMS], Problem("more-problems", "", {"count": more})] if more > 0 else problems
