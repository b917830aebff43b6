"""Table of the certificates with which this site has ever signed."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime


class SigningCertificate(Base):
    """A certificate with which documents were signed here. It stays after its key was replaced or lost, so that they can be verified."""

    __tablename__ = "signing_certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    certificate: Mapped[bytes] = mapped_column(LargeBinary)  # DER
    first_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since then a signature by it proves nothing
    reason: Mapped[str] = mapped_column(String(200), default="")  # why it was revoked
