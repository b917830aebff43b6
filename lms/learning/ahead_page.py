"""Write the page that lets a browser fetch what an activity begins with before anybody opens it. Pure.

The page has no script, and its sandbox allows none. It stands on the host of the activity's frame, because a browser keeps files apart by
the site that fetched them. The browser fetches the named files when the line is idle. It opens no launch and says nothing to anybody.
"""

import html
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from courses.formats.format import Format
from lms.learning.file_kinds import MEDIA
from lms.learning.frame_page import OWN_SCRIPTS, FrameSite

LARGEST_FILE, MOST_BYTES, MOST_FILES = 1_500_000, 4_000_000, 300  # of the package
SANDBOX = "allow-same-origin"
AS = {".js": "script", ".mjs": "script", ".css": "style", ".json": "fetch", ".woff": "font", ".woff2": "font"}


def write_ahead(format: Format, site: FrameSite, parts: Iterable[str], named: Iterable[str], sizes: Mapping[str, int]) -> str:
    """Return the page for an entry of a package; `sizes` are those of the package's files, of which `named` are read first.

    `parts` are the files of our players that the frame's scripts load for this entry.
    """
    players = (*OWN_SCRIPTS, *format.frame.scripts, "frame.css", *format.frame.styles, *parts)
    addresses = [f"{site.player}/{name}" for name in players] + [site.base + quote(name) for name in _few(named, sizes)]
    links = "\n".join(f'<link rel="prefetch" as="{_as(one)}" href="{html.escape(one)}">' for one in addresses)
    return f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Ahead</title>\n{links}\n</head>\n</html>\n'


def policy_of_ahead(site: FrameSite) -> str:
    """Let the page fetch files of the players and of this package, and run nothing."""
    return f"sandbox {SANDBOX}; default-src {site.content}/player/ {site.base}; script-src 'none'; frame-ancestors {site.app}"


def _few(named: Iterable[str], sizes: Mapping[str, int]) -> Iterator[str]:
    """Yield the files until they are too many together; films, sound and large files are never among them."""
    left, count = MOST_BYTES, 0
    for name in named:
        size = sizes.get(name)
        if size is None or size > LARGEST_FILE or name[name.rfind(".") :].lower() in MEDIA:
            continue
        left, count = left - size, count + 1
        if left < 0 or count > MOST_FILES:
            return
        yield name


def _as(address: str) -> str:
    return AS.get(address[address.rfind(".") :].lower(), "image")
