"""Table of background jobs, which survive a closed browser tab and a killed worker."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, UtcDateTime
from lms.lease import Leased

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
REFUSED = "refused"  # it cannot be done as it was asked for: tried once only


class Job(Leased, Base):
    """One piece of long work for one person: its parameters, its progress, its result."""

    __tablename__ = "job"

    kind: Mapped[str] = mapped_column(String(40))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default=QUEUED, index=True)
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    plan: Mapped[list[list[int]] | None] = mapped_column(JSON(none_as_null=True))  # the pieces, fixed by the first worker
    pieces: Mapped[int] = mapped_column(default=0)  # the number of them in the file store
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(Text, default="")  # a failure: its reason for operators; a refusal: what its kind makes words of
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)  # turns begun since a piece was last finished
    result_name: Mapped[str | None] = mapped_column(String(200))  # file name shown to the person
    result_object: Mapped[str | None] = mapped_column(String(300))  # object in the file store
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
