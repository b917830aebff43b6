"""Does a waiver count once another person in the office approves it, and is it marked as waived everywhere?"""

import io
import json
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.account_changes import By
from lms.accounts.models import OFFICE, STAFF, Organisation, Person
from lms.accounts.people import add_person
from lms.classes.models import Enrolment, Waiver
from lms.classes.staff import appoint
from lms.migrations import guards
from tests.factories import BEGIN, signed_in
from tests.integration.office.conftest import Desk
from tests.integration.office.room import Room


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def room(desk: Desk) -> Room:
    """A class of four, on a database with its guards."""
    room = Room(desk)
    with room.world.app.extensions["db"].engine.begin() as connection:
        guards.install(connection)

    def more(session: Session) -> None:
        provider = session.scalars(select(Organisation).where(Organisation.code == "p1")).one()
        add_person(session, "chief", "李主任", (OFFICE,), password=None, organisation=provider)
        appoint(session, room.class_id, add_person(session, "head", "班主任", (STAFF,), password=None), "tutor", By(None, BEGIN))

    room.world.act(more)
    return room


def at(room: Room, username: str) -> Desk:
    return Desk(room.world, signed_in(room.world.app, username))


def propose(room: Room, desk: Desk, amount: str = "0.5", **fields: str) -> TestResponse:
    said = {"who": str(room.people[0]), "requirement": "diagnosis", "amount": amount, "reason": "住院治疗", **fields}
    return desk.post(f"{room.class_id}/waivers", **said)


def decide(room: Room, who: Desk, what: str, answer: str = "") -> TestResponse:
    number = room.world.act(lambda session: session.scalars(select(Waiver.id).order_by(Waiver.id.desc())).first())
    answer_ = who.post(f"{room.class_id}/waivers/{number}", what=what, answer=answer)
    room.world.credit()
    return answer_


def test_what_staff_propose_and_the_office_approves_counts_and_is_marked_everywhere(room: Room) -> None:
    assert propose(room, at(room, "head")).status_code == 302
    room.world.credit()
    assert room.days()[0] == 0, "a proposal earns nothing"
    assert "有 1 项减免待审批" in room.desk.get(f"{room.class_id}/waivers")
    assert decide(room, room.desk, "approved").status_code == 302
    assert room.days()[0] == Decimal("0.5")
    page = room.desk.client.get(f"/transcript/{room.people[0]}").text
    assert "其中减免 0.5 天" in page
    assert "住院治疗" in page
    bundle = json.loads(room.desk.client.get(f"/transcript/{room.people[0]}.json").text)
    assert [one["amount"] for one in bundle["observations"] if one["kind"] == "waived"] == ["0.5"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(room.desk.client.get(f"/transcript/{room.people[0]}.xlsx").data))
    heads, *rows = book.get_sheet_by_name("学时要求").to_python()
    row = next(one for one in rows if one[0] == "能力诊断")
    assert float(dict(zip(heads, row, strict=True))["其中减免"]) == 0.5
    assert room.desk.client.get(f"/transcript/{room.people[0]}.pdf").data.startswith(b"%PDF")
    history = room.desk.get(f"{room.class_id}/teachers/{room.people[0]}")
    assert "能力诊断 0.5 天（住院治疗）" in history
    assert not room.findings()


def test_the_viewer_of_statements_says_what_was_waived_by_whom_and_what_it_came_to(room: Room) -> None:
    path = f"{room.world.class_id}/waivers"
    asked = {"who": str(room.world.enrolment_id), "requirement": "online", "amount": "1", "reason": "借调支教"}
    at(room, "chief").post(path, **asked)
    number = room.world.act(lambda session: session.scalars(select(Waiver.id)).one())
    room.desk.post(f"{path}/{number}", what="approved")
    room.world.credit()
    statement = room.world.act(lambda session: session.scalars(select(Waiver.statement_id)).one())
    shown = room.desk.client.get(f"/records/statements/{statement}").text
    for said in ("获得减免", "在线学习", "1 学时", "借调支教", "周明", "+2700 秒"):
        assert said in shown


def test_nobody_approves_what_they_proposed_and_staff_approve_nothing(room: Room) -> None:
    propose(room, room.desk)
    refused = decide(room, room.desk, "approved")
    assert refused.status_code == 422
    assert "须由办公室的另一人批准" in refused.text
    assert decide(room, at(room, "head"), "approved").status_code == 403
    assert room.days()[0] == 0
    assert decide(room, at(room, "chief"), "approved").status_code == 302
    assert room.days()[0] == Decimal("0.5")


def test_nobody_proposes_approves_or_takes_back_a_waiver_of_their_own(room: Room) -> None:
    def colleague(session: Session) -> None:
        session.get_one(Person, session.get_one(Enrolment, room.people[0]).person_id).role_names = "teacher,office"

    room.world.act(colleague)
    own = at(room, "t0")
    assert propose(room, own).status_code == 422
    assert "任何人不得为自己减免" in propose(room, own).text
    assert propose(room, room.desk).status_code == 302
    assert decide(room, own, "approved").status_code == 422
    assert room.days()[0] == 0
    assert decide(room, at(room, "chief"), "approved").status_code == 302
    assert decide(room, own, "taken-back", "误批").status_code == 422
    assert room.days()[0] == Decimal("0.5")


def test_what_is_declined_counts_never_and_what_is_taken_back_no_more(room: Room) -> None:
    propose(room, at(room, "head"))
    assert decide(room, room.desk, "declined").status_code == 422, "without a reason"
    decide(room, room.desk, "declined", "材料不全")
    decide(room, room.desk, "approved")
    assert room.days()[0] == 0
    propose(room, at(room, "head"))
    decide(room, room.desk, "approved")
    decide(room, room.desk, "approved")
    assert room.days()[0] == Decimal("0.5"), "approved twice is once"
    decide(room, room.desk, "taken-back", "误批")
    assert room.days()[0] == 0
    assert not room.findings()


@pytest.mark.parametrize(
    ("amount", "fields"),
    [
        ("0.3", {}),
        ("-1", {}),
        ("NaN", {}),
        ("半", {}),
        ("1e9", {}),
        ("1E30", {}),
        ("1_0", {}),
        ("1", {"requirement": "homework"}),
        ("1", {"reason": ""}),
    ],
)
def test_what_cannot_be_waived_is_refused_and_changes_nothing(room: Room, amount: str, fields: dict[str, str]) -> None:
    assert propose(room, room.desk, amount, **fields).status_code == 422
    assert room.world.act(lambda session: session.scalars(select(Waiver.id)).first()) is None


def test_a_waiver_of_another_class_is_not_there(room: Room) -> None:
    propose(room, at(room, "head"), who=str(room.world.enrolment_id))
    assert room.world.act(lambda session: session.scalars(select(Waiver.id)).first()) is None
    propose(room, at(room, "head"))
    number = room.world.act(lambda session: session.scalars(select(Waiver.id)).one())
    assert room.desk.post(f"{room.world.class_id}/waivers/{number}", what="approved").status_code == 404
