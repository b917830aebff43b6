"""Tables of the register of certificates."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.classes.models import Enrolment
from lms.db import Base, UtcDateTime

VALID, SUPERSEDED, REVOKED = STATES = ("valid", "superseded", "revoked")
ISSUED = "issued"
EVENTS = (ISSUED, SUPERSEDED, REVOKED)


class Certificate(Base):
    """One version of one certificate: what it says, and the evidence from which anyone can recompute it.

    Only `state` changes. Erasure deletes `person`, `salt` and `bundle`; their digests stay in the register.
    """

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("number", "version"), Index("ix_certificate_class_id", "class_id", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]  # 1, 2, 3 … of this number; the versions before the last are superseded
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=VALID)  # as the register's latest entry about it says; for lists
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # programme, class, provider, issuer, hours, requirements: nothing personal
    person: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # name and school when it was issued; None: erased
    salt: Mapped[str | None] = mapped_column(String(32))  # without it, nobody can guess the person from `person_sha256`
    person_sha256: Mapped[str] = mapped_column(String(64))
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)  # what the bundle does not say about the rules (`contents.frozen_policy`)
    bundle: Mapped[bytes | None] = mapped_column(LargeBinary)  # the evidence bundle, compressed; None: erased
    bundle_sha256: Mapped[str] = mapped_column(String(64))

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")


class RegisterEntry(Base):
    """One event of the register: a certificate was issued, superseded or revoked. Append-only; each entry holds the hash of the one before.

    An enrolment's ledger records the hash of the latest entry about it, so proof of the ledger (anchors) proves the register too.
    """

    __tablename__ = "register_entry"
    __table_args__ = (Index("ix_register_entry_number", "number", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)  # 1, 2, 3 … in the whole register
    event: Mapped[str] = mapped_column(String(10))  # one of EVENTS
    number: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: a command
    reason: Mapped[str] = mapped_column(String(200), default="")  # in the office's words; deleted by erasure
    reason_salt: Mapped[str] = mapped_column(String(32), default="")
    reason_sha256: Mapped[str] = mapped_column(String(64))
    contents_sha256: Mapped[str] = mapped_column(String(64))  # of what the certificate says (`register.contents_sha256`)
    ledger_length: Mapped[int]  # of the account when it was certified
    ledger_head: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class IssuedFile(Base):
    """A PDF of a certificate that was handed out, by its SHA-256, so that a file can be compared with it. Append-only."""

    __tablename__ = "issued_file"
    __table_args__ = (UniqueConstraint("certificate_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seal: Mapped[str] = mapped_column(String(64))  # HMAC under a key of the site: a row that was planted in the database has no right one
