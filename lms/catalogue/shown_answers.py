"""Which activities of published versions still show their answers to a learner's browser?

Readings and films with questions that were published before the server checked the tries hold the answers in their served files. Those
files are not rewritten: a version never changes, its fingerprints name those files, and its own copy of the content type grades in the
page, where no try would be right any more. So people are told, and publishing the course again takes the answers out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.answers_out import shows_answers
from courses.values import Activity
from lms.catalogue import contents, publish
from lms.catalogue.models import CourseVersion
from lms.storage import Storage

KEPT = 4096  # activities whose answer a process remembers; published files never change
MOST_VERSIONS = 50  # of a course, on its page


@dataclass(frozen=True, slots=True)
class ShownAnswers:
    """The activities of one version that show their answers, of which there is at least one."""

    version: CourseVersion
    activities: tuple[Activity, ...]


def of_versions(files: Storage, versions: Sequence[CourseVersion]) -> list[ShownAnswers]:
    """Return those of a course's versions, of the first `MOST_VERSIONS` given, that show answers."""
    found = (ShownAnswers(one, _showing(files, one)) for one in versions[:MOST_VERSIONS])
    return [one for one in found if one.activities]


def everywhere(session: Session, files: Storage) -> Iterator[ShownAnswers]:
    """Yield every version on the site that shows answers, by the course's code and the version's number."""
    versions = session.scalars(select(CourseVersion).execution_options(yield_per=100))
    found = [one for version in versions if (one := ShownAnswers(version, _showing(files, version))).activities]
    yield from sorted(found, key=lambda one: (one.version.course.code, one.version.number))


def _showing(files: Storage, version: CourseVersion) -> tuple[Activity, ...]:
    activities = (one for one in publish.outline_of(version).activities if one.format == "h5p")
    return tuple(one for one in activities if _shows(files, version.files_of(one.key), one.entry))


@lru_cache(KEPT)
def _shows(files: Storage, sha256: str, entry: str) -> bool:
    return shows_answers(entry, partial(contents.read, files, sha256))
