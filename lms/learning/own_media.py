"""Does our own player play an activity's media? Then the server may trust that they play without anybody touching the page."""

from functools import lru_cache

from courses.formats import FORMATS
from courses.outline import Activity
from lms.catalogue.publish import file_name
from lms.storage import Storage, storage

KEPT = 1024


def plays_own_media(package_sha256: str, activity: Activity) -> bool:
    """Say whether an activity's media play in our own player, such as a plain video or our own type of H5P video."""
    return _plays_own_media(storage(), package_sha256, activity.format, activity.entry)


@lru_cache(KEPT)
def _plays_own_media(files: Storage, package_sha256: str, format: str, entry: str) -> bool:
    """Ask the format once, because a published package never changes."""

    def read(path: str) -> bytes | None:
        try:
            return files.get(file_name(package_sha256, path))
        except FileNotFoundError:
            return None

    return FORMATS[format].plays_own_media(entry, read)
