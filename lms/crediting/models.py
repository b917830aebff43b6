"""Tables of observations and ledger entries."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from lms.crediting.chain import GENESIS
from lms.db import Base, UtcDateTime


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
