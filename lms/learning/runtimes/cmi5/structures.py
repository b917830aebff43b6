"""Read the course structure of a unit of a published version; it is read once per process, because versions never change."""

from functools import lru_cache

from courses.formats import FORMATS
from courses.formats.cmi5 import as_published, structure_of
from courses.formats.cmi5_values import Structure
from lms.catalogue import contents, publish
from lms.catalogue.models import CourseVersion
from lms.storage import Storage, storage

KEPT = 64


def structure_in(version: CourseVersion, activity: str) -> Structure | None:
    """Return the structure of the cmi5 package of an activity, with the conditions of the course's activities.

    A course may have units of several packages; None if the activity is not a unit.

    Raises:
        FileNotFoundError: the file is gone.
    """
    units = [one for one in publish.outline_of(version).activities if FORMATS[one.format].runtime == "cmi5"]
    entry = next((one.entry for one in units if one.key == activity), None)
    if entry is None:
        return None
    return as_published(_read(storage(), version.package_sha256, entry), [one for one in units if one.entry == entry])


@lru_cache(KEPT)
def _read(files: Storage, package_sha256: str, entry: str) -> Structure:
    content = contents.read(files, package_sha256, entry)
    if content is None:
        raise FileNotFoundError(entry)
    return structure_of(content)
