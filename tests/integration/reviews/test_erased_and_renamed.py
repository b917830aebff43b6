"""What becomes of held hours and questions when their teacher is erased, or gets another name?"""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certification.models import Appeal
from lms.classes.models import ClassChange
from lms.crediting.models import HeldSession
from lms.privacy.erasure import person as erasure
from lms.privacy.erasure.tasks import go_on
from tests.access import form_token
from tests.factories import PUBLIC_URL, DrivenClock, World, signed_in
from tests.integration.crediting.holding import findings
from tests.integration.reviews.people import build_held

pytestmark = pytest.mark.usefixtures("guarded")

TEXT, ANSWER, REASON = "是我家孩子拿了手机", "已电话核实", "代学，孩子在用"
LINES = ("c1:reading", "c1:gated", "c1:quiz")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Erasure is tested on both databases elsewhere."""
    return sqlite_url


@pytest.fixture
def held(app: Flask, clock: DrivenClock) -> World:
    """A teacher with a refused session, an answered question, an open one, and a withdrawn one."""
    world = build_held(app, clock)
    teacher, clerk = world.client(), signed_in(app, "clerk")
    for line in LINES:
        teacher.post(f"/transcript/{world.enrolment_id}/question/{line}", data={"text": TEXT}, headers={"X-CSRFToken": form_token(teacher)})
    numbers = world.act(lambda session: session.scalars(select(Appeal.id).order_by(Appeal.id)).all())
    number = world.act(lambda session: session.scalars(select(HeldSession.id).order_by(HeldSession.id)).first())
    for address, said in (
        (f"/office/questions/{numbers[0]}", {"decision": "accepted", "answer": ANSWER, "seen": "open-0"}),
        (f"/office/reviews/{number}", {"decision": "refused", "reason": REASON, "seen": "0"}),
    ):
        assert clerk.post(address, data=said, headers={"X-CSRFToken": form_token(clerk)}).status_code == 302
    teacher.post(f"/transcript/questions/{numbers[2]}/withdraw", headers={"X-CSRFToken": form_token(teacher)})
    world.credit()
    return world


def erase(world: World) -> None:
    def begin(session: Session) -> None:
        erasure.begin(session, erasure.find(session, "teacher"), None, PUBLIC_URL, world.clock())

    with world.app.app_context():
        world.act(begin)
        while go_on():
            pass


def states(world: World) -> list[str]:
    found: list[str] = world.act(lambda session: session.scalars(select(Appeal.state).order_by(Appeal.id)).all())
    return found


def test_an_erasure_closes_open_questions_and_leaves_no_word_of_holds_and_questions(held: World) -> None:
    clerk = signed_in(held.app, "clerk")
    assert "1 条疑问待答复" in clerk.get("/office/questions").text
    assert states(held) == ["accepted", "open", "withdrawn"]
    erase(held)
    assert states(held) == ["accepted", "withdrawn", "withdrawn"]
    assert "没有待答复的疑问" in clerk.get("/office/questions").text
    assert "没有待复核的学时" in clerk.get("/office/reviews/").text
    kept = held.act(lambda session: session.scalars(select(ClassChange.before + ClassChange.after)).all())
    kept += held.act(lambda session: session.scalars(select(Appeal.text + Appeal.answer)).all())
    assert [one for one in kept if any(said in one for said in (TEXT, ANSWER, REASON))] == []
    answered = clerk.get("/office/questions/1")
    assert answered.status_code == 200
    assert "发送答复" not in answered.text, "nobody would read it"
    assert "王秀兰" not in answered.text
    assert clerk.get(f"/transcript/{held.enrolment_id}").status_code == 200
    assert findings(held) == []


def test_after_a_change_of_name_queue_evidence_and_question_have_the_new_one(held: World) -> None:
    held.act(lambda session: setattr(session.get_one(Person, held.person_id), "name", "王秀岚"))
    held.credit()
    clerk = signed_in(held.app, "clerk")
    number = held.act(lambda session: session.scalars(select(HeldSession.id).order_by(HeldSession.id)).first())
    for address in ("/office/reviews/", f"/office/reviews/{number}", "/office/questions", "/office/questions/2"):
        page = clerk.get(address).text
        assert "王秀兰" not in page, address
        assert "王秀岚" in page, address
    assert (
        REASON
        in held.client().get(f"/transcript/{held.enrolment_id}/why/c1:reading").text
        + held.client().get(f"/transcript/{held.enrolment_id}/why/c1:gated").text
    )
