"""Tables of the register of certificates, of proposals to certify, and of appeals."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.classes.models import Enrolment
from lms.crediting.models import REVOKED, SUPERSEDED
from lms.db import Base, UtcDateTime

ISSUED = "issued"
EVENTS = (ISSUED, SUPERSEDED, REVOKED)
OPEN_ONLY = text("state = 'open'")


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
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # where the programme asks for a second person
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


class CertificateProposal(Base):
    """One person's proposal to certify an enrolment, or to supersede its certificate, which a second person confirms. The row stays."""

    __tablename__ = "certificate_proposal"
    __table_args__ = (
        Index("uq_certificate_proposal_open", "enrolment_id", unique=True, postgresql_where=OPEN_ONLY, sqlite_where=OPEN_ONLY),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))  # to be superseded; None: a first certificate
    # of the account that was proposed; to supersede, the digest of the recalculation that was looked at
    ledger_head: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(200), default="", server_default="")  # for superseding; deleted by erasure
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: a command
    state: Mapped[str] = mapped_column(String(10))  # open | confirmed | withdrawn
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Appeal(Base):
    """A teacher's question about one line of their transcript, and the answer. Hours change only by the ways that exist for them."""

    __tablename__ = "appeal"
    __table_args__ = (
        Index("uq_appeal_open", "enrolment_id", "account", unique=True, postgresql_where=OPEN_ONLY, sqlite_where=OPEN_ONLY),
        Index("ix_appeal_enrolment_id", "enrolment_id", "account"),
        Index("ix_appeal_state", "state", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    account: Mapped[str] = mapped_column(String(130))  # the line: an activity or a session of the class
    text: Mapped[str] = mapped_column(Text)  # in the teacher's words; deleted by erasure
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))  # open | accepted | declined | withdrawn
    answer: Mapped[str] = mapped_column(Text, default="")  # deleted by erasure
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
