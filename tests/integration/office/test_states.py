"""Can people decide the states of a whole class at once, with every change explained, recorded, and with its consequences?"""

import html
import re
from datetime import date, timedelta
from importlib import resources

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.account_changes import By
from lms.accounts.models import STAFF
from lms.accounts.people import add_person
from lms.classes.models import ClassChange, ClassSession, Enrolment, TrainingClass
from lms.classes.staff import appoint
from lms.programmes import store
from tests.factories import BEGIN, signed_in
from tests.integration.learning.conftest import Page
from tests.integration.office.conftest import Desk
from tests.integration.office.room import SESSION, Room


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on one database: no SQL here differs."""
    return sqlite_url


@pytest.fixture
def room(desk: Desk) -> Room:
    return Room(desk)


def states(room: Room) -> list[str]:
    found: list[str] = room.world.act(
        lambda session: session.scalars(select(Enrolment.status).where(Enrolment.class_id == room.class_id).order_by(Enrolment.id)).all()
    )
    return list(found)


def set_states(room: Room, *wanted: str) -> None:
    def work(session: Session) -> None:
        for number, state in zip(room.people, wanted, strict=True):
            session.get_one(Enrolment, number).status = state

    room.world.act(work)


def preview(room: Room, state: str, *places: int, reason: str = "", desk: Desk | None = None) -> TestResponse:
    """Choose people by their number in the class, and open the preview of a new state."""
    return (desk or room.desk).post(f"{room.class_id}/states", who=[room.people[one] for one in places], state=state, reason=reason)


def confirm(room: Room, shown: TestResponse, desk: Desk | None = None) -> TestResponse:
    """Send the form of the preview unchanged."""
    assert shown.status_code == 200, shown.text
    fields: dict[str, list[str]] = {}
    form = shown.text[shown.text.index("/states/decide") :]
    for name, value in re.findall(r'name="([\w-]+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(html.unescape(value))
    return (desk or room.desk).post(f"{room.class_id}/states/decide", **fields)


def test_a_first_check_in_is_proposed_previewed_and_confirmed_and_says_who_and_why(room: Room) -> None:
    set_states(room, *["confirmed"] * 4)
    room.mark({1: "absent"}, rest=True)
    page = room.desk.get(f"{room.class_id}?state_is=proposed")
    assert "规则建议调整 3 名教师的状态" in room.desk.get(f"{room.class_id}")
    assert page.count("checked") == 3
    shown = preview(room, "proposed", 0, 1, 2, 3)
    assert "3 名教师的状态将改变" in shown.text
    assert states(room) == ["confirmed"] * 4, "a preview changes nothing"
    assert confirm(room, shown).status_code == 302
    assert states(room) == ["reported-in", "confirmed", "reported-in", "reported-in"]
    history = room.desk.get(f"{room.class_id}/teachers/{room.people[0]}")
    assert "已确认 → 已报到（已登记出勤）" in history
    assert "周明" in history
    assert not room.findings(), "the chains know the new states"


def test_past_its_end_the_class_proposes_what_is_missing_and_who_never_came(room: Room) -> None:
    set_states(room, "in-training", "confirmed", "in-training", "withdrawn")
    room.mark({0: "present", 2: "present"})
    room.world.act(lambda session: setattr(session.get_one(TrainingClass, room.class_id), "ends_on", date(2026, 3, 2)))
    shown = preview(room, "proposed", 0, 1, 2, 3)
    assert "缺少：" in shown.text
    assert "专题培训 8 天" in shown.text
    confirm(room, shown)
    assert states(room) == ["not-completed", "absent", "not-completed", "withdrawn"]
    transcript = room.desk.client.get(f"/transcript/{room.people[0]}").text
    assert "未结业" in transcript
    assert "班级已结束" in transcript


def test_absences_beyond_the_programmes_limit_are_proposed_for_dismissal(room: Room) -> None:
    def limited(session: Session) -> None:
        text = (resources.files("lms.programmes") / "data" / "rural-lead-2020.toml").read_text(encoding="utf-8")
        text = text.replace('practical_share = "0.5"', 'absent_half_days = 1\npractical_share = "0.5"').replace(
            "= 2020-01-01", "= 2020-01-02"
        )
        version = store.import_toml(session, text, BEGIN).version
        session.get_one(TrainingClass, room.class_id).programme_version_id = version.id

    room.world.act(limited)
    room.desk.post(f"{room.class_id}/timetable/new", **SESSION | {"day": "2026-03-04"})
    room.world.clock.at += timedelta(days=4)
    for row in room.world.act(lambda session: session.scalars(select(ClassSession.id).where(ClassSession.class_id == room.class_id)).all()):
        room.session_id = row
        room.mark({0: "absent", 1: "excused", 2: "present", 3: "present"}, reason_1="病假")
    shown = preview(room, "proposed", 0, 1)
    assert "无故缺席超过 1 个半天" in shown.text
    confirm(room, shown)
    assert states(room)[:2] == ["dismissed", "in-training"]


def test_an_ending_state_needs_a_reason_and_ends_what_is_open(desk: Desk) -> None:
    world = desk.world
    opened = Page(world.client(), world).open()
    opened.beat()
    who = {"who": [world.enrolment_id], "state": "dismissed"}
    refused = desk.post(f"{world.class_id}/states", **who)
    assert refused.status_code == 422
    assert "请说明原因" in refused.text
    shown = desk.post(f"{world.class_id}/states", **who, reason="多次违反纪律")
    assert "已打开的内容同时结束" in shown.text
    decided = re.findall(r'name="decided" value="([^"]*)"', shown.text)
    desk.post(f"{world.class_id}/states/decide", decided=decided, **{f"reason-{world.enrolment_id}": "多次违反纪律"})
    assert desk.members() == [("teacher", "primary", "dismissed")]
    assert opened.try_beat().status_code == 410
    assert "多次违反纪律" in desk.get(f"{world.class_id}/teachers/{world.enrolment_id}")


def test_completing_somebody_who_is_short_says_what_is_missing(room: Room) -> None:
    assert "尚未全部达到" in preview(room, "completed", 0).text


def test_class_staff_note_who_came_and_leave_endings_to_the_office(room: Room) -> None:
    def staffed(session: Session) -> None:
        person = add_person(session, "head", "班主任", (STAFF,), password=None)
        appoint(session, room.class_id, person, "tutor", By(None, BEGIN))

    room.world.act(staffed)
    head = Desk(room.world, signed_in(room.world.app, "head"))
    set_states(room, *["confirmed"] * 4)
    confirm(room, preview(room, "reported-in", 0, 1, desk=head), head)
    assert states(room)[:2] == ["reported-in"] * 2
    assert preview(room, "completed", 0, desk=head).status_code == 422
    forged = head.post(f"{room.class_id}/states/decide", decided=[f"{room.people[0]}:reported-in:completed"])
    assert forged.status_code == 302
    assert states(room)[0] == "reported-in"


def test_what_somebody_else_changed_in_the_meantime_is_not_overwritten(room: Room) -> None:
    shown = preview(room, "completed", 0, 1)
    set_states(room, "in-training", "withdrawn", "in-training", "in-training")
    confirm(room, shown)
    assert states(room) == ["in-training", "withdrawn", "in-training", "in-training"], "all or nobody"
    assert "其他人已更改" in room.desk.get(f"{room.class_id}")


def test_people_are_counted_and_filtered_by_state(room: Room) -> None:
    set_states(room, "completed", "dismissed", "in-training", "in-training")
    page = room.desk.get(f"{room.class_id}")
    assert "培训中（2）" in page
    assert "已结业（1）" in page
    shown = room.desk.get(f"{room.class_id}?state_is=in-training")
    assert "丙" in shown
    assert ">甲<" not in shown
    everybody = room.desk.post(f"{room.class_id}/states", everybody="1", state_is="in-training", state="completed")
    assert "2 名教师的状态将改变" in everybody.text


def test_people_of_another_class_are_not_changed(room: Room) -> None:
    other = room.world.enrolment_id
    room.desk.post(f"{room.class_id}/states/decide", decided=[f"{other}:in-training:completed"])
    assert ("teacher", "primary", "in-training") in room.desk.members()
    told = room.world.act(lambda session: session.scalars(select(ClassChange.what).where(ClassChange.enrolment_id == other)).all())
    assert told == ["enrolled"], "its state was never changed"
