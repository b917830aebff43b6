"""Recognise an uploaded file that is not a course here, such as a Tin Can package or a Word file, and report its kind in one sentence.

Without this, such a package would be refused with one line for each of its web pages. Only names, first bytes and a small part of
a manifest are looked at.
"""

import re
from collections.abc import Callable, Collection
from pathlib import PurePosixPath

from courses.strict_json.problem import Problem

Read = Callable[[str, int], bytes]  # name, most bytes → the first bytes of a file of an archive; nothing if it cannot be read

MOST_MANIFEST = 1_000_000
CMI5, TIN_CAN = "cmi5.xml", "tincan.xml"
AICC = (".au", ".crs", ".cst", ".des")  # endings of its course structure files
OFFICE = {"word": "Word", "ppt": "PowerPoint", "xl": "Excel"}  # the folder of an Office file's parts → its program
OPEN_DOCUMENTS = {b"opendocument.text": "Writer", b"opendocument.presentation": "Impress", b"opendocument.spreadsheet": "Calc"}
PAGES = (".html", ".htm")

STARTS: tuple[tuple[bytes, Problem], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Problem("office-file", "", {"program": "Office"})),
    (b"{\\rtf", Problem("office-file", "", {"program": "Word"})),
    (b"Rar!\x1a\x07", Problem("archive-kind", "", {"kind": "RAR"})),
    (b"7z\xbc\xaf\x27\x1c", Problem("archive-kind", "", {"kind": "7z"})),
    (b"\x1f\x8b", Problem("archive-kind", "", {"kind": "gzip"})),
    (b"MZ", Problem("program")),
    (b"\x7fELF", Problem("program")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Problem("film-kind", "", {"kind": "WMV"})),
    (b"FLV\x01", Problem("film-kind", "", {"kind": "FLV"})),
    (b"\x1aE\xdf\xa3", Problem("film-kind", "", {"kind": "Matroska"})),
    (b"#!AMR", Problem("sound-kind", "", {"kind": "AMR"})),
    (b"fLaC", Problem("sound-kind", "", {"kind": "FLAC"})),
    (b"GIF8", Problem("photo-kind", "", {"kind": "GIF"})),
    (b"BM", Problem("photo-kind", "", {"kind": "BMP"})),
    (b"WEBVTT", Problem("captions-alone")),
    (b"\xef\xbb\xbfWEBVTT", Problem("captions-alone")),
)
RIFF = {b"AVI ": Problem("film-kind", "", {"kind": "AVI"}), b"WAVE": Problem("sound-kind", "", {"kind": "WAV"})}
BRANDS = {  # of ISO 14496-12
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), Problem("photo-kind", "", {"kind": "HEIC"})),
    **dict.fromkeys((b"avif", b"avis"), Problem("photo-kind", "", {"kind": "AVIF"})),
    b"qt  ": Problem("film-kind", "", {"kind": "QuickTime"}),
}
ENDINGS: dict[str, Problem] = {
    **dict.fromkeys((".doc", ".docx", ".rtf", ".wps"), Problem("office-file", "", {"program": "Word"})),
    **dict.fromkeys((".ppt", ".pptx", ".dps"), Problem("office-file", "", {"program": "PowerPoint"})),
    **dict.fromkeys((".xls", ".xlsx", ".et"), Problem("office-file", "", {"program": "Excel"})),
    **{f".{kind}": Problem("archive-kind", "", {"kind": kind.upper()}) for kind in ("rar", "7z", "gz", "tar")},
    **dict.fromkeys((".exe", ".msi", ".bat", ".apk", ".dmg", ".jar"), Problem("program")),
    **{f".{kind}": Problem("film-kind", "", {"kind": kind.upper()}) for kind in ("mov", "avi", "wmv", "flv", "mkv", "mpg", "rmvb")},
    **{f".{kind}": Problem("sound-kind", "", {"kind": kind.upper()}) for kind in ("wav", "aac", "wma", "amr", "flac")},
    **{f".{kind}": Problem("photo-kind", "", {"kind": kind.upper()}) for kind in ("heic", "heif", "avif", "gif", "bmp", "tif", "tiff")},
    **dict.fromkeys(PAGES, Problem("web-pages")),
}


def in_file(head: bytes) -> Problem | None:
    """Name a file by its first bytes, if it is not an archive; None if it is unknown."""
    if head[4:8] == b"ftyp" and head[8:12] in BRANDS:
        return BRANDS[head[8:12]]
    if head[:4] == b"RIFF" and head[8:12] in RIFF:
        return RIFF[head[8:12]]
    if head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        return Problem("web-pages")
    return next((problem for start, problem in STARTS if head.startswith(start)), None)


def in_name(ending: str) -> Problem | None:
    """Name a file by the ending of its name, in lowercase and with the dot; None if it is unknown."""
    return ENDINGS.get(ending)


def of_unknown_kind(ending: str, size: int, known: Collection[str]) -> Problem:
    """Say why a file of this size is not a course if its first bytes tell no kind; `known` are the endings of files that can be one."""
    if not size:
        return Problem("empty-file")
    if ending in known:
        return Problem("not-as-named", "", {"ending": ending})
    return in_name(ending) or Problem("no-course", "", {"endings": ", ".join(known)})


def in_archive(names: Collection[str], read: Read) -> Problem | None:
    """Name an archive or folder without a course by the names of its files; None if it is unknown."""
    by_last = {_last(name): name for name in sorted(names, key=lambda one: -one.count("/"))}  # of equal names, the outermost
    if CMI5 in by_last:
        return Problem("cmi5-not-at-root", by_last[CMI5])
    if any(name.endswith(AICC) for name in by_last):
        return Problem("aicc")
    if TIN_CAN in by_last:
        return Problem("tin-can")
    return _office(names, read) or (Problem("web-pages") if any(name.endswith(PAGES) for name in by_last) else None)


def _last(name: str) -> str:
    """Return the last part of a name in lowercase; some packages are packed with Windows paths."""
    return PurePosixPath(name.replace("\\", "/")).name.lower()


def _count(pattern: bytes, manifest: bytes) -> int:
    return len(re.findall(pattern, manifest, re.IGNORECASE))


def _office(names: Collection[str], read: Read) -> Problem | None:
    if "[Content_Types].xml" in names:
        tops = {name.partition("/")[0] for name in names}
        program = next((OFFICE[top] for top in sorted(tops & OFFICE.keys())), "Office")
        return Problem("office-file", "", {"program": program})
    kind = read("mimetype", 100) if "mimetype" in names else b""
    program = next((OPEN_DOCUMENTS[one] for one in OPEN_DOCUMENTS if one in kind), "")
    return Problem("office-file", "", {"program": program}) if program else None
