"""What does the window on the record store keep itself?"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime


class RemovedMonth(Base):
    """One month of storing (UTC) whose statements were removed; `finished_at` says that nothing is left of it to clear."""

    __tablename__ = "removed_month"

    id: Mapped[int] = mapped_column(primary_key=True)
    removal_id: Mapped[int | None] = mapped_column(ForeignKey("removal.id"))  # None: before it was kept who let them go
    month: Mapped[date] = mapped_column(Date)  # its first day
    kept_months: Mapped[int]  # what the rule was then
    statements: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    people: Mapped[int]
    attachments: Mapped[int] = mapped_column(default=0)  # whose data went
    enrolments: Mapped[int]  # whose hours rest in part on evidence from these statements; it stays
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
