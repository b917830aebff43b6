"""Start an activity over: attempts count from zero; resume data and judged checks are deleted. What was earned and passed stays."""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.learning.models import ActivityState, CheckProgress, Launch, Registration, Restart


def last(session: Session, launch: Launch) -> datetime | None:
    """Return the moment at which the launch's activity was last started over, or None."""
    wanted = select(func.max(Restart.at)).where(Restart.registration_id == launch.registration_id, Restart.activity == launch.activity)
    return session.scalar(wanted)


def before_a_restart() -> ColumnElement[bool]:
    """Select launches that were opened before their activity was last started over: their pages still show what was cleared."""
    own = (Restart.registration_id == Launch.registration_id, Restart.activity == Launch.activity)
    return exists().where(*own, Restart.at >= Launch.opened_at)


def last_of_all(session: Session, registrations: Iterable[UUID]) -> Mapping[tuple[UUID, str], datetime]:
    """Return those moments of many registrations, by registration and activity."""
    own = (Restart.registration_id, Restart.activity)
    rows = session.execute(select(*own, func.max(Restart.at)).where(own[0].in_(list(registrations))).group_by(*own))
    return {(registration, activity): at for registration, activity, at in rows}


def start_over(session: Session, registrations: Iterable[UUID], activity: str, by: By) -> Set[UUID]:
    """Start an activity over for some learners; return those of them who have opened it since it was last started over.

    The registrations are locked first, so that an answer or resume data that arrives at the same time comes before or after. A whole
    class needs no more questions to the database than one learner.
    """
    ids = list(registrations)
    session.execute(select(Registration.id).where(Registration.id.in_(ids)).order_by(Registration.id).with_for_update(key_share=True))
    opened = select(Launch.registration_id).where(Launch.registration_id.in_(ids), Launch.activity == activity)
    begun = set(session.scalars(opened.where(~before_a_restart())))
    for table in (ActivityState, CheckProgress):
        session.execute(delete(table).where(table.registration_id.in_(begun), table.activity == activity))
    session.add_all(Restart(registration_id=one, activity=activity, at=by.at, by=by.person_id) for one in begun)
    session.flush()
    return begun
