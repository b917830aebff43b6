"""A draft of a course of the demo, for the addresses of the editor's pages."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.accounts.models import Person
from lms.catalogue.models import Course, CourseVersion
from lms.storage import storage
from lms.workshop import bank, drafts, history
from lms.workshop.reviewing import comment

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def draft_values(session: Session) -> Mapping[str, int]:
    """Begin a draft with a change, a problem and a comment, and put a question into the bank; return the values of its pages' addresses."""
    trainer = session.scalars(select(Person).where(Person.username == "trainer")).one()
    version = session.scalars(select(CourseVersion).join(Course).where(Course.code == "ethics-and-rural-mission")).one()
    by = By(trainer.id, AT)
    draft = drafts.begin_from(session, storage(), version, trainer, by)
    key = draft.document["modules"][0]["activities"][0]["key"]
    minutes = draft.document["modules"][0]["activities"][0]["minutes"]
    title = draft.document["title"]["zh"]
    steps = [
        {"do": "set", "of": "activity", "key": key, "field": "minutes", "was": minutes, "to": None},
        {"do": "set", "of": "course", "field": "title.zh", "was": title, "to": f"{title}（修订）"},
    ]
    history.change(session, draft, steps, by)
    question = bank.read({"id": "x", "type": "boolean", "text": "课前先看学生的课本。", "answer": True, "tags": ["备课"]})
    assert not isinstance(question, list)
    bank.add(session, question, "zh", trainer, by).code = "bank"
    comment(session, draft, "这个活动的分钟数还要再估一下。", key, by)
    return {"draft_id": draft.id}
