"""THE table of content formats: one module for each, with everything that is particular to it (`courses.formats.format`).

A new format is one module and its place in `FORMATS`. Nothing else in the product branches on a format: it asks this table.
"""

from courses.formats import audio, cmi5, document, h5p, video
from courses.formats.format import Format

FORMATS: dict[str, Format] = {
    one.name: one for one in (h5p.FORMAT, cmi5.FORMAT, cmi5.ELSEWHERE, audio.FORMAT, video.FORMAT, document.FORMAT)
}

# What a package may hold besides: files that people download or that several formats use.
RESOURCES = frozenset("csv diff doc docx json md odp ods odt patch pdf ppt pptx rtf textile txt xls xlsx".split())  # noqa: SIM905

# What a package of web pages may hold besides (cmi5): it runs on a host of its own, so the kinds of its files matter less.
WEB_PAGES = frozenset(
    "html htm xhtml xml xsd dtd xsl xslt css scss less js mjs cjs ts json jsonld map wasm svg gif bmp avif ico cur ttf otf eot woff woff2"  # noqa: SIM905
    " aac oga ogv wav m4v mov srt lrc properties yml yaml license".split()
)


def endings() -> frozenset[str]:
    """Return the endings of all files that a package may hold, in lowercase and without the dot."""
    return RESOURCES.union(*(one.endings for one in FORMATS.values()))


def uploads() -> tuple[str, ...]:
    """Return the endings of all files that can be uploaded as a course: a package, or a file that is a course by itself."""
    return (".zip", *(ending for one in FORMATS.values() for ending in one.uploads))
