"""What do the staff of a class get from the routes they may use? tests/access.py has the other visitors."""

from datetime import timedelta

from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.classes.changes import By
from lms.classes.models import ClassStaff
from lms.classes.planning import PlannedSession
from lms.classes.staff import appoint
from lms.classes.timetable import add
from tests.factories import BEGIN, World

MEMBER = 99  # a second role of theirs, which the office takes away
LESSON = PlannedSession("s1", "研讨", "online", BEGIN, BEGIN + timedelta(hours=2), 0)

# What the staff of the teacher's class get: where they may go, what the office gets; elsewhere what a trainer gets who has no courses.
STAFFS_OWN = {
    ("office.today", "GET"): "200",
    ("office.class_", "GET"): "200",
    ("office.show_timetable", "GET"): "200",
    ("office.new_session", "GET"): "200",
    ("office.new_session", "POST"): "422",
    ("office.change_session", "GET"): "200",
    ("office.change_session", "POST"): "422",
    ("office.cancel_session", "POST"): "302",
    ("office.preview_timetable", "POST"): "422",
    ("office.take_timetable", "POST"): "422",
    ("transcripts.show", "GET"): "200",
    ("transcripts.why", "GET"): "200",
    ("transcripts.download", "GET"): "200",
}


def add_staff(session: Session, world: World, person: Person) -> None:
    """Let somebody run the teacher's class, and plan a session of it."""
    by = By(None, world.clock())
    appoint(session, world.class_id, person, "tutor", by)
    session.add(ClassStaff(id=MEMBER, class_id=world.class_id, person_id=person.id, role="x", added_at=by.at))
    add(session, world.class_id, [LESSON], by)
