"""Tables of letterheads: the wording and the logo that an office prints on certificates and transcripts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime


class Letterhead(Base):
    """A letterhead as an office set it. Append-only: the newest row of an organisation counts, and one without contents sets nothing."""

    __tablename__ = "letterhead"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(index=True)  # no foreign key: one that was merged is gone
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: a command
    wordings: Mapped[dict[str, Any]] = mapped_column(JSON)  # `Wordings.values`
    logo_sha256: Mapped[str] = mapped_column(String(64), default="")


class Logo(Base):
    """A logo, by the SHA-256 of its PNG. Append-only, because certificates name it."""

    __tablename__ = "logo"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    png: Mapped[bytes] = mapped_column(LargeBinary)
