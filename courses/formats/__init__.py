"""THE table of content formats: one module for each, with everything that is particular to it (`courses.formats.format`).

A new format is one module and its place in `FORMATS`. Nothing else in the product branches on a format: it asks this table.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

from courses.formats import audio, cmi5, document, h5p, link, scorm, video
from courses.formats.format import Format

# Of an upload that is of two formats, the first is taken: some packages are cmi5 and SCORM.
FORMATS: dict[str, Format] = {
    one.name: one
    for one in (h5p.FORMAT, cmi5.FORMAT, cmi5.ELSEWHERE, scorm.FORMAT, audio.FORMAT, video.FORMAT, document.FORMAT, link.FORMAT)
}

# What a package may hold besides: files that people download or that several formats use.
RESOURCES = frozenset("csv diff doc docx json md odp ods odt patch pdf ppt pptx rtf textile txt xls xlsx".split())  # noqa: SIM905

PAGES = (".html", ".htm")


def endings() -> frozenset[str]:
    """Return the endings of all files that a package may hold, in lowercase and without the dot."""
    return RESOURCES.union(*(one.endings for one in FORMATS.values()))


def uploads() -> tuple[str, ...]:
    """Return the endings of all files that can be uploaded as a course: a package, or a file that is a course by itself."""
    return tuple(dict.fromkeys((".zip", *(ending for one in FORMATS.values() for ending in one.uploads))))


def packed_endings() -> tuple[str, ...]:
    """Return the endings of archives that an activity of a course may be, in lowercase and with the dot."""
    return tuple({one.packed for one in FORMATS.values() if one.packed})


def page_folders(names: Iterable[str]) -> tuple[str, ...]:
    """Return the folders in which web pages may lie, with their '/', in a package whose files have these names."""
    places = [one.pages_in for one in FORMATS.values() if one.pages_in]
    found = ((name, mark, folder) for name in names for mark, folder in places if name.endswith(mark))
    return tuple(f"{name.removesuffix(mark)}{folder}" for name, mark, folder in found if name == mark or name.endswith(f"/{mark}"))


def is_page_in(name: str, folders: tuple[str, ...]) -> bool:
    """Say whether a name is of a web page in one of these folders."""
    return name.startswith(folders) and name.lower().endswith(PAGES)


def have_pages(names: Iterable[str]) -> bool:
    """Say whether files with these names are of a package with pages of its own, or hold one; some have Windows paths."""
    marks = {one.manifest for one in FORMATS.values() if one.manifest}
    return any(PurePosixPath(name.replace("\\", "/")).name.lower() in marks for name in names)
