"""How is kept that somebody was erased? Without anything by which they could be known."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime


class Erasure(Base):
    """One person's erasure. It is begun in one transaction and goes on in many; `finished_at` says that it went to its end."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    agents: Mapped[list[str]] = mapped_column(JSON)  # under which keys the record store had them: hashes, which lead back to nobody
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: on the command line
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    statements: Mapped[int] = mapped_column(default=0)
    documents: Mapped[int] = mapped_column(default=0)
    observations: Mapped[int] = mapped_column(default=0)
