"""How is it kept how far an import is, and what could not be taken?"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime

RUNNING, STOPPED, DONE = "running", "stopped", "done"


class Import(Base):
    """One other store, as one of its keys sees it, and the place up to which its statements are here.

    The place is written in the transaction of the statements before it, so it is never ahead of them nor behind.
    """

    __tablename__ = "import"
    __table_args__ = (UniqueConstraint("endpoint", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(500))
    key: Mapped[str] = mapped_column(String(200))
    page_size: Mapped[int] = mapped_column()
    more: Mapped[str] = mapped_column(Text, default="")  # where the next page is; '' at the beginning and at the end
    reached: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the last statement was stored over there
    pages: Mapped[int] = mapped_column(default=0)
    read: Mapped[int] = mapped_column(BigInteger, default=0)  # what was read twice counts twice
    new: Mapped[int] = mapped_column(BigInteger, default=0)
    problem: Mapped[str] = mapped_column(Text, default="")  # why it stopped before the end
    state: Mapped[str] = mapped_column(String(10), default="", server_default="")  # in the background; '' where a command does it
    version: Mapped[str] = mapped_column(String(10), default="1.0.3", server_default="1.0.3")  # in which the store is asked
    internal: Mapped[bool] = mapped_column(default=False, server_default=false())  # an operator took it inside the own network
    secret: Mapped[str] = mapped_column(Text, default="", server_default="")  # sealed (lms.sealing)
    turn: Mapped[str | None] = mapped_column(String(32))  # names the worker that is at it
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it was last at the end


class StatementSetAside(Base):
    """A statement that could not be taken, as it came, and why. It goes when the same statement is taken later."""

    __tablename__ = "import_aside"
    __table_args__ = (UniqueConstraint("import_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(String(64))  # of the statement as it came
    statement_id: Mapped[str] = mapped_column(String(100), default="")  # as it says, whatever that is
    reason: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
