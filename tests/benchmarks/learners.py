"""Create people who are learning now: registrations and live launches, in the form that opening the player writes."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select, text

from lms.catalogue.models import Course, CourseVersion
from lms.catalogue.publish import outline_of
from lms.learning.models import Launch, Registration
from lms.learning.stating import Subject
from lms.learning.tickets import Ticket, Tickets
from tests.benchmarks.places import Site

OPENED_BEFORE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody with the player open, and what their page holds: a launch token and the first nonce."""

    subject: Subject
    enrolment_id: int
    token: str
    nonce: str


def open_pages(site: Site, count: int) -> list[Learner]:
    """Give so many people who have not begun the first course a live launch of the first activity of the first course."""
    with site.database.reader() as session:
        version = session.scalars(select(CourseVersion).order_by(CourseVersion.id).limit(1)).one()
        course = session.get_one(Course, version.course_id).code
        activity = outline_of(version).activities[0]
        begun = select(func.max(Registration.enrolment_id)).where(
            Registration.course_version_id == version.id, Registration.enrolment_id >= site.seeded.first_enrolment
        )
        first = (session.scalar(begun) or site.seeded.first_enrolment - 1) + 1 - site.seeded.first_enrolment
    if first + count > site.seeded.people:
        raise ValueError(f"{count} more people are to open a page, and {site.seeded.people - first} of {site.seeded.people} are left")
    numbers = range(first, first + count)
    learners = [_learner(site, number, course, activity.key) for number in numbers]
    registrations = [
        {
            "id": one.subject.registration,
            "enrolment_id": one.enrolment_id,
            "course_id": version.course_id,
            "course_version_id": version.id,
        }
        for one in learners
    ]
    launches = [
        {
            "id": one.subject.launch_id,
            "registration_id": one.subject.registration,
            "enrolment_id": one.enrolment_id,
            "person_id": site.seeded.first_person + number,
            "course_version_id": version.id,
            "activity": activity.key,
            "device": one.subject.device,
            "opened_at": one.subject.opened_at,
            "nonce": one.nonce,
            "cap_seconds": activity.worth_seconds,
        }
        for number, one in zip(numbers, learners, strict=True)
    ]
    with site.database.writing() as connection:
        connection.execute(insert(Registration), registrations)
        connection.execute(insert(Launch), launches)
        connection.execute(text("ANALYZE"))  # as a database has done that was not filled a second ago
    return learners


def _learner(site: Site, number: int, course: str, activity: str) -> Learner:
    launch_id, registration = uuid.uuid4(), uuid.uuid4()
    account = site.seeded.username(number)
    opened_at = datetime.now(UTC) - OPENED_BEFORE
    subject = Subject(site.settings.public_url, launch_id, registration, account, course, activity, f"pc-{number:08x}", opened_at)
    token = Tickets(site.settings.secret_key).issue(Ticket(launch_id, 1))
    return Learner(subject, site.seeded.first_enrolment + number, token, uuid.uuid4().hex[:16])
