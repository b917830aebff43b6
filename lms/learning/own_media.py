"""Does our own player play an activity's media? Then the server may trust that they play without anybody touching the page.

What is said in a film is read of its captions, too.
"""

from collections.abc import Mapping
from functools import lru_cache

from courses.formats import FORMATS
from courses.outline import Activity
from lms.catalogue import contents
from lms.storage import Storage, storage

KEPT = 1024
TEXTS_KEPT = 128


def plays_own_media(sha256: str, activity: Activity) -> bool:
    """Say whether an activity's media play in our own player, such as a plain video or our own type of H5P video.

    `sha256` names its files (`CourseVersion.files_of`).
    """
    return _plays_own_media(storage(), sha256, activity.format, activity.entry)


@lru_cache(KEPT)
def _plays_own_media(files: Storage, sha256: str, format: str, entry: str) -> bool:
    """Ask the format once, because published files never change."""

    return FORMATS[format].plays_own_media(entry, lambda path: contents.read(files, sha256, path))


def captions_text(sha256: str, activity: Activity) -> Mapping[str, tuple[str, ...]]:
    """Return the text of all captions of a film by language; nothing of other activities."""
    return _captions_text(storage(), sha256, activity.format, activity.entry)


@lru_cache(TEXTS_KEPT)
def _captions_text(files: Storage, sha256: str, format: str, entry: str) -> Mapping[str, tuple[str, ...]]:
    return FORMATS[format].captions_text(entry, lambda path: contents.read(files, sha256, path))
