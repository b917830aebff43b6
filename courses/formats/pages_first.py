"""Which files of a package do its web pages name? They can be fetched ahead, before the activity is opened.

The pages themselves are not among them: a browser keeps a page in a frame apart from what was fetched ahead.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

Read = Callable[[str], bytes | None]
MOST_PAGES = 20
MOST_BYTES = 500_000  # of a page: the names of what it loads stand near its beginning
NAMED = re.compile(rb"\b(?:src|href)=[\"']([^\"'<>?#:]{1,300})[\"']", re.IGNORECASE)
LOADED = (".js", ".mjs", ".css", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".woff", ".woff2")


def files_of_pages(pages: Iterable[str], folder: str, read: Read) -> tuple[str, ...]:
    """Return the scripts, style sheets, pictures and fonts of a folder that its first pages name; whether they are there is not asked."""
    named = (name for page in list(dict.fromkeys(pages))[:MOST_PAGES] for name in _named(page, folder, read(page) or b""))
    return tuple(dict.fromkeys(named))


def _named(page: str, folder: str, content: bytes) -> Iterator[str]:
    for found in NAMED.findall(content[:MOST_BYTES]):
        try:
            written = unquote(found.decode("utf-8"), errors="strict")
        except UnicodeDecodeError:
            continue  # of a page in another encoding
        name = posixpath.normpath(posixpath.join(posixpath.dirname(page), written))
        if name.startswith(folder) and name.lower().endswith(LOADED):
            yield name
