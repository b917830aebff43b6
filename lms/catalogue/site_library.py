"""Keep the H5P libraries of published packages, so that contents exported without their libraries can be played.

A library is code, so only the organisation that published it and those below it may use it. Everybody may use a library that was
published on the command line. If there are several patches of the named version, the newest is used, as in H5P itself.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from courses.archive import LIMITS
from courses.libraries import LEFT_OUT, LIBRARY, OWN, FindLibrary
from courses.package import Package
from lms.accounts.models import Organisation, Person
from lms.catalogue import contents
from lms.catalogue.models import H5PLibrary
from lms.storage import Storage

LONGEST_NAME = 110  # a machine name and its version
SHOWN = 500


def _open_to(by: Person | None) -> ColumnElement[bool]:
    """Return the SQL condition that a person may use a library: published by their organisation, one above it, or on the command line."""
    everybody = H5PLibrary.organisation_id.is_(None)
    if by is None or by.organisation_id is None:
        return everybody
    own = select(Organisation.path).where(Organisation.id == by.organisation_id).scalar_subquery()
    above = select(Organisation.id).where(own.startswith(Organisation.path))
    return or_(everybody, H5PLibrary.organisation_id.in_(above))


@dataclass(frozen=True, slots=True)
class HeldLibrary:
    """A library that contents may use: its name with its version, such as `H5P.Blanks-1.14`, and its newest patch."""

    name: str
    patch: int


def collect(session: Session, package: Package, by: Person | None, now: datetime) -> None:
    """Store the libraries of a published package, except those of which its organisation already has the same patch or a newer one."""
    organisation_id = by.organisation_id if by else None
    mine = H5PLibrary.organisation_id == organisation_id if organisation_id else H5PLibrary.organisation_id.is_(None)
    brought = dict(_brought(package))
    newest = select(H5PLibrary.name, func.max(H5PLibrary.patch)).where(mine, H5PLibrary.name.in_(brought)).group_by(H5PLibrary.name)
    held = {name: patch for name, patch in session.execute(newest)}
    for name, (folder, patch) in sorted(brought.items()):
        if patch > held.get(name, -1):
            files = sorted(path.removeprefix(f"{folder}/") for path in package.files if path.startswith(f"{folder}/"))
            session.add(
                H5PLibrary(
                    organisation_id=organisation_id,
                    name=name,
                    patch=patch,
                    package_sha256=package.sha256,
                    folder=folder,
                    files=files,
                    collected_at=now,
                )
            )


def _brought(package: Package) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield the libraries of a package's H5P contents except our own: name, folder and patch."""
    for activity in package.course.activities:
        root = PurePosixPath(activity.entry)
        for path in package.files:
            at = PurePosixPath(path)
            if package.files[path] == LEFT_OUT:
                continue
            if at.name != LIBRARY or at.parent.parent != root or (OWN / at.parent.name).is_dir() or len(at.parent.name) > LONGEST_NAME:
                continue
            yield at.parent.name, (str(at.parent), _patch(package.files[path]))


def _patch(content: bytes | Path) -> int:
    """Return the patch version that a library states, or 0."""
    try:
        stated = int(json.loads(content if isinstance(content, bytes) else content.read_bytes())["patchVersion"])
    except (ValueError, KeyError, TypeError):
        return 0
    return stated if 0 <= stated < 2**31 else 0


def offered(session: Session, storage: Storage, by: Person | None, folder: Path) -> FindLibrary:
    """Return a finder of the libraries that a publisher may use; it writes what it finds into `folder`.

    All libraries that it finds together may be as large as one package; after that it finds no more.
    """
    left = {"files": LIMITS.files, "bytes": LIMITS.total}

    def find(name: str) -> Mapping[str, Path] | None:
        wanted = select(H5PLibrary).where(_open_to(by), H5PLibrary.name == name)
        row = session.scalar(wanted.order_by(H5PLibrary.patch.desc(), H5PLibrary.id.desc()).limit(1))
        if row is None or len(row.files) > left["files"]:
            return None
        found: dict[str, Path] = {}
        for inner in row.files:
            content = contents.read(storage, row.package_sha256, f"{row.folder}/{inner}")
            if content is None:
                return None
            left["files"], left["bytes"] = left["files"] - 1, left["bytes"] - len(content)
            if left["bytes"] < 0:
                return None
            found[inner] = folder / str(row.id) / inner
            found[inner].parent.mkdir(parents=True, exist_ok=True)
            found[inner].write_bytes(content)
        return found

    return find


def held(session: Session, by: Person | None) -> list[HeldLibrary]:
    """Return the libraries that a publisher's contents may use, in the order of their names."""
    rows = select(H5PLibrary.name, func.max(H5PLibrary.patch)).where(_open_to(by)).group_by(H5PLibrary.name)
    return [HeldLibrary(name, patch) for name, patch in session.execute(rows.order_by(H5PLibrary.name).limit(SHOWN))]
