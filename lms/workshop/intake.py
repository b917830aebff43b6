"""Take a file into the file store for a draft: checked as publishing checks it, under names of its own, with its answers apart."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from courses.formats import FORMATS
from courses.formats.cmi5 import folder_of
from courses.formats.cmi5_values import FOLDER, MANIFEST
from courses.libraries import FindLibrary, nothing
from courses.package import Package
from courses.strict_json.canonical import canonical
from courses.strict_json.problem import Problem
from lms.catalogue import contents
from lms.catalogue.contents import Listing
from lms.catalogue.uploads import check
from lms.storage import Storage
from lms.workshop.counting import Admit
from lms.workshop.documents import values_of
from lms.workshop.own_types import own_type

LONGEST_START = 40
SUFFIX_BYTES = 3
DraftActivity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may become one or several activities of a draft, as `lms.workshop.documents` has them; all its contents are stored.

    `course` is the outline of a file that is a whole course.
    """

    activities: tuple[DraftActivity, ...]
    course: Mapping[str, Any] | None = None
    warnings: tuple[Problem, ...] = ()


def take_in(
    storage: Storage, path: Path, admit: Admit, key: str | None = None, offered: FindLibrary = nothing, *, own_hosts: bool = False
) -> CheckedFile | list[Problem]:
    """Check a file, count and store its contents, or return every problem. Call it before the transaction: `admit` opens its own.

    The file's own name is that of `path`. `key`: the activity that the file shall replace; otherwise each activity gets a new key.

    Raises:
        TooLarge: the organisation has no room for it; nothing is stored.
    """
    found = check(path, offered, own_hosts=own_hosts)
    if found.package is None:
        return list(found.problems)
    package = found.package
    if key is not None and (wrong := _not_for(key, package)):
        return [replace(wrong, path=path.name)]
    admit(contents.contents_of(package))
    contents.store(storage, package)
    outlines = [one for module in package.outline["modules"] for one in module["activities"]]
    intake = _Intake(storage, package, key)
    activities = tuple(intake.activity(one) for one in outlines)
    return CheckedFile(activities, _placed(package.outline, activities) if len(activities) > 1 else None, package.warnings)


def _not_for(key: str, package: Package) -> Problem | None:
    """Return why a package cannot replace the file of an activity. A cmi5 package replaces all its units, and must have that one."""
    if any(is_unit(one.format) for one in package.course.activities):
        return None if key in {one.key for one in package.course.activities} else Problem("unit-not-inside")
    count = len(package.course.activities)
    return None if count == 1 else Problem("several-activities", "", {"count": count})


def _placed(outline: Mapping[str, Any], activities: Sequence[DraftActivity]) -> dict[str, Any]:
    """Return the outline of a course with its activities as a draft has them."""
    left = iter(activities)
    return {**outline, "modules": [{**one, "activities": [next(left) for _ in one["activities"]]} for one in outline["modules"]]}


def is_unit(format_name: str) -> bool:
    """Say whether activities of a format are units of one package, whose keys the package itself gives them."""
    return bool(FORMATS[format_name].runtime)


class _Intake:
    """Makes activities of a draft of a package whose contents are stored; `key`: the activity that it shall replace."""

    def __init__(self, storage: Storage, package: Package, key: str | None) -> None:
        self._storage, self._package, self._key = storage, package, key
        self._listings = contents.listings_of(package)
        self._alone = len(package.course.activities) == 1
        self._of_units: dict[int, tuple[str, str]] = {}  # by the listing that they share, because a package may have thousands of units

    def activity(self, outline: DraftActivity) -> DraftActivity:
        """Make the activity of an entry of the package's outline."""
        storage, package = self._storage, self._package
        key = outline["key"] if is_unit(outline["format"]) else self._key or self._new_key(outline)
        entry, files = self._placed(outline, key)
        activity = {**outline, "key": key, "entry": entry, "files": files}
        activity |= _suggestion(storage, activity)
        if type_ := own_type(activity, partial(contents.read, storage, activity["files"])):
            activity["type"] = type_
        answers = package.answer_keys.get(outline["key"])
        if answers is not None:
            activity["answers"] = put_answers(storage, answers)
        if package.source is not None and (self._alone or is_unit(outline["format"])):
            source = package.source
            activity["source"] = {"name": source.path.name, "sha256": source.sha256, "bytes": source.bytes}
        return activity

    def _new_key(self, outline: DraftActivity) -> str:
        return new_key(_stem(self._package, outline) if self._alone else outline["key"])

    def _placed(self, outline: DraftActivity, key: str) -> tuple[str, str]:
        """Return the entry of an activity in the draft, and the hash of its stored listing."""
        listing = self._listings[outline["key"]]
        if not is_unit(outline["format"]):
            entry, moved = moved_to(key, outline["entry"], listing)
            return entry, contents.put_listing(self._storage, moved)
        if id(listing) not in self._of_units:
            entry, moved = moved_package(outline["entry"], listing, folder_of(outline["entry"]) or FOLDER)
            self._of_units[id(listing)] = entry, contents.put_listing(self._storage, moved)
        return self._of_units[id(listing)]


def _suggestion(storage: Storage, activity: DraftActivity) -> dict[str, int]:
    """Return the minutes that fit the content. Nobody knows them of a unit of cmi5: its file says how many, or nothing does."""
    if is_unit(activity["format"]):
        return {}
    found = FORMATS[activity["format"]].suggested_minutes(values_of(activity), partial(contents.read, storage, activity["files"]))
    return {"suggested": activity["minutes"]} if found is None else {"minutes": found, "suggested": found}


def _stem(package: Package, outline: Mapping[str, Any]) -> str:
    return package.source.path.stem if package.source else str(outline["format"])


def put_answers(storage: Storage, answers: Mapping[str, Any]) -> str:
    """Store an answer key by itself and return its hash; no listing names it, so it is never served."""
    digest = hash_of_answers(answers)
    contents.put(storage, digest, canonical(answers))
    return digest


def hash_of_answers(answers: Mapping[str, Any]) -> str:
    """Return the hash under which an answer key is stored."""
    return sha256(canonical(answers)).hexdigest()


def new_key(start: str) -> str:
    """Return a new key for an activity. Hours are stored under keys, so one that was used before must not come again."""
    words = re.sub(r"[^a-z0-9]+", "-", start.lower()).strip("-")[:LONGEST_START].strip("-")
    return f"{words or 'activity'}-{secrets.token_hex(SUFFIX_BYTES)}"


def moved_to(key: str, entry: str, listing: Listing) -> tuple[str, Listing]:
    """Return the entry and the files of an activity under names that no other activity of a course has."""
    if entry in listing.files:
        top, stem = PurePosixPath(entry).parts[0], entry.rpartition(".")[0]
        target = f"{top}/{key}"
        return f"{target}{entry[len(stem) :]}", Listing({target + name[len(stem) :]: one for name, one in listing.files.items()})
    target = f"activities/{key}"
    return target, Listing({target + name[len(entry) :]: one for name, one in listing.files.items()})


def moved_package(entry: str, listing: Listing, to: str) -> tuple[str, Listing]:
    """Return the entry and the files of the units of a cmi5 package: the manifest, in the folder `to` of a draft."""
    folder = folder_of(entry)
    return f"{to}{MANIFEST}", Listing({to + name.removeprefix(folder): one for name, one in listing.files.items()})
