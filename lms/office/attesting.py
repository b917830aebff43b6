"""Turn the notes of class staff into evidence: attendance of sessions, accepted tasks and logs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms.classes.models import ClassSession, Enrolment
from lms.crediting.attesting import Attestor
from lms.practice.models import PracticeWork


@dataclass(frozen=True, slots=True)
class Attesting:
    """Writes one person's notes as attestations, in the transaction of the note."""

    attestor: Attestor

    def attended(self, enrolment: Enrolment, session: ClassSession, interval: tuple[datetime, datetime]) -> UUID:
        """Write an attestation of attendance; return the statement's id."""
        return self.attestor.attended(enrolment, session, interval)

    def accepted(self, work: PracticeWork) -> UUID:
        """Write an attestation of accepted work: a task, or a log in the month of its date."""
        if work.task_id is not None:
            return self.attestor.accepted(work.enrolment, work.requirement, f"task-{work.task_id}")
        return self.attestor.logged(work.enrolment, work.requirement, f"log-{work.id}", work.on)

    def take_back(self, enrolment: Enrolment, statement_id: UUID) -> None:
        """Void such a statement; its earnings are taken back."""
        self.attestor.take_back(enrolment, statement_id)
