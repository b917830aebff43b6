"""What do the staff of a class get from the routes they may use? tests/access.py has the other visitors."""

from datetime import timedelta

from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.classes.models import ClassStaff
from lms.classes.planning import PlannedSession
from lms.classes.staff import appoint
from lms.classes.timetable import add
from lms.practice.models import HANDED_IN, PracticeFile, PracticeTask, PracticeWork
from lms.storage import storage
from tests.factories import BEGIN, World

MEMBER = 99  # a second role of theirs, which the office takes away
LESSON = PlannedSession("s1", "研讨", "online", BEGIN, BEGIN + timedelta(hours=2), 0)

# What the staff of the teacher's class get: where they may go, what the office gets; elsewhere what a trainer gets who has no courses.
STAFFS_OWN = {
    ("workshop.fetch_of_preview", "POST"): "200",
    **{("workshop.records_of_preview", method): "404" for method in ("GET", "PUT", "POST", "DELETE", "PATCH")},
    ("office.today", "GET"): "200",
    ("office.class_", "GET"): "200",
    ("tutoring.of_class", "GET"): "200",
    ("tutoring.of_course", "GET"): "200",
    ("tutoring.of_activity", "GET"): "200",
    ("tutoring.start_over", "POST"): "302",
    ("tutoring.waive", "POST"): "404",  # not a unit of a cmi5 package
    ("tutoring.take_back_waiver", "POST"): "404",  # likewise
    ("tutoring.download", "GET"): "404",  # what the site does not grade has no analysis
    ("office.preview_states", "POST"): "302",
    ("office.moving", "GET"): "200",
    ("office.move_online", "POST"): "422",
    ("office.take_online_back", "POST"): "404",
    ("office.class_waivers", "GET"): "200",
    ("office.propose_waiver", "POST"): "422",
    ("office.decide_states", "POST"): "302",
    ("office.show_timetable", "GET"): "200",
    ("office.new_session", "GET"): "200",
    ("office.new_session", "POST"): "422",
    ("office.change_session", "GET"): "200",
    ("office.change_session", "POST"): "422",
    ("office.cancel_session", "POST"): "302",
    ("office.preview_timetable", "POST"): "422",
    ("office.take_timetable", "POST"): "422",
    ("office.attendance", "GET"): "200",
    ("office.mark_attendance", "POST"): "302",
    ("office.code", "GET"): "200",
    ("office.code_picture", "GET"): "200",
    ("office.meeting", "GET"): "200",
    ("office.preview_meeting", "POST"): "422",
    ("office.take_meeting", "POST"): "422",
    ("office.decide_claims", "POST"): "422",
    ("office.close_check_ins", "POST"): "302",
    ("office.tasks", "GET"): "200",
    ("office.new_task", "GET"): "200",
    ("office.new_task", "POST"): "422",
    ("office.withdraw_task", "POST"): "302",
    ("office.review", "GET"): "200",
    ("office.decide", "POST"): "422",
    ("office.work_file", "GET"): "200",
    ("reviews.queue", "GET"): "200",
    ("reviews.one", "GET"): "404",
    ("appeals.queue", "GET"): "200",
    ("appeals.one", "GET"): "404",
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
    task = PracticeTask(id=1, class_id=world.class_id, requirement="x", title="任务", text="", created_at=by.at)
    own = {"enrolment_id": world.enrolment_id, "requirement": "x", "on": by.at.date(), "handed_in_at": by.at}
    session.add_all([task, PracticeWork(id=1, task_id=1, text="做完了", state=HANDED_IN, **own)])
    session.flush()
    name = "practice/1/a"
    storage().put(name, b"a")
    session.add(PracticeFile(id=1, work_id=1, name="a.pdf", mimetype="application/pdf", size=1, object_name=name, added_at=by.at))
