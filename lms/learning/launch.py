"""Open activities, and manage the lease: a learner has one live page, and opening another one takes the lease.

Everything here happens under the person's row lock, so that two pages opened at the same moment are handled one after the other.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.catalogue.models import CourseVersion
from lms.config import Settings
from lms.learning import restarts
from lms.learning.admission import Admission, LaunchRefusal, StudiedActivity, lock_enrolment, may_still_study
from lms.learning.models import Launch, Registration
from lms.learning.presence import LAUNCH_TIMEOUT, end, fresh_nonce, release


@dataclass(frozen=True, slots=True)
class OpenedLaunch:
    """A launch ready for its page; `stated` says whether taking the lease closed and stated another launch's stretch."""

    launch: Launch
    stated: bool


def open_launch(
    session: Session, admission: Admission, device: str, settings: Settings, now: datetime, *, take: bool = True
) -> OpenedLaunch | LaunchRefusal:
    """Open an activity, or resume this browser's launch of it if that is younger than 12 hours and has not ended.

    A launch that was opened before the activity was started over is not resumed.

    With `take`, this page becomes the live one: every other launch of the person loses the lease, and its open stretch is
    closed and stated. Without it the lease does not move (for a page that only sends its queue).
    If the person was admitted but was erased or withdrawn before this call holds the lock, the launch is refused.
    """
    lock_person(session, admission.person_id)
    lock_enrolment(session, admission.place.enrolment_id)
    if not may_still_study(session, admission.place.enrolment_id):
        return LaunchRefusal.NOT_STUDYING
    registration = registration_of(session, admission.place.enrolment_id, admission.version)
    launch = _resumable(session, registration.id, admission.place, device, now)
    stated = False
    if take:
        stated = release_held(session, admission.person_id, settings, now)
    if launch is None:
        launch = _new(admission, registration.id, device, now)
        session.add(launch)
    elif take:
        hold(launch)
    if take:
        launch.live = True
        launch.earlier_seconds = _earlier(session, launch)
    session.flush()
    return OpenedLaunch(launch, stated)


def end_of_people(session: Session, person_ids: Sequence[int], settings: Settings, now: datetime) -> bool:
    """End every launch of people whose access ends; the caller holds their locks. Return whether a statement was written."""
    return _end(session, Launch.person_id.in_(person_ids), settings, now)


def end_of_enrolments(session: Session, enrolments: Select[int], settings: Settings, now: datetime) -> bool:
    """End every launch of enrolments that may not study any more."""
    return _end(session, Launch.enrolment_id.in_(enrolments), settings, now)


def end_of_course(session: Session, enrolments: Select[int], course_id: int, settings: Settings, now: datetime) -> bool:
    """End every launch of a course that enrolments do not study any more."""
    versions = select(CourseVersion.id).where(CourseVersion.course_id == course_id)
    return _end(session, and_(Launch.enrolment_id.in_(enrolments), Launch.course_version_id.in_(versions)), settings, now)


def _end(session: Session, whose: ColumnElement[bool], settings: Settings, now: datetime) -> bool:
    running = select(Launch).where(whose, Launch.ended_at.is_(None)).order_by(Launch.id).with_for_update()
    found = session.scalars(running.execution_options(populate_existing=True)).all()
    return any([end(session, launch, settings, now) for launch in found])  # a list, so that all of them end, not only those up to the first


def lock_person(session: Session, person_id: int) -> None:
    """Lock a person until this transaction ends, so that two pages that they open are handled one after the other."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def hold(launch: Launch) -> None:
    """Make a launch the live one, for its newest page; older tabs of it lose the lease."""
    launch.live = True
    launch.lease += 1
    launch.nonce, launch.previous_nonce = fresh_nonce(), ""


def release_held(session: Session, person_id: int, settings: Settings, now: datetime) -> bool:
    """Take the lease from the person's live launch of any page; return whether a statement was written."""
    held = session.scalars(select(Launch).where(Launch.person_id == person_id, Launch.live).order_by(Launch.id).with_for_update()).all()
    stated = [release(session, launch, settings, now) for launch in held]
    session.flush()  # before another launch becomes the live one: the database allows only one at a time
    return any(stated)


def registration_of(session: Session, enrolment_id: int, version: CourseVersion) -> Registration:
    """Return the registration of an enrolment in a course, made on its first use."""
    own = (Registration.enrolment_id == enrolment_id, Registration.course_id == version.course_id, Registration.alias_of.is_(None))
    found = session.scalar(select(Registration).where(*own))
    if found is None:
        found = Registration(id=uuid.uuid4(), enrolment_id=enrolment_id, course_id=version.course_id, course_version_id=version.id)
        session.add(found)
        session.flush()
    return found


def _resumable(session: Session, registration_id: uuid.UUID, place: StudiedActivity, device: str, now: datetime) -> Launch | None:
    version = Launch.course_version_id == place.course_version_id  # content of another version is another page
    own = (Launch.registration_id == registration_id, version, Launch.activity == place.activity, Launch.device == device)
    young = (Launch.ended_at.is_(None), Launch.opened_at > now - LAUNCH_TIMEOUT, ~restarts.before_a_restart())
    return session.scalar(select(Launch).where(*own, *young).order_by(Launch.opened_at.desc()).limit(1).with_for_update())


def _new(admission: Admission, registration_id: uuid.UUID, device: str, now: datetime) -> Launch:
    place = admission.place
    return Launch(
        id=uuid.uuid4(),
        registration_id=registration_id,
        enrolment_id=place.enrolment_id,
        person_id=admission.person_id,
        course_version_id=place.course_version_id,
        activity=place.activity,
        device=device,
        opened_at=now,
        live=False,
        nonce=fresh_nonce(),
        cap_seconds=admission.activity.worth_seconds,
        judged=admission.activity.grading == "checks",
    )


def _earlier(session: Session, launch: Launch) -> int:
    """Return the seconds of presence measured in other launches of this activity, in any version of its course."""
    course = select(CourseVersion.course_id).where(CourseVersion.id == launch.course_version_id).scalar_subquery()
    found = session.scalar(
        select(func.coalesce(func.sum(Launch.closed_seconds), 0))
        .join(CourseVersion, CourseVersion.id == Launch.course_version_id)
        .where(
            Launch.enrolment_id == launch.enrolment_id,
            Launch.activity == launch.activity,
            Launch.id != launch.id,
            CourseVersion.course_id == course,
        )
    )
    return int(found or 0)
