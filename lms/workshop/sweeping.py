"""Remove contents of the file store that nothing refers to any more: of deleted drafts, of forms that came to nothing, of failed uploads.

    files/ab/<SHA-256>  →  swept/<day>/files/ab/<SHA-256>  →  gone

A content that was last stored a month ago, and that nothing refers to, is set aside for a week before it is removed. Somebody may store the
same content, and refer to it, while it is being set aside. So at the end of the run, every night, and before a content is removed, it is
compared with all references once more, and brought back if something needs it; a page whose row names it brings it back at once
(`contents.keep`). Nothing is taken out of an organisation's room before that comparison. A content that is stored once more after
a day or later is written again, so that its month begins at that time.

The run may stop at each file. The next night, which begins at other files, does the rest.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, select

from lms.catalogue import contents
from lms.catalogue.models import WorkshopFile
from lms.db import database, transaction
from lms.storage import Storage, StoredObject
from lms.workshop.references import References, referenced

UNUSED_FOR = timedelta(days=30)  # since it was last stored; a form that somebody has not finished refers to its pictures on the device only
SET_ASIDE_FOR = timedelta(days=7)
MOST = 20_000  # contents that one run sets aside
PREFIXES = [f"{number:02x}" for number in range(256)]
A_NIGHT_FURTHER = 67  # prefixes; a run that ends early begins elsewhere in the next night


@dataclass
class Swept:
    """The figures of a run, or of what it would do: numbers of contents and their bytes."""

    checked: list[int] = field(default_factory=lambda: [0, 0])
    set_aside: list[int] = field(default_factory=lambda: [0, 0])
    brought_back: list[int] = field(default_factory=lambda: [0, 0])
    removed: list[int] = field(default_factory=lambda: [0, 0])

    def count(self, of: list[int], objects: Iterable[StoredObject]) -> None:
        """Add objects to one of the numbers."""
        for one in objects:
            of[0], of[1] = of[0] + 1, of[1] + one.bytes


def sweep(storage: Storage, now: datetime, *, most: int = MOST, dry_run: bool = False) -> Swept:
    """Bring back what is needed, remove what was set aside long enough, and set aside what nothing refers to.

    Raises:
        LostListing: the files of a course version are not known, so nothing may be removed.
    """
    needed = referenced(database(), storage)
    swept, uncounted = Swept(), list[tuple[int, int | None, str]]()
    gone = _look_through_aside(storage, needed, now, swept, dry_run=dry_run)
    start = now.date().toordinal() * A_NIGHT_FURTHER % len(PREFIXES)
    for prefix in PREFIXES[start:] + PREFIXES[:start]:
        if swept.set_aside[0] >= most:
            break
        old = list(_old(storage, prefix, swept))
        unused = [one for one in old if not needed.has(one.name)][: most - swept.set_aside[0]]
        swept.count(swept.set_aside, unused)
        if not dry_run:
            for one in unused:
                storage.move(one.name, contents.set_aside_as(one.name, now.date()))
            uncounted += _counted_in_vain(prefix, {_hash_of(one.name) for one in old} | gone, needed)
    if (swept.set_aside[0] or uncounted) and not dry_run:
        needed = referenced(database(), storage)
        _look_through_aside(storage, needed, now, swept, dry_run=False)
        _uncount(uncounted, needed)
    return swept


def _old(storage: Storage, prefix: str, swept: Swept) -> Iterator[StoredObject]:
    """Yield the contents and listings that were last stored a month ago; by the machine's clock, by which the file store works."""
    for folder in (contents.FILES, contents.LISTINGS):
        for one in storage.listed(f"{folder}/{prefix}"):
            swept.count(swept.checked, [one])
            if one.stored_at < datetime.now(UTC) - UNUSED_FOR:
                yield one


def _look_through_aside(storage: Storage, needed: References, now: datetime, swept: Swept, *, dry_run: bool) -> set[str]:
    """Bring back or remove what was set aside; return the hashes of what stays there."""
    left = set()
    for one in list(storage.listed(contents.ASIDE)):
        day, name = contents.name_before(one.name)
        if needed.has(name):
            swept.count(swept.brought_back, [one])
            if not dry_run:
                contents.bring_back(storage, name)
        elif date.fromisoformat(day) < now.date() - SET_ASIDE_FOR:
            swept.count(swept.removed, [one])
            if not dry_run:
                storage.delete(one.name)
        else:
            left.add(_hash_of(name))
    return left


def _counted_in_vain(prefix: str, unused: set[str], needed: References) -> list[tuple[int, int | None, str]]:
    """Return the rows (id, organisation, hash) of old contents that no draft or bank question of their organisation refers to."""
    wanted = select(WorkshopFile.id, WorkshopFile.organisation_id, WorkshopFile.sha256).where(WorkshopFile.sha256.startswith(prefix))
    with database().reader() as session:
        rows = [(number, owner, sha256) for number, owner, sha256 in session.execute(wanted)]
    return [row for row in rows if row[2] in unused and not needed.in_workshop(row[1], row[2])]


def _uncount(rows: Iterable[tuple[int, int | None, str]], needed: References) -> None:
    """Take contents out of what their organisation's files take, unless somebody has referred to them again since.

    A content that another organisation refers to stays, and is not counted for this one any more.
    """
    with transaction() as session:
        ids = [number for number, owner, sha256 in rows if not needed.in_workshop(owner, sha256)]
        for at in range(0, len(ids), 500):
            session.execute(delete(WorkshopFile).where(WorkshopFile.id.in_(ids[at : at + 500])))


def _hash_of(name: str) -> str:
    return name.rpartition("/")[2]
