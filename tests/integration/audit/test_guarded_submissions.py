"""Are quiz attempts, submissions and restarts kept as they were written, on both databases, while reviews and an erasure still work?"""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.catalogue.models import AnswerKey
from lms.learning.models import Attempt, Launch, Restart
from lms.practice.models import PracticeDecision, PracticeFile, PracticeTask, PracticeWork
from lms.privacy.erasure import person as erasure
from tests.factories import PUBLIC_URL, World

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
NEVER = (
    "UPDATE attempt SET score = 2, passed = true",
    "UPDATE attempt SET answers = '{}'",
    "UPDATE attempt SET drawn = '[]'",
    "UPDATE attempt SET at = '2026-01-01'",
    "UPDATE attempt SET number = 2",
    "DELETE FROM attempt",
    "UPDATE registration SET enrolment_id = 0",
    "DELETE FROM registration",
    "UPDATE answer_key SET document = '{}'",
    "DELETE FROM answer_key",
    "UPDATE activity_restart SET at = '2026-01-01'",
    "UPDATE activity_restart SET activity = 'x'",
    "DELETE FROM activity_restart",
    "UPDATE practice_work SET text = 'x' WHERE state = 'accepted'",
    "UPDATE practice_work SET text = '' WHERE state = 'accepted'",
    "UPDATE practice_work SET state = 'returned', text = 'x' WHERE state = 'accepted'",
    "UPDATE practice_work SET state = 'handed-in' WHERE state = 'accepted'",
    "UPDATE practice_work SET \"on\" = '2026-01-01' WHERE state = 'accepted'",
    "UPDATE practice_work SET requirement = 'x' WHERE state = 'handed-in'",
    "UPDATE practice_work SET state = 'accepted' WHERE state = 'handed-in'",  # nobody has decided
    "UPDATE practice_work SET enrolment_id = 0",
    "DELETE FROM practice_work",
    "UPDATE practice_task SET text = 'x'",
    "DELETE FROM practice_task",
    "UPDATE practice_file SET object_name = 'x'",
    "DELETE FROM practice_file",
)
DECIDED = (
    "INSERT INTO practice_decision (work_id, what, comment, at)"
    " SELECT id, '{what}', '', '2026-03-04' FROM practice_work WHERE text IN ('again', '李青 2')"
)
FORGED = (  # three steps, after which the work would be accepted with a text that nobody reviewed
    "UPDATE practice_work SET state = 'returned' WHERE text = '李青'",
    "UPDATE practice_work SET text = 'forged' WHERE text = '李青'",
    "UPDATE practice_work SET state = 'accepted' WHERE text IN ('李青', 'forged')",
)
FORGOTTEN = ("UPDATE practice_work SET launch_id = NULL", "UPDATE practice_work SET text = '', launch_id = NULL")
AGAIN, ACCEPT = (
    "UPDATE practice_work SET text = 'again', handed_in_at = '2026-03-03' WHERE text = '李青 2'",
    "UPDATE practice_work SET state = 'accepted' WHERE text = 'again'",
)
REVIEWS = (  # the task withdrawn; work returned, submitted again, accepted, taken back
    "UPDATE practice_task SET withdrawn_at = '2026-03-03'",
    DECIDED.format(what="returned"),
    "UPDATE practice_work SET state = 'returned' WHERE text = '李青 2'",
    AGAIN,
    DECIDED.format(what="accepted"),
    ACCEPT,
    DECIDED.format(what="taken-back"),
    "UPDATE practice_work SET state = 'returned', statement_id = NULL WHERE text = 'again'",
)


def accepted_of(world: World, statements: tuple[str, ...]) -> list[str]:
    """Return which statements the database accepts, each in a transaction of its own."""
    accepted = []
    for one in statements:
        try:
            with world.app.extensions["db"].engine.begin() as connection:
                connection.execute(text(one))
            accepted.append(one)
        except DBAPIError as error:
            accepted += [] if "never changed or deleted" in str(error) else [f"{one}: {error}"]
    return accepted


def _attempt(launch: Launch) -> Attempt:
    graded = {"answers": {"q1": ["a"]}, "drawn": ["q1"], "score": 0, "score_max": 2, "passed": False}
    return Attempt(id=uuid4(), registration_id=launch.registration_id, activity="a", number=1, launch_id=launch.id, at=AT, **graded)


def submit(world: World) -> None:
    """Write an attempt with its answer key, an accepted submission with a file and a decision, one that waits for its review, and a restart."""

    def write(session: Session) -> None:
        own = {"enrolment_id": world.enrolment_id, "requirement": "tasks", "on": AT.date(), "text": "李青", "handed_in_at": AT}
        done = PracticeWork(**own, state="accepted")
        session.add_all([done, PracticeWork(**own | {"text": "李青 2"}, state="handed-in")])
        launch = session.scalars(select(Launch).limit(1)).one()
        session.add(AnswerKey(course_version_id=launch.course_version_id, activity="a", document={"pass_percent": 60}))
        session.add_all([_attempt(launch), PracticeTask(class_id=world.class_id, requirement="tasks", title="x", text="y", created_at=AT)])
        registration = launch.registration_id
        session.add(Restart(registration_id=registration, activity="a", at=AT, by=world.person_id))
        session.flush()
        session.add(PracticeFile(work_id=done.id, name="李青.jpg", mimetype="image/jpeg", size=1, object_name="practice/x", added_at=AT))
        session.add(PracticeDecision(work_id=done.id, what="accepted", comment="李青", at=AT))

    world.study("a", 600)
    world.act(write)


@pytest.mark.usefixtures("guarded")
def test_attempts_restarts_and_an_accepted_submission_stay_as_they_were_while_reviews_and_an_erasure_work(world: World) -> None:
    submit(world)
    assert accepted_of(world, NEVER) == []
    assert accepted_of(world, FORGED) == [], "nobody took the acceptance back"
    assert accepted_of(world, REVIEWS) == list(REVIEWS)
    assert accepted_of(world, (ACCEPT,)) == [], "the decision that was taken back allows nothing"
    with world.app.app_context():
        world.act(lambda session: erasure.begin(session, erasure.find(session, "teacher"), None, PUBLIC_URL, world.clock()))
    left = world.act(lambda session: session.execute(text("SELECT text, state FROM practice_work ORDER BY id")).all())
    assert [tuple(row) for row in left] == [("", "accepted"), ("", "returned")]
    for table in ("attempt", "activity_restart", "practice_file"):
        assert world.act(lambda session, name=table: session.scalar(text(f"SELECT count(*) FROM {name}"))) == 0, table


def reflect(world: World, state: str) -> None:
    """Write the answer to a reflection, submitted in a launch, and the decision if it is accepted."""
    world.study("a", 600)

    def write(session: Session) -> None:
        launch = session.scalars(select(Launch).limit(1)).one()
        answer = {"registration_id": launch.registration_id, "activity": "a", "title": "我的一节课", "launch_id": launch.id}
        own = {"enrolment_id": world.enrolment_id, "requirement": "", "on": AT.date(), "text": "李青", "handed_in_at": AT}
        done = PracticeWork(**own, **answer, state=state)
        session.add(done)
        session.flush()
        if state == "accepted":
            session.add(PracticeDecision(work_id=done.id, what="accepted", comment="李青", at=AT))

    world.act(write)


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("state", ["handed-in", "accepted"])
def test_somebody_who_submitted_a_reflection_can_be_erased(world: World, state: str) -> None:
    reflect(world, state)
    if state == "accepted":
        assert accepted_of(world, FORGOTTEN) == [], "nobody is erased yet"
    with world.app.app_context():
        world.act(lambda session: erasure.begin(session, erasure.find(session, "teacher"), None, PUBLIC_URL, world.clock()))
    left = world.act(lambda session: session.execute(text("SELECT text, state, title, launch_id FROM practice_work")).all())
    assert [tuple(row) for row in left] == [("", state, "我的一节课", None)]
    assert world.act(lambda session: session.scalar(text("SELECT count(*) FROM launch"))) == 0
