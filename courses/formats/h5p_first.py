"""Which files does the player of an H5P content read first? They can be fetched ahead, before the activity is opened."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from courses.formats import h5p_content
from courses.reader import read_file

Read = Callable[[str], bytes | None]
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
MOST_LIBRARIES = 200


def first_files(entry: str, read: Read) -> tuple[str, ...]:
    """Return the names of a content's description, of its libraries with their scripts and style sheets, and of its pictures.

    Films and sound are not among them: they are read in parts, when somebody plays them.
    """
    folder = f"{entry}/"
    content = h5p_content.read_content(read, folder)
    if isinstance(content, list):
        return ()
    pictures = [name for name in h5p_content.named_files(content.body) if name.lower().endswith(PICTURES)]
    described = [folder + h5p_content.MAIN, folder + h5p_content.CONTENT]
    libraries = _libraries(content.libraries, read, folder)
    return tuple(dict.fromkeys([*described, *libraries, *(f"{folder}content/{name}" for name in pictures)]))


def _libraries(wanted: tuple[str, ...], read: Read, folder: str) -> Iterator[str]:
    """Yield the files of the named libraries and of all that they need."""
    seen, queue = set(wanted), list(wanted)
    while queue and len(seen) <= MOST_LIBRARIES:
        name = queue.pop(0)
        path = f"{folder}{name}/library.json"
        about = _object(read(path), path)
        yield path
        yield from (f"{folder}{name}/{inner}" for part in ("preloadedJs", "preloadedCss") for inner in h5p_content.loaded_by(about, part))
        further = [one for one in h5p_content.needed_by(about) if one not in seen]
        seen.update(further)
        queue += further


def _object(content: bytes | None, path: str) -> Mapping[str, Any]:
    read, problems = (None, []) if content is None else read_file(content, path)
    return read if isinstance(read, Mapping) and not problems else {}
