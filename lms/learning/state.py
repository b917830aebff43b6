"""Resume data of an activity: stored as the content wrote it; the latest version wins."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.errors import NotSignedIn
from lms.learning import restarts
from lms.learning.models import ActivityState, Launch, Registration

LARGEST_BYTES = 64 * 1024
OLDEST = timedelta(days=30)


def save(session: Session, launch: Launch, body: str, age: timedelta, now: datetime) -> bool:
    """Store resume data that the content wrote `age` ago; return False if newer data is stored, or if the activity was started over.

    A phone that was offline for a day must not overwrite what its owner did on another device since. The page sends the
    age of its data instead of a time, because its clock may be wrong by days.
    """
    lock(session, launch)
    made = now - min(max(age, timedelta()), OLDEST)
    begun = restarts.last(session, launch)
    if begun is not None and launch.opened_at <= begun:  # a page that was open then still shows what was cleared
        return False
    kept = session.get(ActivityState, (launch.registration_id, launch.activity))
    if kept is None:
        session.add(ActivityState(registration_id=launch.registration_id, activity=launch.activity, body=body, updated_at=made))
        return True
    if made < kept.updated_at <= now:  # data from the future was stored before the clock was set back
        return False
    kept.body, kept.updated_at = body, made
    return True


def load(session: Session, launch: Launch) -> str | None:
    """Return the stored data of the launch's activity, or None."""
    kept = session.get(ActivityState, (launch.registration_id, launch.activity))
    return kept.body if kept else None


def lock(session: Session, launch: Launch) -> None:
    """Serialise writes for one registration, and keep the launch from ending before them.

    Raises:
        NotSignedIn: the launch has ended since the request came, or its learner was erased.
    """
    session.execute(select(Registration.id).where(Registration.id == launch.registration_id).with_for_update(key_share=True))
    if session.scalar(select(Launch.id).where(Launch.id == launch.id, Launch.ended_at.is_(None)).with_for_update(read=True)) is None:
        raise NotSignedIn("This launch has ended.", code="ended")
