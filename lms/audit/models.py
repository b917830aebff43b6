"""Table of the audit bundles that were exported."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime


class AuditExport(Base):
    """An audit bundle of a class that was exported: when, why names were revealed, and the digest of its manifest. Append-only."""

    __tablename__ = "audit_export"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    revealed: Mapped[bool]  # it has whole names and schools
    reason: Mapped[str] = mapped_column(String(200), default="")  # why they were revealed
    members: Mapped[int]
    manifest_sha256: Mapped[str] = mapped_column(String(64))
