"""Submit, accept and return work: for a task of the class, or as a log of practice. Every decision is kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID, uuid4

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.accounts.account_changes import By
from lms.classes.models import LEARNING, Enrolment
from lms.errors import InvalidInput
from lms.practice.files import FILES_MAX, HandedIn
from lms.practice.models import ACCEPTED, HANDED_IN, RETURNED, TAKEN_BACK, PracticeDecision, PracticeFile, PracticeTask, PracticeWork
from lms.storage import Storage

TEXT_MAX, COMMENT_MAX, TITLE_MAX, TASK_TEXT_MAX = 20_000, 1_000, 200, 5_000
WORKS_MAX = 400  # of one enrolment: a log a day for a year, plus tasks
TASKS_MAX = 100  # of one class
PAGE = 50
BYTES_MAX = 500_000_000  # of the files of one enrolment


class WorkEvidence(Protocol):
    """Turns accepted work into evidence; the caller passes the record store's implementation."""

    def accepted(self, work: PracticeWork) -> UUID:
        """Write the statement that work was accepted; return its id."""
        ...

    def take_back(self, enrolment: Enrolment, statement_id: UUID) -> None:
        """Void such a statement."""
        ...


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission of a teacher; `on` is the day of a log."""

    requirement: str
    text: str
    files: Sequence[HandedIn]
    on: date
    task_id: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """The number of submissions of one enrolment, and the size of all their files in bytes."""

    works: int
    file_bytes: int


def stored(session: Session, enrolment_id: int) -> Stored:
    """Return how much one enrolment has submitted."""
    own = PracticeWork.enrolment_id == enrolment_id
    works = session.scalar(select(func.count()).where(own)) or 0
    files = select(func.sum(PracticeFile.size)).join(PracticeWork, PracticeWork.id == PracticeFile.work_id)
    return Stored(works, int(session.scalar(files.where(own)) or 0))


def problem_of(submission: Submission, before: PracticeWork | None, there: Stored) -> str | None:
    """Return the reason why work cannot be submitted, as a code; None if it can. `before`: the replaced work, `there`: what is stored."""
    kept = 0 if before is None else len(before.files)
    if before is not None and before.state == ACCEPTED:
        return "accepted-already"
    if len(submission.text) > TEXT_MAX:
        return "text-too-long"
    if not submission.text.strip() and not submission.files and not kept:
        return "nothing-in-it"
    if kept + len(submission.files) > FILES_MAX:
        return "too-many-files"
    if (before is None and there.works >= WORKS_MAX) or there.file_bytes + sum(len(one.content) for one in submission.files) > BYTES_MAX:
        return "too-many-works"
    return None


def hand_in(
    session: Session, storage: Storage, enrolment: Enrolment, submission: Submission, before: PracticeWork | None, at: datetime
) -> PracticeWork:
    """Store a submission without problems (`problem_of`); returned work is submitted again with its earlier files."""
    if before is None:
        before = PracticeWork(enrolment_id=enrolment.id, task_id=submission.task_id, requirement=submission.requirement, on=submission.on)
        session.add(before)
    before.text, before.state, before.handed_in_at = submission.text.strip(), HANDED_IN, at
    if submission.task_id is None:
        before.on = submission.on
    session.flush()
    for file in submission.files:
        name = f"practice/{before.id}/{uuid4().hex}"
        storage.put(name, file.content)  # before the row: a row never names a missing file
        row = PracticeFile(work_id=before.id, name=file.name, mimetype=file.mimetype, size=len(file.content), object_name=name, added_at=at)
        session.add(row)
    session.flush()
    return before


def decide(session: Session, work: PracticeWork, what: str, comment: str, by: By, evidence: WorkEvidence) -> bool:
    """Accept or return work, or take an acceptance back; return whether that changed anything.

    The caller has locked the work's row and checked the comment's length.

    Raises:
        InvalidInput: it is their own.
    """
    if by.person_id is not None and by.person_id == work.enrolment.person_id:
        raise InvalidInput(_("Nothing was decided."), [_("Nobody reviews their own work; ask a colleague.")])
    wanted = {ACCEPTED: ACCEPTED, RETURNED: RETURNED, TAKEN_BACK: RETURNED}[what]
    if work.state == wanted or (what == TAKEN_BACK) != (work.state == ACCEPTED):
        return False
    session.add(PracticeDecision(work_id=work.id, what=what, comment=comment.strip(), at=by.at, by=by.person_id))
    session.flush()  # before the state: the database lets no work become accepted without its decision (`guards`)
    if work.statement_id is not None:
        evidence.take_back(work.enrolment, work.statement_id)
        work.statement_id = None
    if what == ACCEPTED:
        work.statement_id = evidence.accepted(work)
    work.state = wanted
    session.flush()
    return True


def tasks_of(session: Session, class_ids: Iterable[int]) -> Sequence[PracticeTask]:
    """Return the tasks of classes that are not withdrawn, the earliest due date first."""
    wanted = (PracticeTask.class_id.in_(set(class_ids)), PracticeTask.withdrawn_at.is_(None))
    order = (PracticeTask.due_on.is_(None), PracticeTask.due_on, PracticeTask.id)
    return session.scalars(select(PracticeTask).where(*wanted).order_by(*order)).all()


def works_of(session: Session, enrolment_ids: Iterable[int]) -> Sequence[PracticeWork]:
    """Return everything that people submitted, with files and decisions, the newest first."""
    query = select(PracticeWork).where(PracticeWork.enrolment_id.in_(set(enrolment_ids)))
    whole = (selectinload(PracticeWork.files), selectinload(PracticeWork.decisions), joinedload(PracticeWork.task))
    return session.scalars(query.options(*whole).order_by(PracticeWork.id.desc())).all()


class WorkState(NamedTuple):
    """The state of a submission: for a task, or (without one) a log of a day."""

    task_id: int | None
    requirement: str
    on: date
    state: str


def states_of(session: Session, enrolment_ids: Iterable[int]) -> Mapping[int, Sequence[WorkState]]:
    """Return the states of everything that people submitted, by enrolment, in one query."""
    found: dict[int, list[WorkState]] = defaultdict(list)
    columns = (PracticeWork.task_id, PracticeWork.requirement, PracticeWork.on, PracticeWork.state)
    for row in session.execute(select(PracticeWork.enrolment_id, *columns).where(PracticeWork.enrolment_id.in_(set(enrolment_ids)))):
        found[row[0]].append(WorkState(*row[1:]))
    return found


def queue(session: Session, class_id: int, state: str, after: int) -> Sequence[PracticeWork]:
    """Return a page of a class's work in a state, the oldest submission first; `after`: the last id of the page before."""
    query = select(PracticeWork).join(Enrolment, Enrolment.id == PracticeWork.enrolment_id)
    wanted = (Enrolment.class_id == class_id, Enrolment.status.in_(LEARNING), PracticeWork.state == state, PracticeWork.id > after)
    whole = (
        joinedload(PracticeWork.enrolment).joinedload(Enrolment.person),
        joinedload(PracticeWork.task),
        selectinload(PracticeWork.files),
    )
    return session.scalars(query.where(*wanted).options(*whole).order_by(PracticeWork.id).limit(PAGE)).all()


def waiting(session: Session, class_ids: Iterable[int]) -> dict[int, int]:
    """Return how much work waits for a decision, by class."""
    found = dict.fromkeys(class_ids, 0)
    query = select(Enrolment.class_id, func.count()).join(PracticeWork, PracticeWork.enrolment_id == Enrolment.id)
    wanted = (Enrolment.class_id.in_(found), Enrolment.status.in_(LEARNING), PracticeWork.state == HANDED_IN)
    found.update({row[0]: row[1] for row in session.execute(query.where(*wanted).group_by(Enrolment.class_id))})
    return found


def of_class(session: Session, class_id: int, work_id: int, *, lock: bool = False) -> PracticeWork | None:
    """Return the work of a person in a class with its parts; `lock` keeps others from deciding about it."""
    query = select(PracticeWork).join(Enrolment, Enrolment.id == PracticeWork.enrolment_id)
    whole = (selectinload(PracticeWork.files), selectinload(PracticeWork.decisions), joinedload(PracticeWork.task))
    query = query.where(Enrolment.class_id == class_id, PracticeWork.id == work_id)
    query = query.options(*whole, joinedload(PracticeWork.enrolment).joinedload(Enrolment.person))
    return session.scalar(query.with_for_update(of=PracticeWork) if lock else query)


def forget(session: Session, enrolment_ids: Sequence[int]) -> list[str]:
    """Erase a person's submissions with their comments; the acceptance stays. Return the files to delete when that is committed.

    Afterwards no submission names a launch, so that the launches can be deleted.
    """
    works = select(PracticeWork.id).where(PracticeWork.enrolment_id.in_(enrolment_ids))
    names = session.scalars(select(PracticeFile.object_name).where(PracticeFile.work_id.in_(works))).all()
    session.execute(delete(PracticeFile).where(PracticeFile.work_id.in_(works)))
    session.execute(update(PracticeDecision).where(PracticeDecision.work_id.in_(works)).values(comment=""))
    session.execute(update(PracticeWork).where(PracticeWork.enrolment_id.in_(enrolment_ids)).values(text="", launch_id=None))
    return list(names)
