"""Does a teacher's calendar show sessions and deadlines in order, with what is noted, and nobody else's?"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.attendance import marking
from lms.attendance.marking import NotedAttendance
from lms.classes.models import ClassSession, Enrolment
from lms.classes.planning import PlannedSession
from lms.classes.timetable import add
from lms.crediting.attesting import Attestor
from lms.practice.models import PracticeTask
from tests.factories import BEGIN, PUBLIC_URL, World

HOUR = timedelta(hours=1)
PLAN = {"昨天的研讨": -24, "今天的研讨": 3, "明天的研讨": 27}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def planned(world: World) -> World:
    def plan(session: Session) -> None:
        sessions = [
            PlannedSession(
                f"s{hours}", title, "online", BEGIN + hours * HOUR, BEGIN + (hours + 2) * HOUR, 0, link="https://meeting.example/1"
            )
            for title, hours in PLAN.items()
        ]
        by = By(None, BEGIN)
        lessons = add(session, world.class_id, sessions, by)
        enrolment = session.get_one(Enrolment, world.enrolment_id)
        marking.note(session, lessons[0], [NotedAttendance(enrolment.id, "present")], by, Attestor(session, PUBLIC_URL, None, BEGIN))
        due = (BEGIN + timedelta(days=2)).date()
        session.add(PracticeTask(class_id=world.class_id, requirement="x", title="听课记录", text="", due_on=due, created_at=BEGIN))

    world.act(plan)
    return world


def titles(page: str) -> list[str]:
    return re.findall(r'class="row-title[^"]*"[^>]*>([^<]+)<', page)


def test_what_comes_is_in_order_and_what_has_been_stands_below_with_what_was_noted(planned: World) -> None:
    page = planned.client().get("/calendar").text
    assert titles(page) == ["今天的研讨", "明天的研讨", "听课记录", "班级结束日", "昨天的研讨"]
    assert "今天有 1 项" in page
    assert page.count("pill-ok") == 1
    assert page.index("pill-ok") > page.index("昨天的研讨")
    assert len(re.findall(r'href="/live/\d+"', page)) == 2  # no way into a meeting that is over


def test_a_cancelled_session_and_a_class_that_was_left_are_not_there(planned: World) -> None:
    def cancel(session: Session) -> None:
        session.scalars(select(ClassSession).where(ClassSession.title == "今天的研讨")).one().cancelled_at = BEGIN

    planned.act(cancel)
    assert "今天的研讨" not in planned.client().get("/calendar").text

    def leave(session: Session) -> None:
        session.get_one(Enrolment, planned.enrolment_id).status = "withdrawn"

    planned.act(leave)
    assert "尚无安排" in planned.client().get("/calendar").text
