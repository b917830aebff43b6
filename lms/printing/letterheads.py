"""Read and set letterheads. An organisation without one has that of the nearest organisation above it."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By, note_organisation
from lms.accounts.models import Organisation, Person
from lms.printing.models import Letterhead, Logo
from lms.printing.wording import Wordings

CHANGED = "letterhead"
SHOWN = 50


@dataclass(frozen=True, slots=True)
class SetLetterhead:
    """The letterhead that counts for an organisation, and the organisation that set it."""

    organisation_id: int
    wordings: Wordings = field(default_factory=Wordings)
    logo_sha256: str = ""
    logo: bytes | None = field(default=None, repr=False)  # PNG


def own_of(session: Session, organisation_id: int) -> SetLetterhead | None:
    """Return the letterhead that an organisation set for itself; None if it sets none."""
    return _newest(session, [organisation_id]).get(organisation_id)


def letterheads_of(session: Session, organisations: Collection[Organisation]) -> Mapping[int, SetLetterhead]:
    """Return the letterhead that counts for each organisation; those without any are left out."""
    above = {one.id: [int(part) for part in one.path.strip("/").split("/")] for one in organisations}
    newest = _newest(session, {number for path in above.values() for number in path})
    found = {own: next((newest[number] for number in reversed(path) if number in newest), None) for own, path in above.items()}
    return {own: one for own, one in found.items() if one is not None}


def _newest(session: Session, organisation_ids: Collection[int]) -> dict[int, SetLetterhead]:
    rows = session.scalars(select(Letterhead).where(Letterhead.organisation_id.in_(organisation_ids)).order_by(Letterhead.id))
    newest = {row.organisation_id: row for row in rows}
    return {
        number: SetLetterhead(number, Wordings.read(row.wordings), row.logo_sha256, logo_of(session, row.logo_sha256))
        for number, row in newest.items()
        if row.wordings or row.logo_sha256
    }


def keep_logo(session: Session, png: bytes) -> str:
    """Store a logo; return its SHA-256."""
    sha256 = hashlib.sha256(png).hexdigest()
    if session.get(Logo, sha256) is None:
        session.add(Logo(sha256=sha256, png=png))
        session.flush()
    return sha256


def logo_of(session: Session, sha256: str) -> bytes | None:
    """Return a logo as PNG; None if there is none, or if it is not the one with this SHA-256 any more."""
    found = session.get(Logo, sha256) if sha256 else None
    return found.png if found is not None and hashlib.sha256(found.png).hexdigest() == sha256 else None


def put(session: Session, organisation: Organisation, wordings: Wordings, logo_sha256: str, by: By) -> bool:
    """Set an organisation's letterhead, and record the author; return whether anything changed."""
    before = own_of(session, organisation.id) or SetLetterhead(organisation.id)
    if (before.wordings, before.logo_sha256) == (wordings, logo_sha256):
        return False
    own = {"organisation_id": organisation.id, "wordings": wordings.values(), "logo_sha256": logo_sha256}
    session.add(Letterhead(set_at=by.at, set_by=by.person_id, **own))
    note_organisation(session, by, CHANGED, organisation, _summary(before.wordings), _summary(wordings))
    session.flush()
    return True


def _summary(wordings: Wordings) -> str:
    return " · ".join(filter(None, (wordings.zh.issuer or wordings.en.issuer, wordings.zh.title or wordings.en.title)))


@dataclass(frozen=True, slots=True)
class LetterheadChange:
    """One change: the row, the row before it, and the author's name (None: a command)."""

    row: Letterhead
    before: Letterhead | None
    by: str | None


def changes_of(session: Session, organisation_id: int) -> Sequence[LetterheadChange]:
    """Return the changes of an organisation's letterhead, newest first."""
    query = select(Letterhead, Person.name).outerjoin(Person, Person.id == Letterhead.set_by)
    query = query.where(Letterhead.organisation_id == organisation_id).order_by(Letterhead.id.desc()).limit(SHOWN + 1)
    rows = session.execute(query).all()
    before = [*(row for row, _author in rows[1:]), None]
    return [LetterheadChange(row, earlier, author) for (row, author), earlier in zip(rows, before, strict=False)][:SHOWN]
