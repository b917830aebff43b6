"""Move a person to another class of their programme: the enrolment continues, with everything earned.

Sessions of the old class count up to the day of the move, those of the new class from that day on. A person who was moved by
mistake can be moved back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.offices import below
from lms.classes import changes
from lms.classes.freezing import FreezeReason, frozen_because
from lms.classes.membership import BAR, REASON_MAX, certified_problem
from lms.classes.models import LEFT, Enrolment, EnrolmentTransfer, TrainingClass
from lms.classes.setup import programme_version_of, tracks_of, window_of
from lms.errors import FieldProblem, InvalidInput
from lms.i18n import local_time, write_day
from lms.programmes.models import ProgrammeVersion
from lms.programmes.store import document_of


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """The target of a transfer: the class, its track, the day from which its sessions count, and the reason."""

    class_id: int
    track: str
    day: date
    reason: str


def targets_of(session: Session, training_class: TrainingClass, scope: str) -> list[TrainingClass]:
    """Return the open classes of the same programme whose providers are below `scope`, the newest first; the provider is loaded."""
    programme = programme_version_of(session, training_class).programme_id
    query = (
        select(TrainingClass)
        .join(TrainingClass.programme_version)
        .join(TrainingClass.provider)
        .where(TrainingClass.id != training_class.id, TrainingClass.closed_at.is_(None))
        .where(ProgrammeVersion.programme_id == programme, below(scope))
        .order_by(TrainingClass.starts_on.desc(), TrainingClass.id)
    )
    return list(session.scalars(query))


def problems_of(session: Session, enrolment: Enrolment, order: TransferOrder, now: datetime) -> list[FieldProblem]:
    """Return the reasons why a person cannot be moved, each after the name of its field."""
    target = session.get(TrainingClass, order.class_id)
    if target is None or target.id == enrolment.class_id:
        return [FieldProblem("class", _("choose another class"))]
    here = session.get_one(TrainingClass, enrolment.class_id)
    problems = []
    if programme_version_of(session, target).programme_id != programme_version_of(session, here).programme_id:
        problems.append(FieldProblem("class", _("is of another programme")))
    if target.closed_at is not None:
        problems.append(FieldProblem("class", _("is closed; open it again first")))
    taken = select(Enrolment.id).where(Enrolment.class_id == target.id, Enrolment.person_id == enrolment.person_id)
    if session.scalar(taken) is not None:
        problems.append(FieldProblem("class", _("they are in this class already")))
    if order.track not in {one.key for one in tracks_of(session, target.id)}:
        problems.append(FieldProblem("track", _("choose a track of the new class")))
    if not order.reason.strip() or len(order.reason) > REASON_MAX or not order.reason.isprintable():
        problems.append(FieldProblem("reason", _("1 to %(most)s characters, in one line", most=REASON_MAX)))
    if frozen_because(enrolment) is FreezeReason.ERASED or enrolment.status in LEFT:
        problems.append(FieldProblem("person", _("has left the class; let them in again first")))
    elif frozen_because(enrolment) is FreezeReason.CERTIFIED:
        problems.append(certified_problem())
    zone = document_of(programme_version_of(session, target)).policy.time_zone
    return [*problems, *_problems_of_day(session, enrolment, order.day, local_time(now, zone).date())]


def _problems_of_day(session: Session, enrolment: Enrolment, day: date, today: date) -> list[FieldProblem]:
    last = session.scalar(select(func.max(EnrolmentTransfer.day)).where(EnrolmentTransfer.enrolment_id == enrolment.id))
    if last is not None and day < last:
        return [FieldProblem("day", _("they were moved on %(day)s; the next move is on that day or later", day=write_day(last)))]
    return [FieldProblem("day", _("tomorrow at the latest"))] if day > today + timedelta(days=1) else []


def move(session: Session, enrolment: Enrolment, order: TransferOrder, by: By) -> None:
    """Move a person; the caller holds the enrolment's lock, ends open activities (`membership.end_study`), and has hours recomputed.

    Raises:
        InvalidInput: with one line for each problem.
    """
    if problems := problems_of(session, enrolment, order, by.at):
        raise InvalidInput(_("Nobody was transferred."), problems)
    here, target = session.get_one(TrainingClass, enrolment.class_id), session.get_one(TrainingClass, order.class_id)
    said = f"{order.day.isoformat()} {here.code} {target.code}{BAR}{order.reason.strip()}"
    changes.note_of(session, enrolment, changes.made("moved-out", by, after=said))
    session.add(
        EnrolmentTransfer(
            enrolment_id=enrolment.id,
            from_class_id=here.id,
            to_class_id=target.id,
            day=order.day,
            made_at=by.at,
            made_by=by.person_id,
        )
    )
    since, until = window_of(target, programme_version_of(session, target))
    earlier = None if since is None or enrolment.window_from is None else min(since, enrolment.window_from)
    enrolment.class_id, enrolment.transferred = target.id, True
    enrolment.window_from, enrolment.window_to = earlier, until
    changes.note_of(session, enrolment, changes.made("moved-in", by, after=said))
    if order.track != enrolment.track:
        changes.note_of(session, enrolment, changes.made("track", by, before=enrolment.track, after=order.track))
        enrolment.track = order.track
    session.flush()


def transferred_on(session: Session, enrolment_ids: Collection[int]) -> dict[int, date]:
    """Return the day of the last transfer of each of these enrolments. Without ids there is no query."""
    if not enrolment_ids:
        return {}
    last = select(EnrolmentTransfer.enrolment_id, func.max(EnrolmentTransfer.day)).where(EnrolmentTransfer.enrolment_id.in_(enrolment_ids))
    return {row[0]: row[1] for row in session.execute(last.group_by(EnrolmentTransfer.enrolment_id))}
