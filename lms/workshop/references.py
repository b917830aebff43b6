"""Which contents of the file store does something refer to?

Published course versions, in use or archived, with their uploaded files; H5P libraries; drafts, with the steps that undo their changes;
the questions of the bank, in use or archived; finished uploads.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.catalogue import contents
from lms.catalogue.models import CourseFile, CourseVersion, H5PLibrary, Upload
from lms.db import Database
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
    """The hashes of all contents and listings that something refers to: first what rows name, then the files of the listings among them."""

    def __init__(self) -> None:
        self._all: set[str] = set()
        self._in_workshop: dict[int | None, set[str]] = defaultdict(set)
        self._packages: set[str] = set()  # hashes that may be those of listings
        self._versions: set[str] = set()  # listings without which nothing may be removed

    def add(self, hashes: Iterable[str | None]) -> None:
        """Note hashes that something refers to."""
        self._all.update(one for one in hashes if one)

    def add_package(self, sha256: str, *, of_version: bool = False) -> None:
        """Note a package, whose files are in a listing; `of_version` if the listing must be there."""
        self._all.add(sha256)
        self._packages.add(sha256)
        if of_version:
            self._versions.add(sha256)

    def add_workshop(self, organisation_id: int | None, hashes: Iterable[str]) -> None:
        """Note hashes, of contents or listings, that a draft or a bank question of an organisation refers to."""
        self._in_workshop[organisation_id].update(hashes)

    def add_files(self, storage: Storage) -> None:
        """Note the files of all listings so far. Each listing is read once, also if it is set aside; nothing is moved.

        Raises:
            LostListing: the files of a course version are not known.
        """
        names = _listing_names(storage)
        if lost := self._versions - names.keys():
            raise LostListing(min(lost))
        for sha256 in names.keys() & self._packages.union(*self._in_workshop.values()):
            files = {one.sha256 for one in _read(storage, names[sha256]).files.values()}
            self._all |= files
            for found in self._in_workshop.values():
                if sha256 in found:
                    found.update(files)
        self._all.update(*self._in_workshop.values())

    def has(self, name: str) -> bool:
        """Say whether something refers to an object of the file store, by its name there."""
        return name.rpartition("/")[2] in self._all

    def in_workshop(self, organisation_id: int | None, sha256: str) -> bool:
        """Say whether a draft or a bank question of an organisation refers to a content."""
        return sha256 in self._in_workshop[organisation_id]


def referenced(database: Database, storage: Storage) -> References:
    """Return what is referred to now. The database is read first and let go, because the file store may take long.

    Raises:
        LostListing: the files of a course version are not known.
    """
    with database.reader() as session:
        found = _named(session)
    found.add_files(storage)
    return found


def _named(session: Session) -> References:
    """Return what the rows of the database name."""
    found = References()
    for package_sha256, listings, source_sha256 in session.execute(VERSIONS.execution_options(yield_per=ROWS_AT_ONCE)):
        found.add([source_sha256, *(listings or {}).values()])
        found.add_package(package_sha256, of_version=listings is not None)
    found.add(session.scalars(COURSE_FILES.execution_options(yield_per=5000)))
    for sha256 in session.scalars(LIBRARIES):
        found.add_package(sha256)
    for rows in WORKSHOP:
        for organisation_id, *documents in session.execute(rows.execution_options(yield_per=ROWS_AT_ONCE)):
            found.add_workshop(organisation_id, HASH.findall(json.dumps(documents)))
    for target in session.scalars(UPLOADS):
        found.add(HASH.findall(json.dumps(target)))
    return found


def _listing_names(storage: Storage) -> dict[str, str]:
    """Return the names of all listings in the file store by their hashes; of one that is also set aside, the name in its place."""
    aside = (one.name for one in storage.listed(contents.ASIDE) if contents.name_before(one.name)[1].startswith(f"{contents.LISTINGS}/"))
    return {name.rpartition("/")[2]: name for name in chain(aside, (one.name for one in storage.listed(contents.LISTINGS)))}


def _read(storage: Storage, name: str) -> contents.Listing:
    try:
        return contents.read_listing(storage, name)
    except FileNotFoundError as gone:
        raise LostListing(name.rpartition("/")[2]) from gone
