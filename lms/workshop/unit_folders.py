"""Give each cmi5 package a folder of its own in a draft, which may have several packages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import Any

from courses.formats.cmi5 import folder_of
from courses.formats.cmi5_values import FOLDER
from lms.catalogue import contents
from lms.errors import NotFound
from lms.storage import Storage
from lms.workshop.drafts import vanished_words
from lms.workshop.edits import DraftDocument, activities_of
from lms.workshop.intake import CheckedFile, DraftActivity, is_unit, moved_package


def placed(storage: Storage, document: DraftDocument, checked: CheckedFile) -> CheckedFile:
    """Return a checked file with the units of each package in the folder that they have in the draft, otherwise in a free one.

    Call it while the draft is locked, right before the file is put into it.

    Raises:
        NotFound: the listing of a package's files has vanished.
    """
    packages: dict[str, list[DraftActivity]] = {}
    for one in checked.activities:
        if is_unit(one["format"]):
            packages.setdefault(one["entry"], []).append(one)
    folders = folders_of(document, packages)
    moved = {one["key"]: one for entry, units in packages.items() for one in _moved(storage, units, folders[entry])}
    activities = tuple(moved.get(one["key"], one) for one in checked.activities)
    return replace(checked, activities=activities, course=None if checked.course is None else _outline(checked.course, moved))


def folders_of(document: DraftDocument, packages: Mapping[str, Sequence[DraftActivity]]) -> dict[str, str]:
    """Return the folder of each package, by its entry in the file: that of its units in the draft, or a free one."""
    known = {one["key"]: folder_of(one["entry"]) for one in activities_of(document) if is_unit(one["format"])}
    taken: set[str] = set(known.values())
    found: dict[str, str] = {}
    for entry, units in packages.items():
        mine = (known[one["key"]] for one in units if one["key"] in known)
        own = next((folder for folder in mine if folder not in found.values()), "")
        found[entry] = own or next(folder for folder in _names() if folder not in taken)
        taken.add(found[entry])
    return found


def _names() -> Iterator[str]:
    return chain([FOLDER], (f"{FOLDER[:-1]}-{number}/" for number in count(2)))


def _moved(storage: Storage, units: Sequence[DraftActivity], folder: str) -> Sequence[DraftActivity]:
    """Return the units of one package, which share their files, in a folder."""
    entry, files = units[0]["entry"], units[0]["files"]
    if folder_of(entry) == folder:
        return units
    listing = contents.listing_by(storage, files)
    if listing is None:
        raise NotFound(vanished_words())
    entry, moved = moved_package(entry, listing, folder)
    changed = {"entry": entry, "files": contents.put_listing(storage, moved)}
    return [{**one, **changed} for one in units]


def _outline(course: Mapping[str, Any], moved: Mapping[str, DraftActivity]) -> dict[str, Any]:
    modules = [{**one, "activities": [moved.get(inner["key"], inner) for inner in one["activities"]]} for one in course["modules"]]
    return {**course, "modules": modules}
