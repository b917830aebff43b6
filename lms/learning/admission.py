"""Decide whether a person may open an activity: only their own enrolment, while they study, and only activities of the class."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.outline import Activity, Course
from lms.accounts.models import Person
from lms.catalogue.models import CourseVersion
from lms.catalogue.publish import outline_of
from lms.classes.models import LEARNING, ClassCourse, Enrolment, TrainingClass


@dataclass(frozen=True, slots=True)
class StudiedActivity:
    """An activity of a course version, as one enrolment studies it."""

    enrolment_id: int
    course_version_id: int
    activity: str


@dataclass(frozen=True, slots=True)
class Admission:
    """An activity that its learner may open."""

    person_id: int
    enrolment: Enrolment
    version: CourseVersion
    course: Course
    activity: Activity

    @property
    def place(self) -> StudiedActivity:
        """The place of this activity."""
        return StudiedActivity(self.enrolment.id, self.version.id, self.activity.key)


class LaunchRefusal(StrEnum):
    """The reason why a person may not open an activity."""

    NOT_FOUND = "not-found"  # no such activity, or somebody else's: both look the same on purpose
    NOT_STUDYING = "not-studying"
    CLOSED = "closed"  # the class is closed


def admit_to_course(
    session: Session, person_id: int, enrolment_id: int, course_version_id: int
) -> tuple[Enrolment, CourseVersion] | LaunchRefusal:
    """Return the person's own enrolment and the version of the course that their class studies, which may be a later one by now."""
    asked = select(CourseVersion.course_id).where(CourseVersion.id == course_version_id).scalar_subquery()
    found = session.execute(
        select(Enrolment, CourseVersion)
        .join(ClassCourse, ClassCourse.class_id == Enrolment.class_id)
        .join(CourseVersion, CourseVersion.id == ClassCourse.course_version_id)
        .where(Enrolment.id == enrolment_id, Enrolment.person_id == person_id, CourseVersion.course_id == asked)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return LaunchRefusal.NOT_FOUND
    enrolment, version = found
    return (enrolment, version) if enrolment.status in LEARNING else LaunchRefusal.NOT_STUDYING


_STANDING = (  # built once, because it runs with every stretch that becomes a statement
    select(Enrolment.status, Person.active, TrainingClass.closed_at)
    .join(Person, Person.id == Enrolment.person_id)
    .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
    .where(Enrolment.id == bindparam("enrolment"))
)


def may_still_study(session: Session, enrolment_id: int) -> bool:
    """Say whether an open launch may continue: its enrolment is still learning, and the person's account and the class are open."""
    found = session.connection().execute(_STANDING, {"enrolment": enrolment_id}).one()
    return found.status in LEARNING and bool(found.active) and found.closed_at is None


def lock_enrolment(session: Session, enrolment_id: int) -> None:
    """Lock an enrolment until this transaction ends, so that a later withdrawal sees the launch opened here."""
    session.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update(read=True))


def admit(session: Session, person_id: int, place: StudiedActivity) -> Admission | LaunchRefusal:
    """Return a person's admission to an activity, or the reason for a refusal."""
    found = admit_to_course(session, person_id, place.enrolment_id, place.course_version_id)
    if isinstance(found, LaunchRefusal):
        return found
    enrolment, version = found
    course = outline_of(version)
    activity = next((one for one in course.activities if one.key == place.activity), None)
    if activity is None:
        return LaunchRefusal.NOT_FOUND
    if session.scalar(select(TrainingClass.closed_at).where(TrainingClass.id == enrolment.class_id)) is not None:
        return LaunchRefusal.CLOSED  # its course page can still be read
    return Admission(person_id, enrolment, version, course, activity)
