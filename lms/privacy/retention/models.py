"""Table of removals of old months."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime
from lms.lease import Leased

OFFICE, COMMAND, NIGHTLY = "office", "command", "nightly"


class Removal(Leased, Base):
    """One run: who started it, its progress, and what was held back. An unfinished run continues by itself."""

    __tablename__ = "removal"

    by: Mapped[str] = mapped_column(String(10))  # OFFICE, COMMAND or NIGHTLY
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # for a run of an office
    night: Mapped[date | None] = mapped_column(Date, unique=True)  # one run a night, even with several clocks
    kept_months: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    month: Mapped[date | None] = mapped_column(Date)  # the month that is being removed now
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    held: Mapped[list[list[str | int]]] = mapped_column(JSON)  # month, then a plan.Hold: the months that were due but held back
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
