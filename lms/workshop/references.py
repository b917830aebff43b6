"""Which contents of the file store does something refer to?

Published course versions, in use or archived, with their uploaded files; H5P libraries; drafts, with the steps that undo their changes;
the questions of the bank, in use or archived; finished uploads.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.catalogue import contents
from lms.catalogue.models import CourseFile, CourseVersion, H5PLibrary, Upload
from lms.storage import Storage
from lms.workshop.models import BankQuestion, Draft, DraftChange

HASH = re.compile(r"\b[0-9a-f]{64}\b")
ROWS_AT_ONCE = 200


VERSIONS = select(CourseVersion.package_sha256, CourseVersion.listings, CourseVersion.source_sha256)
COURSE_FILES = select(CourseFile.sha256)
LIBRARIES = select(H5PLibrary.package_sha256).distinct()
UPLOADS = select(Upload.target).where(Upload.target.is_not(None))

# What the organisations' trainers work on: the organisation, then the JSON in which it names contents and listings.
WORKSHOP: tuple[Select[*tuple[Any, ...]], ...] = (
    select(Draft.organisation_id, Draft.document),
    select(Draft.organisation_id, DraftChange.steps, DraftChange.inverse).join(Draft, Draft.id == DraftChange.draft_id),
    select(BankQuestion.organisation_id, BankQuestion.document),
)
SELECTS: tuple[Select[*tuple[Any, ...]], ...] = (VERSIONS, COURSE_FILES, LIBRARIES, UPLOADS, *WORKSHOP)


class LostListing(Exception):
    """The files of a course version are not known, because its listing is not in the file store."""


class References:
    """The hashes of all contents and listings that something refers to."""

    def __init__(self) -> None:
        self._all: set[str] = set()
        self._in_workshop: dict[int | None, set[str]] = defaultdict(set)

    def add(self, hashes: Iterable[str | None]) -> None:
        """Note hashes that something refers to."""
        self._all.update(one for one in hashes if one)

    def add_workshop(self, organisation_id: int | None, hashes: Iterable[str]) -> None:
        """Note hashes that a draft or a bank question of an organisation refers to."""
        found = set(hashes)
        self._all |= found
        self._in_workshop[organisation_id] |= found

    def has(self, name: str) -> bool:
        """Say whether something refers to an object of the file store, by its name there."""
        return name.rpartition("/")[2] in self._all

    def in_workshop(self, organisation_id: int | None, sha256: str) -> bool:
        """Say whether a draft or a bank question of an organisation refers to a content."""
        return sha256 in self._in_workshop[organisation_id]


def referenced(session: Session, storage: Storage) -> References:
    """Return what is referred to now.

    Raises:
        LostListing: the files of a course version are not known.
    """
    found = References()
    _add_versions(session, storage, found)
    found.add(session.scalars(COURSE_FILES.execution_options(yield_per=5000)))
    for sha256 in session.scalars(LIBRARIES).all():
        found.add([sha256, *_files_of(storage, sha256)])
    for organisation_id, texts in _workshop(session):
        hashes = {sha256 for text in texts for sha256 in HASH.findall(text)}
        found.add_workshop(organisation_id, hashes)
        for sha256 in hashes:
            found.add_workshop(organisation_id, _files_of(storage, sha256))
    for target in session.scalars(UPLOADS):
        found.add(HASH.findall(json.dumps(target)))
    return found


def _add_versions(session: Session, storage: Storage, found: References) -> None:
    for package_sha256, listings, source_sha256 in session.execute(VERSIONS.execution_options(yield_per=ROWS_AT_ONCE)):
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


def _workshop(session: Session) -> Iterator[tuple[int | None, list[str]]]:
    """Yield the texts in which drafts, their changes and bank questions name contents, with their organisation."""
    for rows in WORKSHOP:
        for organisation_id, *documents in session.execute(rows.execution_options(yield_per=ROWS_AT_ONCE)):
            yield organisation_id, [json.dumps(one) for one in documents]
