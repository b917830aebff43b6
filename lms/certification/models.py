"""Tables of the register of certificates."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.crediting.models import REVOKED, SUPERSEDED
from lms.db import Base, UtcDateTime

ISSUED = "issued"
EVENTS = (ISSUED, SUPERSEDED, REVOKED)


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
    contents_sha256: Mapped[str] = mapped_column(String(64))  # of the certificate's contents (`register.contents_sha256`)
    ledger_length: Mapped[int]  # of the account when it was certified
    ledger_head: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class IssuedFile(Base):
    """A PDF of a certificate that was handed out, by its SHA-256, so that a file can be compared with it. Append-only."""

    __tablename__ = "issued_file"
    __table_args__ = (UniqueConstraint("certificate_id", "sha256"), Index("ix_issued_file_sha256", "sha256"))

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signer_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")  # of the signing certificate; '': not signed
    seal: Mapped[str] = mapped_column(String(64))  # HMAC with a key of the site; a row from anybody else has no valid seal
