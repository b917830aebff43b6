"""Tables of the records pages."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime


class RemovedMonth(Base):
    """A month of storing (UTC) whose statements were removed; with `finished_at` the removal is complete."""

    __tablename__ = "removed_month"

    id: Mapped[int] = mapped_column(primary_key=True)
    removal_id: Mapped[int | None] = mapped_column(ForeignKey("removal.id"))  # None: from before removals were recorded
    month: Mapped[date] = mapped_column(Date)  # its first day
    kept_months: Mapped[int]  # the retention rule at that time
    statements: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    people: Mapped[int]
    attachments: Mapped[int] = mapped_column(default=0)  # attachments whose data was deleted
    enrolments: Mapped[int]  # enrolments whose hours rest partly on evidence from these statements; the evidence stays
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
