"""Are submissions and restarts kept as they were written, on both databases, while reviews and an erasure still work?"""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.learning.models import Registration, Restart
from lms.practice.models import PracticeDecision, PracticeFile, PracticeWork
from lms.privacy.erasure import person as erasure
from tests.factories import PUBLIC_URL, World

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
NEVER = (
    "UPDATE activity_restart SET at = '2026-01-01'",
    "UPDATE activity_restart SET activity = 'x'",
    "DELETE FROM activity_restart",
    "UPDATE practice_work SET text = 'x' WHERE state = 'accepted'",
    "UPDATE practice_work SET text = '' WHERE state = 'accepted'",
    "UPDATE practice_work SET state = 'returned', text = 'x' WHERE state = 'accepted'",
    "UPDATE practice_work SET state = 'handed-in' WHERE state = 'accepted'",
    "UPDATE practice_work SET \"on\" = '2026-01-01' WHERE state = 'accepted'",
    "UPDATE practice_work SET requirement = 'x' WHERE state = 'handed-in'",
    "UPDATE practice_work SET enrolment_id = 0",
    "DELETE FROM practice_work",
    "UPDATE practice_file SET object_name = 'x'",
    "DELETE FROM practice_file",
)
REVIEWS = (  # submitted again, accepted, taken back
    "UPDATE practice_work SET text = 'again', handed_in_at = '2026-03-03' WHERE state = 'handed-in'",
    "UPDATE practice_work SET state = 'accepted' WHERE state = 'handed-in'",
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


def submit(world: World) -> None:
    """Write an accepted submission with a file and a decision, one that waits for its review, and a restart."""

    def write(session: Session) -> None:
        own = {"enrolment_id": world.enrolment_id, "requirement": "tasks", "on": AT.date(), "text": "李青", "handed_in_at": AT}
        done = PracticeWork(**own, state="accepted")
        session.add_all([done, PracticeWork(**own, state="handed-in")])
        registration = session.scalar(select(Registration.id).limit(1))
        session.add(Restart(registration_id=registration, activity="a", at=AT, by=world.person_id))
        session.flush()
        session.add(PracticeFile(work_id=done.id, name="李青.jpg", mimetype="image/jpeg", size=1, object_name="practice/x", added_at=AT))
        session.add(PracticeDecision(work_id=done.id, what="accepted", comment="李青", at=AT))

    world.study("a", 600)
    world.act(write)


@pytest.mark.usefixtures("guarded")
def test_a_restart_and_an_accepted_submission_stay_as_they_were_while_reviews_and_an_erasure_work(world: World) -> None:
    submit(world)
    assert accepted_of(world, NEVER) == []
    assert accepted_of(world, REVIEWS) == list(REVIEWS)
    with world.app.app_context():
        world.act(lambda session: erasure.begin(session, erasure.find(session, "teacher"), None, PUBLIC_URL, world.clock()))
    left = world.act(lambda session: session.execute(text("SELECT text, state FROM practice_work ORDER BY id")).all())
    assert [tuple(row) for row in left] == [("", "accepted"), ("", "returned")]
    for table in ("activity_restart", "practice_file"):
        assert world.act(lambda session, name=table: session.scalar(text(f"SELECT count(*) FROM {name}"))) == 0, table
