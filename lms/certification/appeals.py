"""Questions of teachers about their hours (appeals), and the answers. The block that opened the session commits.

An accepted question changes no hours by itself: held hours are released, attendance is noted, or a certificate is superseded, by
the ways that exist for it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from lms.accounts.account_changes import By
from lms.certification import review_queue
from lms.certification.models import Appeal
from lms.certification.register import entries_about
from lms.certification.review_queue import ReviewPage
from lms.classes import changes
from lms.classes.freezing import FreezeReason, frozen_because
from lms.classes.membership import BAR
from lms.classes.models import ClassChange, Enrolment, TrainingClass
from lms.crediting.policy import activity_name
from lms.errors import Conflict, InvalidInput
from lms.programmes.store import document_of
from lms.transcripts.transcript import Transcript

OPEN, ACCEPTED, DECLINED, WITHDRAWN = "open", "accepted", "declined", "withdrawn"
TEXT_MAX = 1000
OPEN_MAX = 20  # of one person in one class
LONGEST_LINE = 130
WITH_CLASS = (joinedload(Enrolment.training_class).joinedload(TrainingClass.programme_version),)


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A line of a transcript that a teacher can ask about."""

    account: str
    zh: str
    en: str
    held_seconds: int = 0


def lines_of(transcript: Transcript, sessions: Mapping[str, str]) -> Mapping[str, AskedLine]:
    """Return the lines of a transcript: its requirements (by key), its activities, and the sessions of the class (titles by key)."""
    found = {one.key: AskedLine(one.key, one.title.zh, one.title.en) for one in transcript.requirements}
    for chapter in transcript.chapters:
        for one in chapter.lines:
            title = one.activity.title
            found[one.name] = AskedLine(one.name, title.zh, title.en, one.account.held_seconds)
    code = transcript.standing.training_class.code
    for key, title_ in sessions.items():
        name = activity_name(code, key)
        found[name] = AskedLine(name, title_, title_)
    return found


def last_day(session: Session, enrolment: Enrolment, account: str) -> date:
    """Return the last day on which somebody may ask about a line, in the programme's time zone.

    The days of the programme count from the end of the class, or from the latest decision about the line or certificate, if that is later.
    """
    training_class = enrolment.training_class
    document = document_of(training_class.programme_version)
    said = (ClassChange.enrolment_id == enrolment.id, ClassChange.what.startswith("hold-") | ClassChange.what.in_(("appeal-declined",)))
    about = ClassChange.after.startswith(f"{account} ", autoescape=True)
    decided = session.scalar(select(func.max(ClassChange.at)).where(*said, about))
    registered = entries_about(session, enrolment.id)
    moments = [at for at in (decided, registered[-1].at if registered else None) if at is not None]
    zone = ZoneInfo(document.policy.time_zone)
    days = [training_class.ends_on, *(at.astimezone(zone).date() for at in moments)]
    return max(days) + timedelta(days=document.rules.appeal_days)


def is_in_time(last: date, zone: str, now: datetime) -> bool:
    """Say whether a question still comes in time: until the end of the last day."""
    return now < datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))


def ask(session: Session, enrolment: Enrolment, account: str, text: str, by: By) -> Appeal:
    """Record a teacher's question about a line of their own transcript. The caller has checked that the line exists.

    Raises:
        InvalidInput: the text is missing or too long, it comes too late, or a question about this line is open already.
    """
    problems = _problems(session, enrolment, account, text, by.at)
    if problems:
        raise InvalidInput(_("Nothing was sent."), problems)
    added = Appeal(enrolment_id=enrolment.id, account=account, text=_one_way(text), made_at=by.at, state=OPEN, answer="")
    try:
        with session.begin_nested():
            session.add(added)
            session.flush()
    except IntegrityError as error:
        raise InvalidInput(_("Nothing was sent."), [_open_already()]) from error
    changes.note_of(session, enrolment, changes.made("appeal", by, after=f"{account} "))
    session.flush()
    return added


def _problems(session: Session, enrolment: Enrolment, account: str, text: str, now: datetime) -> list[str]:
    if not text.strip() or len(text) > TEXT_MAX:
        return [_("Write what is wrong, in at most %(most)s characters.", most=TEXT_MAX)]
    if any(not one.isprintable() and one not in "\r\n\t" for one in text):
        return [_("The text has characters that cannot be shown. Type it again.")]
    if frozen_because(enrolment) is FreezeReason.ERASED:
        return [_("The evidence was erased on purpose, so nobody could check it.")]
    document = document_of(enrolment.training_class.programme_version)
    if not is_in_time(last_day(session, enrolment, account), document.policy.time_zone, now):
        return [_("The time for questions about this line is over.")]
    mine = (Appeal.enrolment_id == enrolment.id, Appeal.state == OPEN)
    waiting = session.execute(select(Appeal.account).where(*mine)).scalars().all()
    if account in waiting:
        return [_open_already()]
    return [_("You have %(n)s open questions. Wait for an answer first.", n=len(waiting))] if len(waiting) >= OPEN_MAX else []


def _open_already() -> str:
    return str(_("A question about this line is open already. Wait for the answer, or withdraw it first."))


def _one_way(text: str) -> str:
    """Return a text with one kind of line end, without blank ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def withdraw(session: Session, appeal: Appeal, by: By) -> bool:
    """Withdraw one's own question; return whether it was still open. The caller holds its lock."""
    if appeal.state != OPEN:
        return False
    appeal.state, appeal.decided_at, appeal.decided_by = WITHDRAWN, by.at, by.person_id
    enrolment = session.get_one(Enrolment, appeal.enrolment_id)
    changes.note_of(session, enrolment, changes.made("appeal-back", by, after=f"{appeal.account} "))
    session.flush()
    return True


def decide(session: Session, appeal: Appeal, what: str, answer: str, seen: str, by: By) -> None:
    """Accept or decline a question with an answer; an answer can be replaced by a later one. The caller holds its lock.

    Raises:
        InvalidInput: it is about the reviewer's own hours, or the answer is missing or too long.
        Conflict: somebody else has answered in the meantime, or it was withdrawn.
    """
    enrolment = session.get_one(Enrolment, appeal.enrolment_id)
    problems = []
    if by.person_id is not None and by.person_id == enrolment.person_id:
        problems.append(_("Nobody decides about their own hours; ask a colleague."))
    if what not in {ACCEPTED, DECLINED}:
        problems.append(_("Choose an answer."))
    if not answer.strip() or len(answer) > TEXT_MAX or any(not one.isprintable() and one not in "\r\n\t" for one in answer):
        problems.append(_("Write an answer of at most %(most)s characters; the teacher reads it.", most=TEXT_MAX))
    if problems:
        raise InvalidInput(_("Nothing was decided."), problems)
    if not may_be_answered(appeal, enrolment) or mark_of(appeal) != seen:
        raise Conflict(_("Somebody else has decided about this in the meantime. Nothing was changed; look at it again."))
    appeal.state, appeal.answer, appeal.decided_at, appeal.decided_by = what, _one_way(answer), by.at, by.person_id
    said = f"{appeal.account} {BAR}{' '.join(answer.split())[:200]}"
    changes.note_of(session, enrolment, changes.made(f"appeal-{what}", by, after=said))
    session.flush()


def forget(session: Session, enrolment_ids: Collection[int], now: datetime) -> None:
    """Delete the words of questions and answers of people who are erased. Open questions are withdrawn: nobody can read an answer.

    These are two writes, because the table's guard allows a decision or empty words in one write, and never both.
    """
    own = Appeal.enrolment_id.in_(enrolment_ids)
    session.execute(update(Appeal).where(own, Appeal.state == OPEN).values(state=WITHDRAWN, decided_at=now))
    session.execute(update(Appeal).where(own).values(text="", answer=""))


def may_be_answered(appeal: Appeal, enrolment: Enrolment) -> bool:
    """Say whether an answer can still reach somebody: the question was not withdrawn, and its teacher not erased."""
    return appeal.state != WITHDRAWN and frozen_because(enrolment) is not FreezeReason.ERASED


def mark_of(appeal: Appeal) -> str:
    """Return a mark of the state of a question; two reviewers notice each other by it."""
    return f"{appeal.state}-{int(appeal.decided_at.timestamp()) if appeal.decided_at else 0}"


def of_line(session: Session, enrolment_id: int, account: str) -> Sequence[Appeal]:
    """Return the questions about one line, newest first."""
    own = (Appeal.enrolment_id == enrolment_id, Appeal.account == account)
    return session.scalars(select(Appeal).where(*own).order_by(Appeal.id.desc())).all()


def of_enrolment(session: Session, enrolment_id: int) -> Mapping[str, Appeal]:
    """Return the latest question about each line."""
    query = select(Appeal).where(Appeal.enrolment_id == enrolment_id).order_by(Appeal.id)
    return {one.account: one for one in session.scalars(query)}


def queue(session: Session, within: ColumnElement[bool], class_id: int | None, *, decided: bool, after: str) -> ReviewPage[Appeal]:
    """Return open questions of the classes for which `within` holds, or those that were decided."""
    conditions = [within, Appeal.state.in_((ACCEPTED, DECLINED)) if decided else Appeal.state == OPEN]
    if class_id is not None:
        conditions.append(TrainingClass.id == class_id)
    return review_queue.page_of(session, Appeal, Appeal.made_at, conditions, after)


def found(session: Session, within: ColumnElement[bool], appeal_id: int) -> Appeal | None:
    """Return one question with its enrolment, person and class; None if there is none within."""
    return review_queue.one(session, Appeal, within, Appeal.id == appeal_id)
