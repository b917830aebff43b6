"""Store programme documents as versions, and find the version that holds on a day.

A version never changes: the same content again is the same version, other content is the next version.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.strict_json.canonical import digest_of
from courses.strict_json.problem import Problem, in_english
from lms.errors import InvalidInput
from lms.programmes.documents import parse, read_toml
from lms.programmes.models import Programme, ProgrammeVersion
from lms.programmes.sentences import SENTENCES
from lms.programmes.values import ProgrammeDocument
from lms.readonce import ReadOnce

DOCUMENTS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Imported:
    """The version that has the document, and whether it is new."""

    version: ProgrammeVersion
    new: bool


def checked(text: str) -> tuple[dict[str, Any], ProgrammeDocument]:
    """Return a programme document written in TOML, as it would be kept and as it is read.

    Raises:
        InvalidInput: with every problem and its path.
    """
    raw = read_toml(text)
    if isinstance(raw, list):
        raise _refused(raw)
    document = parse(raw)
    if isinstance(document, list):
        raise _refused(document)
    return raw, document


def import_toml(session: Session, text: str, now: datetime) -> Imported:
    """Take a programme document written in TOML; only what differs from the latest version makes a new one.

    Raises:
        InvalidInput: with every problem and its path; nothing was kept.
    """
    raw, document = checked(text)
    return _import(session, raw, document, now)


def _refused(problems: list[Problem]) -> InvalidInput:
    return InvalidInput("The programme document was not imported.", [f"{one.path}: {in_english(one, SENTENCES)}" for one in problems])


def _import(session: Session, raw: dict[str, Any], document: ProgrammeDocument, now: datetime) -> Imported:
    programme = session.scalar(select(Programme).where(Programme.code == document.code, Programme.year == document.year).with_for_update())
    if programme is None:
        programme = Programme(code=document.code, year=document.year)
        session.add(programme)
        session.flush()
    latest = session.scalar(
        select(ProgrammeVersion).where(ProgrammeVersion.programme_id == programme.id).order_by(ProgrammeVersion.number.desc()).limit(1)
    )
    sha256 = digest_of(raw)
    if latest is not None and latest.sha256 == sha256:
        return Imported(latest, new=False)
    version = ProgrammeVersion(
        programme=programme,
        number=1 if latest is None else latest.number + 1,
        document=raw,
        sha256=sha256,
        effective_from=document.effective_from,
        imported_at=now,
    )
    session.add(version)
    session.flush()
    return Imported(version, new=True)


_documents = ReadOnce(parse, ProgrammeDocument, DOCUMENTS_KEPT)


def document_of(version: ProgrammeVersion) -> ProgrammeDocument:
    """Return a version's document; it is read once per process, because versions never change."""
    return _documents.of(version.sha256, lambda: version.document)


def unstored(raw: dict[str, Any], document: ProgrammeDocument) -> ProgrammeVersion:
    """Return a document as a version that is in no database, to look at what it would do."""
    return ProgrammeVersion(id=0, document=raw, sha256=digest_of(raw), effective_from=document.effective_from)


def named(session: Session, code: str, year: int | None = None, number: int | None = None) -> ProgrammeVersion | None:
    """Return a version of a programme: the one with this number, else the newest; without a year, of the newest year."""
    query = select(ProgrammeVersion).join(ProgrammeVersion.programme).where(Programme.code == code)
    if year is not None:
        query = query.where(Programme.year == year)
    if number is not None:
        query = query.where(ProgrammeVersion.number == number)
    return session.scalars(query.order_by(Programme.year.desc(), ProgrammeVersion.number.desc()).limit(1)).first()


def in_force(session: Session, code: str, year: int, day: date) -> ProgrammeVersion | None:
    """Return the version of a programme that holds on `day`: the latest one whose first day is not later."""
    return session.scalar(
        select(ProgrammeVersion)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .where(Programme.code == code, Programme.year == year, ProgrammeVersion.effective_from <= day)
        .order_by(ProgrammeVersion.effective_from.desc(), ProgrammeVersion.number.desc())
        .limit(1)
    )


def begins(session: Session, code: str, year: int) -> date:
    """Return the earliest first day of a programme's versions."""
    begun = select(func.min(ProgrammeVersion.effective_from)).join(Programme, Programme.id == ProgrammeVersion.programme_id)
    return session.execute(begun.where(Programme.code == code, Programme.year == year)).scalar_one()


def newest(session: Session) -> list[ProgrammeVersion]:
    """Return the newest version of every programme, in the order of lists: the newest year first, then as in the notice."""
    last = (
        select(ProgrammeVersion.programme_id, func.max(ProgrammeVersion.number).label("number"))
        .group_by(ProgrammeVersion.programme_id)
        .subquery()
    )
    of_last = (last.c.programme_id == ProgrammeVersion.programme_id) & (last.c.number == ProgrammeVersion.number)
    return sorted(session.scalars(select(ProgrammeVersion).join(last, of_last)), key=lambda one: document_of(one).shown_after)
