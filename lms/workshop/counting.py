"""Count the contents of drafts and forms toward the storage limit before they are stored: they stay in the file store.

They are counted in a transaction of their own, so that a worker that dies between the two leaves contents that are counted and not stored,
never the other way round.
"""

from collections.abc import Callable, Mapping

from lms.catalogue import room
from lms.config import Settings
from lms.db import transaction

Admit = Callable[[Mapping[str, int]], None]  # counts contents (hash → bytes), or raises TooLarge


def counted_for(organisation_id: int | None, settings: Settings) -> Admit:
    """Return what counts contents for an organisation, each once."""

    def admit(wanted: Mapping[str, int]) -> None:
        with transaction() as writing:
            room.take(writing, organisation_id, wanted, settings.organisation_courses_mb * room.MEGABYTE)

    return admit
