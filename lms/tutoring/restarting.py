"""Start an activity over for one person of a class or for everybody, and record who did it."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.outline import Activity
from lms.accounts.account_changes import By
from lms.catalogue.models import CourseVersion
from lms.classes import changes
from lms.classes.models import Enrolment
from lms.i18n import pick
from lms.learning import restarts
from lms.learning.models import Launch, Registration
from lms.programmes.progress import StudiedCourse


def begun(session: Session, enrolments: Sequence[Enrolment], course: StudiedCourse, activity: str) -> int:
    """Return how many of these people would begin an activity again: those who have opened it since it was last started over."""
    own = select(CourseVersion.course_id).where(CourseVersion.id == course.course_version_id).scalar_subquery()
    opened = (
        select(func.count(Launch.registration_id.distinct()))
        .join(Registration, Registration.id == Launch.registration_id)
        .where(
            Registration.enrolment_id.in_([one.id for one in enrolments]), Registration.course_id == own, Registration.alias_of.is_(None)
        )
        .where(Launch.activity == activity, ~restarts.before_a_restart())
    )
    return session.scalar(opened) or 0


def start_over(session: Session, enrolments: Sequence[Enrolment], course: StudiedCourse, activity: Activity, by: By) -> int:
    """Start an activity over for these people; return for how many. People who have not opened it since are passed over.

    Hours, passes and completions stay, because they follow from statements, which nothing deletes.
    """
    own = select(CourseVersion.course_id).where(CourseVersion.id == course.course_version_id).scalar_subquery()
    registrations = session.execute(
        select(Registration.enrolment_id, Registration.id).where(
            Registration.enrolment_id.in_([one.id for one in enrolments]), Registration.course_id == own, Registration.alias_of.is_(None)
        )
    )
    of_enrolment = {enrolment_id: registration for enrolment_id, registration in registrations}
    begun = restarts.start_over(session, of_enrolment.values(), activity.key, by)
    restarted = [one for one in enrolments if of_enrolment.get(one.id) in begun]
    for one in restarted:
        changes.note_of(session, one, changes.made("restart", by, after=pick(activity.title.zh, activity.title.en)))
    return len(restarted)
