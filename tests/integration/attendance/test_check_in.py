"""Do check-ins and check-outs by the changing code become days, and does a forwarded picture earn nothing?"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.passwords import set_password
from lms.attendance.models import AttendanceMark, CheckIn
from lms.classes.models import ClassSession, Enrolment, TrainingClass
from tests.access import form_token
from tests.factories import signed_in
from tests.integration.attendance.scans import begins, code, phone, scan
from tests.integration.office.room import NAMES, Room

STATEMENTS = "/office/classes/{}/timetable/{}/{}"


@pytest.fixture
def room(room: Room) -> Room:
    """Move the room to the moment at which its session begins."""
    room.world.clock.at = begins(room)
    return room


def attend(room: Room, place: int, came: timedelta = timedelta(), left: timedelta = timedelta(hours=3)) -> FlaskClient:
    """Check a person in and out by code, at these times after the session's beginning; return their phone."""
    own = phone(room, place)
    for way, at in (("in", came), ("out", left)):
        room.world.clock.at = begins(room) + at
        scan(own, code(room, way))
    room.world.credit()
    return own


def scans(room: Room) -> list[tuple[int, str, str]]:
    rows = room.world.act(lambda session: session.scalars(select(CheckIn).order_by(CheckIn.id)).all())
    return [(room.people.index(one.enrolment_id), one.way, one.state) for one in rows]


def test_coming_and_going_earns_half_a_day_by_the_one_way_of_evidence(room: Room) -> None:
    page = scan(phone(room, 0), code(room))
    assert "您已签到" in page.text
    room.world.credit()
    assert room.days() == [0, 0, 0, 0]  # nobody knows until when
    attend(room, 0)
    assert room.days() == [Decimal("0.5"), 0, 0, 0]
    assert room.findings() == []


def test_coming_late_counts_by_the_time_and_is_called_late(room: Room) -> None:
    attend(room, 0, came=timedelta(minutes=30))
    attend(room, 1, came=timedelta(minutes=60))
    assert room.days() == [Decimal("0.5"), 0, 0, 0]  # 150 of 180 minutes are four fifths and more, 120 are not
    marks = room.world.act(lambda session: session.scalars(select(AttendanceMark).order_by(AttendanceMark.id)).all())
    assert [one.state for one in marks] == ["late", "late"]


def test_stepping_out_between_two_scans_is_not_counted(room: Room) -> None:
    own = attend(room, 0, left=timedelta(minutes=30))
    for way, at in (("in", timedelta(hours=2)), ("out", timedelta(hours=3))):
        room.world.clock.at = begins(room) + at
        scan(own, code(room, way))
    room.world.credit()
    assert room.days()[0] == 0  # 90 of 180 minutes
    room.world.clock.at += timedelta(minutes=1)
    scan(own, code(room, "out"))  # going again adds nothing
    room.world.credit()
    assert room.days()[0] == 0
    assert room.findings() == []


def test_a_picture_that_was_sent_on_earns_nothing_by_itself(room: Room) -> None:
    pictures = []
    for way, at in (("in", timedelta()), ("out", timedelta(hours=3))):
        room.world.clock.at = begins(room) + at
        pictures.append(code(room, way))
        room.world.clock.advance(20)  # until the friend has the picture
        assert "已不能自动签到" in phone(room, 1).get(pictures[-1]).text
    for picture in pictures:
        scan(phone(room, 1), picture)
    room.world.credit()
    assert scans(room) == [(1, "in", "claimed"), (1, "out", "claimed")]
    assert room.days() == [0, 0, 0, 0]
    room.world.clock.at += timedelta(days=8)
    assert "验证码已过期" in phone(room, 2).get(pictures[0]).text
    assert "验证码太早" in scan(phone(room, 2), pictures[0]).text
    assert len(scans(room)) == 2


def decided(room: Room, decision: str, *claims: int) -> None:
    room.desk.post(f"{room.class_id}/timetable/{room.session_id}/claims", claim=[str(one) for one in claims], decision=decision)
    room.world.credit()


def test_a_late_scan_counts_once_staff_confirm_it_at_the_time_of_its_code(room: Room) -> None:
    own = phone(room, 0)
    codes = []
    for way, at in (("in", timedelta()), ("out", timedelta(hours=3))):
        room.world.clock.at = begins(room) + at
        codes.append(code(room, way))
    room.world.clock.at += timedelta(hours=2)  # the network is back
    for one in codes:
        assert "等待" in scan(own, one).text
    assert f"{NAMES[0]} · 签到" in room.desk.get(room.path)
    decided(room, "confirm", 1)
    assert room.days()[0] == 0
    decided(room, "confirm", 2)
    assert room.days()[0] == Decimal("0.5")
    decided(room, "decline", 1, 2)  # decided is decided
    assert room.days()[0] == Decimal("0.5")
    assert room.findings() == []


def test_nobody_confirms_a_late_scan_or_closes_a_check_in_of_their_own(room: Room) -> None:
    def colleague(session: Session) -> None:
        session.get_one(Person, session.get_one(Enrolment, room.people[1]).person_id).role_names = "teacher,office"

    picture = code(room)
    scan(phone(room, 1), picture)
    room.world.act(colleague)
    own, path = phone(room, 1), f"/office/classes/{room.class_id}/timetable/{room.session_id}"
    room.world.clock.at += timedelta(hours=4)
    token = {"X-CSRFToken": form_token(own)}
    assert own.post(f"{path}/close", data={"reason": "已到场"}, headers=token).status_code == 302
    assert scans(room) == [(1, "in", "counted")]
    room.desk.post(f"{room.class_id}/timetable/{room.session_id}/close", reason="已到场")
    assert scans(room) == [(1, "in", "counted"), (1, "out", "confirmed")]


def test_a_declined_claim_never_counts(room: Room) -> None:
    picture = code(room)
    room.world.clock.advance(60)
    scan(phone(room, 1), picture)
    decided(room, "decline", 1)
    attend(room, 1, came=timedelta(hours=2))
    assert room.days()[1] == 0


def test_a_coming_that_is_confirmed_later_takes_its_place_before_a_going(room: Room) -> None:
    early = code(room)
    attend(room, 0, came=timedelta(hours=1))
    assert room.days()[0] == 0
    scan(phone(room, 0), early)
    decided(room, "confirm", 3)
    assert room.days()[0] == Decimal("0.5")  # from the confirmed coming on, once
    assert room.findings() == []


def test_the_same_scan_sent_twice_is_one(room: Room) -> None:
    own, path = phone(room, 0), code(room)
    for _twice in range(2):
        scan(own, path)
    assert scans(room) == [(0, "in", "counted")]


def test_one_phone_for_two_people_is_pointed_out(room: Room) -> None:
    own = attend(room, 0)
    device = own.get_cookie("device")
    assert device is not None
    other = phone(room, 1)
    other.set_cookie("device", device.value)
    room.world.clock.at = begins(room)
    scan(other, code(room))
    assert room.desk.get(room.path).count("两人共用一部手机") == 2
    attend(room, 2)
    assert room.desk.get(room.path).count("两人共用一部手机") == 2


def test_signing_in_on_the_way_costs_nobody_their_check_in(room: Room) -> None:
    def password(session: Session) -> None:
        set_password(session.scalars(select(Person).where(Person.username == "t0")).one(), "long enough to be taken")

    room.world.act(password)
    own, path = room.world.app.test_client(), code(room)
    to_login = own.get(path)
    assert to_login.status_code == 302
    room.world.clock.advance(240)  # until the password is found
    form = {"identity": "t0", "password": "long enough to be taken"}
    came_back = own.post(to_login.location, data=form, headers={"X-CSRFToken": form_token(own)})
    assert came_back.location == path
    assert "您已签到" in scan(own, path).text
    assert scans(room) == [(0, "in", "counted")]


def test_an_address_that_is_opened_in_time_and_sent_on_helps_nobody_else(room: Room) -> None:
    path = code(room)
    phone(room, 0).get(path)
    room.world.clock.advance(60)
    scan(phone(room, 1), path)
    assert scans(room) == [(1, "in", "claimed")]


@pytest.mark.parametrize("change", ["withdrawn", "cancelled", "closed"])
def test_a_person_outside_the_class_cannot_check_in(room: Room, change: str) -> None:
    path = code(room)

    def end(session: Session) -> None:
        if change == "withdrawn":
            session.get_one(Enrolment, room.people[0]).status = "withdrawn"
        elif change == "cancelled":
            session.get_one(ClassSession, room.session_id).cancelled_at = room.world.clock()
        else:
            session.get_one(TrainingClass, room.class_id).closed_at = room.world.clock()

    room.world.act(end)
    own = phone(room, 0)
    assert own.get(path).status_code == 404
    assert own.post(path, headers={"X-CSRFToken": form_token(own)}).status_code == 404
    assert scans(room) == []


def test_somebody_of_another_class_checks_in_nowhere(room: Room) -> None:
    stranger = signed_in(room.world.app, "teacher")
    assert stranger.get(code(room)).status_code == 404


def test_a_person_without_a_check_out_earns_once_staff_give_a_reason(room: Room) -> None:
    scan(phone(room, 0), code(room))
    close: Callable[[str], object] = lambda reason: room.desk.post(  # noqa: E731
        f"{room.class_id}/timetable/{room.session_id}/close", reason=reason
    )
    close("too early")
    room.world.clock.at += timedelta(hours=4)
    assert "1 人已签到但未签退" in room.desk.get(room.path)
    close("")
    room.world.credit()
    assert room.days()[0] == 0
    close("班主任在场")
    room.world.credit()
    assert room.days()[0] == Decimal("0.5")
    assert room.findings() == []


def test_everybody_else_is_present_leaves_those_who_came_and_did_not_go(room: Room) -> None:
    scan(phone(room, 0), code(room))
    room.world.clock.at += timedelta(hours=4)
    assert room.mark({}, rest=True) == 302
    assert room.days() == [0, *[Decimal("0.5")] * 3]
    assert room.mark({0: "left"}, at_0="11:00") == 422
    assert room.mark({0: "left"}, at_0="11:00", reason_0="提前离开") == 302
    assert room.days()[0] == Decimal("0.5")


def test_what_staff_say_replaces_what_the_code_proved_and_the_code_does_not_replace_it(room: Room) -> None:
    own = attend(room, 0)
    assert room.mark({0: "absent"}, reason_0="替人扫码") == 302
    assert room.days()[0] == 0
    room.world.clock.at += timedelta(seconds=10)
    scan(own, code(room))
    room.world.clock.at += timedelta(seconds=10)
    scan(own, code(room, "out"))
    room.world.credit()
    assert room.days()[0] == 0
    assert room.findings() == []


def test_saving_the_grid_leaves_marks_by_code_as_they_are(room: Room) -> None:
    attend(room, 0, came=timedelta(minutes=10))
    before = room.world.act(lambda session: session.scalars(select(AttendanceMark.id)).all())
    assert room.mark({0: "late"}, at_0="08:40") == 302
    assert room.world.act(lambda session: session.scalars(select(AttendanceMark.id)).all()) == before
    assert room.days()[0] == Decimal("0.5")


def test_no_code_is_shown_long_before_and_long_after_a_session(room: Room) -> None:
    path = f"{room.class_id}/timetable/{room.session_id}/code"
    for hours in (-2, 5):
        room.world.clock.at = begins(room) + timedelta(hours=hours)
        assert "data-address" not in room.desk.get(path)
