"""Table of accesses to personal data."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime


class AccessRecord(Base):
    """One access: somebody looked at, exported or revealed what is recorded about others. Append-only, until it is old enough.

    It is about one person, one class, or everybody of an organisation; about everybody on the site if it names none of them.
    """

    __tablename__ = "access_record"
    __table_args__ = (
        Index("ix_access_record_person_id", "person_id", "id"),
        Index("ix_access_record_class_id", "class_id", "id"),
        Index("ix_access_record_by", "by", "id"),
        Index("ix_access_record_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: a command
    what: Mapped[str] = mapped_column(String(10))  # one of lms.access_log.noting.KINDS
    form: Mapped[str] = mapped_column(String(20))  # one of lms.access_log.noting.FORMS
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("training_class.id"))
    organisation_id: Mapped[int | None] = mapped_column()  # no foreign key: one that was merged is gone
    reason: Mapped[str] = mapped_column(String(200), default="")  # why something was revealed; deleted by erasure
