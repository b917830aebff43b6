"""Tables of observations, ledger entries and checks of the ledger, and of the certificates that freeze an account."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, Float, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.classes.models import Enrolment
from lms.crediting.chain import GENESIS
from lms.db import Base, UtcDateTime
from lms.lease import Leased

NIGHTLY, OFFICE = "nightly", "office"  # who started a check of the ledger
VALID, SUPERSEDED, REVOKED = STATES = ("valid", "superseded", "revoked")


class Observation(Base):
    """One piece of evidence from one statement; it can be rebuilt from the record store alone.

    Instants are whole seconds since 1970 (UTC), as the hours core reads them.
    """

    __tablename__ = "observation"
    __table_args__ = (UniqueConstraint("statement_id", "part"), Index("ix_observation_enrolment_id", "enrolment_id", "activity"))

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    statement_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    part: Mapped[int] = mapped_column(default=0)  # a statement may have several played segments
    kind: Mapped[str] = mapped_column(String(10))  # present | played | reported | completed | passed
    activity: Mapped[str] = mapped_column(String(130))  # '<course code>:<activity key>'
    session: Mapped[str] = mapped_column(String(36))
    device: Mapped[str] = mapped_column(String(20), default="")
    at: Mapped[int] = mapped_column(BigInteger)  # present: its end; others: the time of receipt
    since: Mapped[int | None] = mapped_column(BigInteger)  # present: its start; reported and played: the opening of the launch
    seconds: Mapped[int | None] = mapped_column(BigInteger)  # reported: the claimed time
    media_from_ms: Mapped[int | None] = mapped_column(BigInteger)
    media_to_ms: Mapped[int | None] = mapped_column(BigInteger)
    rate: Mapped[float | None] = mapped_column(Float)  # as claimed; never trusted below the speed that the server's clock implies
    voided: Mapped[bool] = mapped_column(default=False)
    statement_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)  # of the stored text; None: kept before format 2 of the ledger


class LedgerEntry(Base):
    """One appended change of one account, in whole numbers of one unit. It is never changed and never deleted.

    An entry with the amount 0 records the account's inputs (`inputs`, `baseline`).
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (UniqueConstraint("enrolment_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    number: Mapped[int]  # 1, 2, 3 … within the enrolment
    account: Mapped[str] = mapped_column(String(130))  # '<course code>:<activity key>', a session or a requirement; '' for none
    unit: Mapped[str] = mapped_column(String(20), default="seconds", server_default="seconds")  # one of chain.UNITS
    amount: Mapped[int]  # the change; negative for a correction
    reason: Mapped[str] = mapped_column(Text)  # credit | correction | inputs | baseline
    programme_version_id: Mapped[int] = mapped_column(ForeignKey("programme_version.id"))
    policy_sha256: Mapped[str] = mapped_column(String(64))
    evidence: Mapped[list[str]] = mapped_column(JSON)  # ids of the statements that changed the account
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    format: Mapped[int] = mapped_column(default=2, server_default="1")
    class_sha256: Mapped[str | None] = mapped_column(String(64))  # the digest of the class's data
    enrolment_sha256: Mapped[str | None] = mapped_column(String(64))  # the digest of the enrolment's data
    evidence_sha256: Mapped[str] = mapped_column(String(64), default=GENESIS, server_default=GENESIS)  # of all evidence kept at that time
    evidence_count: Mapped[int] = mapped_column(default=0, server_default="0")  # the number of those observations


class HeldSession(Base):
    """One session (a launch) of an activity whose hours are held for review, or about which somebody decided. A list for reviewers.

    It follows from the evidence and the decisions in it, and `lms ledger verify` compares it with them. No verdict reads it.
    """

    __tablename__ = "held_session"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity", "session"),
        Index("ix_held_session_state", "state", "raised_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    activity: Mapped[str] = mapped_column(String(130))  # '<course code>:<activity key>'
    session: Mapped[str] = mapped_column(String(36))
    flags: Mapped[str] = mapped_column(String(60))  # kinds with a space around each, so that one can be searched for
    seconds: Mapped[int]  # measured in this session
    state: Mapped[str] = mapped_column(String(10))  # open | released | refused | partly
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)  # since when it is held; again after more was flagged

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")


class Certificate(Base):
    """One version of one certificate: its contents, and the evidence from which anyone can recompute them.

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
    state: Mapped[str] = mapped_column(String(10), default=VALID)  # copied from the register's latest entry about it, for lists
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # programme, class, provider, issuer, hours, requirements: nothing personal
    person: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # name and school when it was issued; None: erased
    salt: Mapped[str | None] = mapped_column(String(32))  # without it, nobody can guess the person from `person_sha256`
    person_sha256: Mapped[str] = mapped_column(String(64))
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)  # the parts of the rules that the bundle lacks (`certified.frozen_policy`)
    bundle: Mapped[bytes | None] = mapped_column(LargeBinary)  # the evidence bundle, compressed; None: erased
    bundle_sha256: Mapped[str] = mapped_column(String(64))

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")


class LedgerCheck(Leased, Base):
    """One check of all chains: who started it, its progress, what it found, and the anchor that it made."""

    __tablename__ = "ledger_check"

    by: Mapped[str] = mapped_column(String(10))  # NIGHTLY or OFFICE
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    night: Mapped[date | None] = mapped_column(Date, unique=True)  # one check a night, even with several clocks
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    whole: Mapped[bool]  # every account was recomputed, not only the night's share
    after: Mapped[int] = mapped_column(default=0)  # enrolments up to this id are checked
    enrolments: Mapped[int] = mapped_column(default=0)
    entries: Mapped[int] = mapped_column(default=0)
    recomputed: Mapped[int] = mapped_column(default=0)
    certificates: Mapped[int] = mapped_column(default=0)
    found: Mapped[int] = mapped_column(default=0)  # how many findings there are
    findings: Mapped[list[str]] = mapped_column(JSON)  # the first of them, one line each
    anchor: Mapped[str] = mapped_column(Text, default="")  # its line
    problem: Mapped[str] = mapped_column(Text, default="")  # why no anchor could be kept
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
