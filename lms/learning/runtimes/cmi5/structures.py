"""Read the course structure of a published version from its package; it is read once per process, because versions never change."""

from functools import lru_cache

from courses.formats import FORMATS
from courses.formats.cmi5 import as_published, structure_of
from courses.formats.cmi5_values import MANIFEST, Structure
from lms.catalogue import contents, publish
from lms.catalogue.models import CourseVersion
from lms.storage import Storage, storage

KEPT = 64


def structure_in(version: CourseVersion) -> Structure:
    """Return the structure of the cmi5 package in a version, with the conditions of the course's activities.

    Raises:
        FileNotFoundError: the version has no such package, or the file is gone.
    """
    units = [one for one in publish.outline_of(version).activities if FORMATS[one.format].runtime == "cmi5"]
    entry = units[0].entry if units else MANIFEST
    return as_published(_read(storage(), version.package_sha256, entry), units)


@lru_cache(KEPT)
def _read(files: Storage, package_sha256: str, entry: str) -> Structure:
    content = contents.read(files, package_sha256, entry)
    if content is None:
        raise FileNotFoundError(entry)
    return structure_of(content)
