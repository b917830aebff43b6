"""Tables of imports, their progress, and statements that could not be stored."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime
from lms.lease import Leased

RUNNING, STOPPED, DONE = "running", "stopped", "done"


class Import(Leased, Base):
    """An import from one other store with one of its keys, and the place up to which its statements are stored here.

    The place is written in the same transaction as the statements before it, so the two always match.
    """

    __tablename__ = "import"
    __table_args__ = (UniqueConstraint("endpoint", "key"),)

    endpoint: Mapped[str] = mapped_column(String(500))
    key: Mapped[str] = mapped_column(String(200))
    page_size: Mapped[int] = mapped_column()
    more: Mapped[str] = mapped_column(Text, default="")  # the address of the next page; '' at the beginning and at the end
    reached: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the stored time of the last statement in the other store
    pages: Mapped[int] = mapped_column(default=0)
    read: Mapped[int] = mapped_column(BigInteger, default=0)  # a statement that was read twice counts twice
    new: Mapped[int] = mapped_column(BigInteger, default=0)
    problem: Mapped[str] = mapped_column(Text, default="")  # the reason why it stopped before the end
    # the state of a background import; '' if a command runs it
    state: Mapped[str] = mapped_column(String(10), default="", server_default="")
    version: Mapped[str] = mapped_column(String(10), default="1.0.3", server_default="1.0.3")  # the xAPI version used in requests
    internal: Mapped[bool] = mapped_column(default=False, server_default=false())  # an operator allowed an address inside the own network
    secret: Mapped[str] = mapped_column(Text, default="", server_default="")  # sealed (lms.sealing)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last time at which the end was reached


class StatementSetAside(Base):
    """A statement that could not be stored: its received text and the reason. Storing it later deletes this row."""

    __tablename__ = "import_aside"
    __table_args__ = (UniqueConstraint("import_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(String(64))  # of the received text
    statement_id: Mapped[str] = mapped_column(String(100), default="")  # the id that it claims, of any form
    reason: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
