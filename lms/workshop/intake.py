"""Take a file into the file store for a draft: checked as publishing checks it, under names of its own, with its answers apart."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from courses.formats import FORMATS
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
    """A file that may become one or several activities of a draft, as `lms.workshop.documents` has them; all its contents are stored."""

    activities: tuple[DraftActivity, ...]
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
    formats = {one.format for one in package.course.activities}
    alone = [one for one in formats if FORMATS[one].runtime]
    if alone:
        return [Problem("stands-alone", path.name, {"format": alone[0]})]
    if key is not None and len(package.course.activities) != 1:
        return [Problem("several-activities", path.name, {"count": len(package.course.activities)})]
    admit(contents.contents_of(package))
    contents.store(storage, package)
    return CheckedFile(
        tuple(_activity(storage, package, one, key) for module in package.outline["modules"] for one in module["activities"]),
        package.warnings,
    )


def _activity(storage: Storage, package: Package, outline: Mapping[str, Any], key: str | None) -> DraftActivity:
    listing = contents.listings_of(package)[outline["key"]]
    key = key or new_key(outline["key"] if len(package.course.activities) > 1 else _stem(package, outline))
    entry, moved = moved_to(key, outline["entry"], listing)
    activity = {**outline, "key": key, "entry": entry, "files": contents.put_listing(storage, moved), "suggested": outline["minutes"]}
    activity |= _suggestion(storage, activity)
    if type_ := own_type(activity, partial(contents.read, storage, activity["files"])):
        activity["type"] = type_
    answers = package.answer_keys.get(outline["key"])
    if answers is not None:
        activity["answers"] = put_answers(storage, answers)
    if package.source is not None and len(package.course.activities) == 1:
        source = package.source
        activity["source"] = {"name": source.path.name, "sha256": source.sha256, "bytes": source.bytes}
    return activity


def _suggestion(storage: Storage, activity: DraftActivity) -> dict[str, int]:
    """Return the minutes that fit the content, if its file says less than its words and questions."""
    found = FORMATS[activity["format"]].suggested_minutes(values_of(activity), partial(contents.read, storage, activity["files"]))
    return {} if found is None else {"minutes": found, "suggested": found}


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
