"""Does the home page list what comes next across sessions, tasks, months and courses, in the order of days?"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.classes.models import Enrolment
from lms.classes.planning import PlannedSession
from lms.classes.timetable import add
from lms.practice.models import ACCEPTED, PracticeTask, PracticeWork
from tests.factories import BEGIN, World
from tests.integration.home.lead_class import enrol_in_lead_class

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def lead(world: World) -> int:
    """A class with days, months and tasks; two sessions are planned and two tasks are set. Return the enrolment."""
    enrolment_id = enrol_in_lead_class(world)

    def plan(session: Session) -> None:
        class_id = session.get_one(Enrolment, enrolment_id).class_id
        late, next_week = BEGIN + DAY, BEGIN + 7 * DAY
        add(
            session,
            class_id,
            [
                PlannedSession("s1", "专题研讨", "topics", late, late + 3 * HOUR, 1, "培训楼 201"),
                PlannedSession("s2", "在线研讨", "companion", next_week, next_week + HOUR, 0, link="https://meeting.example/1"),
            ],
            By(None, BEGIN),
        )
        for title, days in (("听课记录", 3), ("教学设计", -1)):
            due = (BEGIN + days * DAY).date()
            session.add(PracticeTask(class_id=class_id, requirement="x", title=title, due_on=due, created_at=BEGIN))

    world.act(plan)
    return enrolment_id


def agenda(world: World) -> list[str]:
    page = world.client().get("/home").text
    card = re.search(r'id="agenda".*?</section>', page, re.DOTALL)
    return re.findall(r'class="row-title[^"]*"[^>]*>([^<]+)<', card[0]) if card else []


def test_what_comes_next_stands_in_the_order_of_days(world: World, lead: int) -> None:
    assert agenda(world) == ["教学设计", "专题研讨", "听课记录", "本月日志：返岗实践"]
    page = world.client().get("/home").text
    assert page.index("逾期") < page.index("培训楼 201")
    assert 'href="/calendar"' in page
    assert page.index('id="agenda"') < page.index('id="next-step"')


def test_what_is_done_or_over_leaves_the_list(world: World, lead: int) -> None:
    def hand_in(session: Session) -> None:
        for task in session.query(PracticeTask):
            work = {"requirement": "x", "on": BEGIN.date(), "state": ACCEPTED, "handed_in_at": BEGIN}
            session.add(PracticeWork(enrolment_id=lead, task_id=task.id, **work))
        session.add(PracticeWork(enrolment_id=lead, requirement="practice", on=BEGIN.date(), state=ACCEPTED, handed_in_at=BEGIN))

    world.act(hand_in)
    world.clock.at = BEGIN + 2 * DAY
    assert agenda(world) == ["在线研讨"]
    assert re.search(r'href="/live/\d+"', world.client().get("/home").text)
    world.act(lambda session: session.execute(delete(PracticeWork).where(PracticeWork.task_id.is_(None))))
    assert agenda(world) == ["在线研讨", "本月日志：返岗实践"]


def test_a_person_who_left_has_nothing_to_do(world: World, lead: int) -> None:
    def leave(session: Session) -> None:
        session.get_one(Enrolment, lead).status = "withdrawn"

    world.act(leave)
    assert agenda(world) == []
