"""Let what class staff note become evidence: attendance, accepted tasks and logs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms.classes.changes import By
from lms.classes.models import ClassSession, Enrolment
from lms.practice.models import PracticeWork


@dataclass(frozen=True, slots=True)
class Attested:
    """The record store's side of what somebody notes, in one transaction."""

    session: Session
    by: By

    @classmethod
    def of(cls, session: Session, by: By) -> Attested:
        """Return it for a transaction and who notes something."""
        return cls(session, by)

    def attended(self, enrolment: Enrolment, lesson: ClassSession, interval: tuple[datetime, datetime]) -> UUID:
        """State attendance."""
        raise NotImplementedError

    def accepted(self, work: PracticeWork) -> UUID:
        """State acceptance."""
        raise NotImplementedError

    def take_back(self, enrolment: Enrolment, statement_id: UUID) -> None:
        """Void a statement."""
        raise NotImplementedError
