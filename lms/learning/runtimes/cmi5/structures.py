"""Read the course structure of a published version from its package; it is read once per process, because versions never change."""

from functools import lru_cache

from courses.formats.cmi5 import structure_of
from courses.formats.cmi5_values import MANIFEST, Structure
from lms.catalogue import contents
from lms.catalogue.models import CourseVersion
from lms.storage import Storage, storage

KEPT = 64


def structure_in(version: CourseVersion) -> Structure:
    """Return the structure of a version that was made from a cmi5 package."""
    return _read(storage(), version.package_sha256)


@lru_cache(KEPT)
def _read(files: Storage, package_sha256: str) -> Structure:
    content = contents.read(files, package_sha256, MANIFEST)
    if content is None:
        raise FileNotFoundError(MANIFEST)
    return structure_of(content)
