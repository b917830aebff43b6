"""A draft that waits for a review: the trainer of the demo mended a course and asked a colleague, so that both sides can be tried."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.catalogue.models import CourseVersion
from lms.storage import Storage
from lms.workshop import drafts, history, reviewing
from lms.workshop.models import Draft

COURSE = "online-lesson-design"
TRAINER, REVIEWER = "trainer", "reviewer"
MINUTES = {"weak-network": 20, "design-quiz": 12}  # what the trainer proposes instead of 18 and 10
COMMENTS = (  # the activity, and what the trainer writes about it
    ("weak-network", "有学员反映 18 分钟读不完，改成了 20 分钟，请看看是否合适。"),
    ("design-quiz", "八道题 10 分钟偏紧，改成了 12 分钟。"),
)


def ask_for_review(session: Session, storage: Storage, version: CourseVersion, now: datetime) -> bool:
    """Begin the next version of a course as the trainer and ask the reviewer, if that was not done before; return whether it is new."""
    known = select(Draft.id).join(CourseVersion, CourseVersion.id == Draft.version_id).where(CourseVersion.course_id == version.course_id)
    if session.scalar(known.limit(1)) is not None:
        return False
    trainer, reviewer = (session.scalars(select(Person).where(Person.username == one)).one() for one in (TRAINER, REVIEWER))
    by = By(trainer.id, now)
    draft = drafts.begin_from(session, storage, version, trainer, by)
    steps = [
        {"do": "set", "of": "activity", "key": key, "field": "minutes", "was": drafts.activity_of(draft, key)["minutes"], "to": minutes}
        for key, minutes in MINUTES.items()
    ]
    history.change(session, draft, steps, by)
    reviewing.ask(session, draft, reviewer.id, trainer)
    for activity, text in COMMENTS:
        reviewing.comment(session, draft, text, activity, by)
    return True
