"""Which contents of the file store does something refer to?

Published course versions, in use or archived, with their uploaded files; H5P libraries; drafts, with the steps that undo their changes.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.catalogue import contents
from lms.catalogue.models import CourseFile, CourseVersion, H5PLibrary, Upload
from lms.storage import Storage
from lms.workshop.models import Draft, DraftChange

HASH = re.compile(r"\b[0-9a-f]{64}\b")
ROWS_AT_ONCE = 200


class LostListing(Exception):
    """The files of a course version are not known, because its listing is not in the file store."""


class References:
    """The hashes of all contents and listings that something refers to."""

    def __init__(self) -> None:
        self._all: set[str] = set()
        self._of_drafts: dict[int | None, set[str]] = defaultdict(set)

    def add(self, hashes: Iterable[str | None]) -> None:
        """Note hashes that something refers to."""
        self._all.update(one for one in hashes if one)

    def add_draft(self, organisation_id: int | None, hashes: Iterable[str]) -> None:
        """Note hashes that a draft of an organisation refers to."""
        found = set(hashes)
        self._all |= found
        self._of_drafts[organisation_id] |= found

    def has(self, name: str) -> bool:
        """Say whether something refers to an object of the file store, by its name there."""
        return name.rpartition("/")[2] in self._all

    def of_drafts(self, organisation_id: int | None, sha256: str) -> bool:
        """Say whether a draft of an organisation refers to a content."""
        return sha256 in self._of_drafts[organisation_id]


def referenced(session: Session, storage: Storage) -> References:
    """Return what is referred to now.

    Raises:
        LostListing: the files of a course version are not known.
    """
    found = References()
    _add_versions(session, storage, found)
    found.add(session.scalars(select(CourseFile.sha256).execution_options(yield_per=5000)))
    for sha256 in session.scalars(select(H5PLibrary.package_sha256).distinct()).all():
        found.add([sha256, *_files_of(storage, sha256)])
    for organisation_id, texts in _drafts(session):
        hashes = {sha256 for text in texts for sha256 in HASH.findall(text)}
        found.add_draft(organisation_id, hashes)
        for sha256 in hashes:
            found.add_draft(organisation_id, _files_of(storage, sha256))
    for target in session.scalars(select(Upload.target).where(Upload.target.is_not(None))):
        found.add(HASH.findall(json.dumps(target)))
    return found


def _add_versions(session: Session, storage: Storage, found: References) -> None:
    rows = select(CourseVersion.package_sha256, CourseVersion.listings, CourseVersion.source_sha256)
    for package_sha256, listings, source_sha256 in session.execute(rows.execution_options(yield_per=ROWS_AT_ONCE)):
        found.add([package_sha256, source_sha256, *(listings or {}).values()])
        listing = contents.listing_by(storage, package_sha256)
        if listing is not None:
            found.add(one.sha256 for one in listing.files.values())
        elif listings is not None:
            raise LostListing(package_sha256)


def _files_of(storage: Storage, sha256: str) -> list[str]:
    """Return the hashes of the files in a listing; none if the hash is that of a content."""
    listing = contents.listing_by(storage, sha256)
    return [] if listing is None else [one.sha256 for one in listing.files.values()]


def _drafts(session: Session) -> Iterator[tuple[int | None, list[str]]]:
    """Yield the texts in which a draft names contents, with its organisation: the document, and the steps of its changes."""
    for organisation_id, document in session.execute(
        select(Draft.organisation_id, Draft.document).execution_options(yield_per=ROWS_AT_ONCE)
    ):
        yield organisation_id, [_text(document)]
    changes = select(Draft.organisation_id, DraftChange.steps, DraftChange.inverse).join(Draft, Draft.id == DraftChange.draft_id)
    for organisation_id, steps, inverse in session.execute(changes.execution_options(yield_per=ROWS_AT_ONCE)):
        yield organisation_id, [_text(steps), _text(inverse)]


def _text(value: Any) -> str:
    return json.dumps(value)
