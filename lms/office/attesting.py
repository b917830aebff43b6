"""Let what class staff note become evidence: attendance of sessions, accepted tasks and logs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms.classes.models import ClassSession, Enrolment
from lms.crediting.attesting import Attestor
from lms.practice.models import PracticeWork


@dataclass(frozen=True, slots=True)
class Attesting:
    """The record store's side of what somebody notes, in the transaction in which they note it."""

    attestor: Attestor

    def attended(self, enrolment: Enrolment, session: ClassSession, interval: tuple[datetime, datetime]) -> UUID:
        """State attendance of a session; return the statement's id."""
        return self.attestor.attended(enrolment, session, interval)

    def accepted(self, work: PracticeWork) -> UUID:
        """State that a work was accepted: a task, or a log in the month in which it is dated."""
        if work.task_id is not None:
            return self.attestor.accepted(work.enrolment, work.requirement, f"task-{work.task_id}")
        return self.attestor.logged(work.enrolment, work.requirement, f"log-{work.id}", work.on)

    def take_back(self, enrolment: Enrolment, statement_id: UUID) -> None:
        """Void such a statement; what it earned goes back with it."""
        self.attestor.take_back(enrolment, statement_id)
