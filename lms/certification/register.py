"""The register: one chain of entries over all certificates of the site."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.certification import digests
from lms.certification.digests import salted_sha256
from lms.certification.models import RegisterEntry
from lms.classes.models import Enrolment
from lms.crediting.chain import GENESIS, utc_text
from lms.crediting.models import Certificate

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class LedgerEnd:
    """The end of an enrolment's chain: its length and its last hash."""

    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RegisterEvent:
    """An event of a certificate; `reason` is empty for the first issue. `proposed_by` is the other person of two who certified."""

    event: str
    certificate: Certificate
    ledger: LedgerEnd
    reason: str = ""
    proposed_by: int | None = None


def append(session: Session, enrolment: Enrolment, happened: RegisterEvent, by: By) -> RegisterEntry:
    """Append one entry, and store its hash in the enrolment, so that the enrolment's ledger records it.

    The caller holds the enrolment's lock.
    On PostgreSQL the table is locked until the transaction ends, so that positions have no gaps; SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {RegisterEntry.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))
    last = session.scalars(select(RegisterEntry).order_by(RegisterEntry.position.desc()).limit(1)).first()
    certificate, salt = happened.certificate, secrets.token_hex(SALT_BYTES)
    entry = RegisterEntry(
        position=last.position + 1 if last else 1,
        event=happened.event,
        number=certificate.number,
        version=certificate.version,
        enrolment_id=enrolment.id,
        at=by.at,
        by=by.person_id,
        proposed_by=happened.proposed_by,
        reason=happened.reason,
        reason_salt=salt,
        reason_sha256=salted_sha256(salt, happened.reason),
        contents_sha256=contents_sha256(certificate),
        ledger_length=happened.ledger.length,
        ledger_head=happened.ledger.sha256,
        previous_hash=last.hash if last else GENESIS,
    )
    entry.hash = hash_of(entry)
    session.add(entry)
    enrolment.certificate_sha256 = entry.hash
    session.flush()
    return entry


def hash_of(entry: RegisterEntry) -> str:
    """Return the SHA-256 of an entry (`digests.entry_sha256`)."""
    return digests.entry_sha256(values_of(entry))


def values_of(entry: RegisterEntry) -> dict[str, Any]:
    """Return the values of an entry that its hash covers."""
    values: dict[str, Any] = {name: getattr(entry, name) for name in (*digests.ENTRY, *digests.LINKS, "proposed_by")}
    return values | {"at": utc_text(entry.at)}


def contents_sha256(certificate: Certificate) -> str:
    """Return the digest of a certificate's contents (`digests.contents_sha256`)."""
    return digests.contents_sha256(contents_values(certificate))


def contents_values(certificate: Certificate) -> dict[str, Any]:
    """Return the values of a certificate that the register covers."""
    names = ("number", "version", "enrolment_id", "class_id", "facts", "rules", "person_sha256", "bundle_sha256")
    values: dict[str, Any] = {name: getattr(certificate, name) for name in names}
    return values | {"issued_at": utc_text(certificate.issued_at)}


def entries_of(session: Session, number: str) -> Sequence[RegisterEntry]:
    """Return the entries about one number, oldest first."""
    return session.scalars(select(RegisterEntry).where(RegisterEntry.number == number).order_by(RegisterEntry.position)).all()


def issues_of(session: Session, certificates: Sequence[Certificate]) -> Mapping[int, RegisterEntry]:
    """Return the entry by which each certificate was issued, by the certificate's id."""
    own = {(one.number, one.version): one.id for one in certificates}
    numbers = {number for number, _ in own}
    rows = session.scalars(select(RegisterEntry).where(RegisterEntry.number.in_(numbers), RegisterEntry.event == "issued"))
    return {own[one.number, one.version]: one for one in rows if (one.number, one.version) in own}


def entries_about(session: Session, enrolment_id: int) -> Sequence[RegisterEntry]:
    """Return the entries about one enrolment, oldest first."""
    return session.scalars(select(RegisterEntry).where(RegisterEntry.enrolment_id == enrolment_id).order_by(RegisterEntry.position)).all()
