"""How is kept which months of statements were removed, when, and how much that was?"""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime
from lms.lease import Leased

OFFICE, COMMAND, NIGHTLY = "office", "command", "nightly"


class Removal(Leased, Base):
    """One run: who let old months go, how far it is, and what was held back. An unfinished one goes on by itself."""

    __tablename__ = "removal"

    by: Mapped[str] = mapped_column(String(10))  # OFFICE, COMMAND or NIGHTLY
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # of an office
    night: Mapped[date | None] = mapped_column(Date, unique=True)  # one a night, however many clocks there are
    kept_months: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    month: Mapped[date | None] = mapped_column(Date)  # which one is going just now
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    held: Mapped[list[list[str | int]]] = mapped_column(JSON)  # month, then a plan.Hold: what was to go and did not
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
