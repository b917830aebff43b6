"""Turn the notes of class staff into evidence: attendance of sessions, accepted tasks and logs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from lms.classes.models import ClassSession, Enrolment
from lms.crediting.attesting import Attestor
from lms.learning import reflections
from lms.practice.models import PracticeWork


@dataclass(frozen=True, slots=True)
class Attesting:
    """Writes one person's notes as attestations, in the transaction of the note."""

    attestor: Attestor

    def attended(self, session: ClassSession, intervals: Sequence[tuple[Enrolment, tuple[datetime, datetime]]]) -> list[UUID]:
        """Write an attestation of each person's attendance; return the statements' ids."""
        return self.attestor.attended(session, intervals)

    def accepted(self, work: PracticeWork) -> UUID:
        """Write an attestation of accepted work: a task, a log in the month of its date, or an answer to a reflection."""
        if work.activity is not None:
            return reflections.state_passed(self.attestor.session, work, self.attestor.public_url, self.attestor.now)
        if work.task_id is not None:
            return self.attestor.accepted(work.enrolment, work.requirement, f"task-{work.task_id}")
        return self.attestor.logged(work.enrolment, work.requirement, f"log-{work.id}", work.on)

    def take_back(self, enrolment: Enrolment, statement_id: UUID) -> None:
        """Void such a statement; its earnings are taken back."""
        own = (PracticeWork.enrolment_id == enrolment.id, PracticeWork.statement_id == statement_id)
        if self.attestor.session.scalar(select(PracticeWork.id).where(*own, PracticeWork.activity.is_not(None))) is not None:
            self.attestor.void(statement_id)  # that the activity is passed, which is not an attestation
        else:
            self.attestor.take_back(enrolment, statement_id)
