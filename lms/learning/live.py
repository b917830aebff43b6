"""Open our own page beside a live session: who may, and the lease that its launch holds.

It holds the same lease as the player page, so nobody is in a meeting and in a course at once.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.attendance.own_page import is_live
from lms.classes.freezing import is_frozen
from lms.classes.models import LEARNING, ClassSession, Enrolment, TrainingClass
from lms.config import Settings
from lms.learning.admission import LaunchRefusal, lock_enrolment, may_still_study
from lms.learning.launch import OpenedLaunch, hold, lock_person, release_held
from lms.learning.models import Launch
from lms.learning.presence import fresh_nonce
from lms.learning.stretch import LAUNCH_TIMEOUT


@dataclass(frozen=True, slots=True)
class LiveAdmission:
    """A live session whose page its learner may open."""

    person_id: int
    enrolment_id: int
    lesson: ClassSession
    training_class: TrainingClass


def admit_to_live(session: Session, person_id: int, lesson_id: int) -> LiveAdmission | LaunchRefusal:
    """Return a person's admission to the page of a live session of their class, or the reason for a refusal."""
    query = select(Enrolment, ClassSession, TrainingClass).join(ClassSession, ClassSession.class_id == Enrolment.class_id)
    query = query.join(TrainingClass, TrainingClass.id == Enrolment.class_id).options(joinedload(TrainingClass.programme_version))
    wanted = (ClassSession.id == lesson_id, ClassSession.cancelled_at.is_(None), Enrolment.person_id == person_id, ~is_frozen())
    row = session.execute(query.where(*wanted)).one_or_none()
    if row is None or not is_live(row[1]):
        return LaunchRefusal.NOT_FOUND
    if row[0].status not in LEARNING:
        return LaunchRefusal.NOT_STUDYING
    return LaunchRefusal.CLOSED if row[2].closed_at is not None else LiveAdmission(person_id, row[0].id, row[1], row[2])


def open_live(session: Session, admission: LiveAdmission, device: str, settings: Settings, now: datetime) -> OpenedLaunch | LaunchRefusal:
    """Open the page's launch, or resume this browser's, and take the person's lease for it."""
    lock_person(session, admission.person_id)
    lock_enrolment(session, admission.enrolment_id)
    if not may_still_study(session, admission.enrolment_id):
        return LaunchRefusal.NOT_STUDYING
    launch = _resumable(session, admission, device, now)
    stated = release_held(session, admission.person_id, settings, now)
    if launch is None:
        launch = _new(admission, device, now)
        session.add(launch)
    hold(launch)
    launch.cap_seconds = int((admission.lesson.ends_at - admission.lesson.starts_at).total_seconds())
    launch.earlier_seconds = measured_seconds(session, admission.enrolment_id, admission.lesson.id, launch.id)
    session.flush()
    return OpenedLaunch(launch, stated)


def _resumable(session: Session, admission: LiveAdmission, device: str, now: datetime) -> Launch | None:
    own = (Launch.lesson_id == admission.lesson.id, Launch.enrolment_id == admission.enrolment_id, Launch.device == device)
    young = (Launch.ended_at.is_(None), Launch.opened_at > now - LAUNCH_TIMEOUT)
    return session.scalar(select(Launch).where(*own, *young).order_by(Launch.opened_at.desc()).limit(1).with_for_update())


def _new(admission: LiveAdmission, device: str, now: datetime) -> Launch:
    return Launch(
        id=uuid.uuid4(),
        enrolment_id=admission.enrolment_id,
        person_id=admission.person_id,
        lesson_id=admission.lesson.id,
        activity=admission.lesson.key,
        device=device,
        opened_at=now,
        live=False,
        lease=0,
        nonce=fresh_nonce(),
    )


def measured_seconds(session: Session, enrolment_id: int, lesson_id: int, without: uuid.UUID | None = None) -> int:
    """Return the seconds that the page has measured in closed stretches, without those of one launch."""
    own = (Launch.lesson_id == lesson_id, Launch.enrolment_id == enrolment_id, Launch.id != without)
    return int(session.scalar(select(func.coalesce(func.sum(Launch.closed_seconds), 0)).where(*own)) or 0)


def present_now(session: Session, lesson_ids: Iterable[int]) -> Mapping[int, frozenset[int]]:
    """Return whose page counts at the moment (enrolments), by session."""
    found: dict[int, set[int]] = defaultdict(set)
    query = select(Launch.lesson_id, Launch.enrolment_id).where(Launch.lesson_id.in_(list(lesson_ids)), Launch.stretch_from.is_not(None))
    for lesson_id, enrolment_id in session.execute(query):
        if lesson_id is not None:
            found[lesson_id].add(enrolment_id)
    return {lesson_id: frozenset(own) for lesson_id, own in found.items()}
