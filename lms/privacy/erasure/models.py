"""Table of erasures, without any data that identifies the person."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime


class Erasure(Base):
    """One person's erasure. It begins in one transaction and continues in others; with `finished_at` it is complete."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    agents: Mapped[list[str]] = mapped_column(JSON)  # the keys under which the record store had them: one-way hashes
    files: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")  # still to delete; a folder's name ends with a slash
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: from the command line
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    statements: Mapped[int] = mapped_column(default=0)
    documents: Mapped[int] = mapped_column(default=0)
    observations: Mapped[int] = mapped_column(default=0)
