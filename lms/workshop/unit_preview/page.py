"""Find the unit that an activity is, and what the page of its preview needs."""

from typing import Any

from courses.formats import FORMATS
from courses.formats.cmi5 import as_published, structure_of
from courses.formats.cmi5_values import OWN_WINDOW, AssignableUnit
from courses.outline import Activity
from lms.catalogue import contents
from lms.storage import Storage


def unit_of(storage: Storage, activity: Activity, files: str) -> AssignableUnit | None:
    """Return the unit that an activity is, with the conditions of the course; None: it is not a unit, or its manifest is gone."""
    if FORMATS[activity.format].runtime != "cmi5":
        return None
    manifest = contents.read(storage, files, activity.entry)
    return None if manifest is None else as_published(structure_of(manifest), [activity]).unit(activity.key)


def config_of(unit: AssignableUnit | None, start: str, texts: dict[str, str]) -> dict[str, Any] | None:
    """Return what the page of a preview needs to open a unit: the address to begin at, its window, and the words."""
    return None if unit is None else {"start": start, "own_window": unit.launch_method == OWN_WINDOW, "texts": texts}
