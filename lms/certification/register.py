"""The register: one chain of entries over all certificates of the site."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from courses.strict_json.canonical import canonical, digest_of
from lms.accounts.account_changes import By
from lms.certification.models import RegisterEntry
from lms.classes.models import Enrolment
from lms.crediting.chain import GENESIS
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
    """Return the SHA-256 of an entry as canonical JSON. The reason is covered through its digest, because erasure deletes it."""
    names = ("position", "event", "number", "version", "enrolment_id", "by", "reason_sha256", "contents_sha256")
    content: dict[str, Any] = {name: getattr(entry, name) for name in names}
    content |= {name: getattr(entry, name) for name in ("ledger_length", "ledger_head", "previous_hash")}
    if entry.proposed_by is not None:  # hashes of entries without a proposal stay what they were
        content["proposed_by"] = entry.proposed_by
    return digest_of(content | {"at": entry.at.astimezone(UTC).isoformat(timespec="microseconds")})


def contents_sha256(certificate: Certificate) -> str:
    """Return the digest of a certificate's contents. Person and evidence are covered through their digests, so they can be erased."""
    whose = {"number": certificate.number, "version": certificate.version, "enrolment": certificate.enrolment_id}
    issued = certificate.issued_at.astimezone(UTC).isoformat(timespec="microseconds")
    said = {"facts": certificate.facts, "rules": certificate.rules, "class": certificate.class_id, "issued_at": issued}
    return digest_of(whose | said | {"person": certificate.person_sha256, "bundle": certificate.bundle_sha256})


def salted_sha256(salt: str, value: Any) -> str:
    """Return the SHA-256 of a value with a salt; without the salt, nobody can guess the value."""
    return hashlib.sha256(salt.encode() + canonical(value)).hexdigest()


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
