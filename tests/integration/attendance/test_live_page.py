"""Does our own page beside a meeting measure presence within the session only, and does each minute count once?"""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.account_changes import By
from lms.attendance.models import PAGE, AttendanceMark, CheckIn
from lms.classes.models import ClassSession
from lms.classes.planning import PlannedSession
from lms.classes.timetable import add
from lms.crediting.account import credited_of_many
from lms.home.tasks import settle_presence
from lms.learning.tasks import sweep
from tests.factories import signed_in
from tests.integration.attendance.meeting_reports import check, take
from tests.integration.office.room import Room

MINUTE = 60
CONFIG = re.compile(r'id="live-config">(.*?)</script>', re.DOTALL)


class Meeting:
    """A live session of ninety minutes in the room's class, and one learner's page beside it."""

    def __init__(self, room: Room, half_days: int = 0, place: str = "") -> None:
        self.room, self.world = room, room.world
        self.begins: datetime = self.world.clock.at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        self.room.session_id = self.world.act(lambda session: self._plan(session, half_days, place))
        self.client: FlaskClient = signed_in(self.world.app, "t0")
        self.token = self.nonce = ""

    def _plan(self, session: Session, half_days: int, place: str) -> int:
        kind = "diagnosis" if half_days else "companion"
        ends = self.begins + timedelta(minutes=90)
        planned = PlannedSession("live-1", "在线研讨", kind, self.begins, ends, half_days, place, link="https://meeting.example/1")
        return add(session, self.room.class_id, [planned], By(None, self.begins))[0].id

    def at(self, minutes: float) -> "Meeting":
        """Set the clock to so many minutes after the session's beginning."""
        self.world.clock.at = self.begins + timedelta(minutes=minutes)
        return self

    @property
    def path(self) -> str:
        return f"/live/{self.room.session_id}"

    def open(self) -> dict[str, Any]:
        shown = CONFIG.search(self.client.get(self.path).text)
        assert shown is not None
        answer = self.client.post(f"{self.path}/open", json={}, headers={"X-CSRFToken": json.loads(shown[1])["csrf"]})
        assert answer.status_code == 200, answer.text
        opened: dict[str, Any] = answer.get_json()
        self.token, self.nonce = opened["token"], opened["nonce"]
        return opened

    def beat(self, quiet_s: int = 0, *, last: bool = False) -> dict[str, Any]:
        said = {"nonce": self.nonce, "quiet_s": quiet_s, "last": last}
        answer = self.world.app.test_client().post("/learn/beat", json=said, headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.get_json()
        self.nonce = reply["nonce"]
        return reply

    def stay(self, first: int, last: int, every: int = 9) -> dict[str, Any]:
        """Give signs from one minute of the session to another."""
        reply = {}
        for minute in (*range(first, last, every), last):
            reply = self.at(minute).beat()
        return reply

    def credited(self) -> int:
        """Let everything count that waits; return the minutes that the learner has from this session."""
        with self.world.app.app_context():
            sweep.run()
            settle_presence.run()
        self.world.credit()
        accounts = self.world.act(lambda session: credited_of_many(session, self.room.people))
        return int(accounts[self.room.people[0]].get("lead:live-1", 0)) // MINUTE


@pytest.fixture
def meeting(room: Room) -> Meeting:
    return Meeting(room)


def rows(meeting: Meeting) -> list[tuple[str, int, str]]:
    """Return what is kept: way, minute of the session, state."""
    found = meeting.world.act(lambda session: session.scalars(select(CheckIn).order_by(CheckIn.id)).all())
    return [(one.way, int((one.at - meeting.begins).total_seconds()) // MINUTE, one.state) for one in found if one.source == PAGE]


def test_presence_from_beginning_to_end_earns_the_whole_session_and_is_marked(meeting: Meeting) -> None:
    meeting.at(0).open()
    assert meeting.stay(0, 90)["counted_seconds"] == 90 * MINUTE
    assert rows(meeting) == [("in", 0, "measured"), ("out", 90, "measured")]
    assert meeting.credited() == 90
    mark = meeting.world.act(lambda session: session.scalars(select(AttendanceMark)).one())
    assert (mark.state, mark.enrolment_id) == ("present", meeting.room.people[0])
    assert meeting.room.findings() == []


def test_nothing_counts_before_the_beginning_or_after_the_end(meeting: Meeting) -> None:
    meeting.at(-30).open()
    assert meeting.stay(-30, -3)["state"] == "paused"
    reply = meeting.stay(4, 120)
    assert (reply["state"], reply["counted_seconds"]) == ("paused", 86 * MINUTE)
    assert meeting.credited() == 86


@pytest.mark.parametrize(("gap", "minutes"), [(10, 10), (11, 0)])
def test_signs_join_if_they_are_at_most_ten_minutes_apart(meeting: Meeting, gap: int, minutes: int) -> None:
    meeting.at(20).open()
    meeting.beat()
    meeting.at(20 + gap).beat()
    meeting.beat(last=True)
    assert meeting.credited() == minutes


@pytest.mark.parametrize(("moved", "kept"), [({"starts_at": 12}, (12, 30)), ({"ends_at": 21}, (0, 21))])
def test_when_staff_move_a_session_that_runs_only_the_time_within_its_new_times_is_kept_and_counts(
    meeting: Meeting, moved: dict[str, int], kept: tuple[int, int]
) -> None:
    meeting.at(0).open()
    meeting.stay(0, 27)

    def move(session: Session) -> None:
        lesson = session.get_one(ClassSession, meeting.room.session_id)
        for name, minute in moved.items():
            setattr(lesson, name, meeting.begins + timedelta(minutes=minute))

    meeting.world.act(move)
    meeting.at(30).beat(last=True)
    assert rows(meeting) == [("in", kept[0], "measured"), ("out", kept[1], "measured")]
    assert meeting.credited() == kept[1] - kept[0]


def test_a_page_that_is_open_without_a_sign_for_ten_minutes_stops(meeting: Meeting) -> None:
    meeting.at(0).open()
    meeting.beat()
    for minute in range(1, 31):
        meeting.at(minute).beat(quiet_s=minute * MINUTE)
    assert meeting.credited() == 9


def test_who_comes_back_long_after_the_end_gains_nothing_by_it(meeting: Meeting) -> None:
    meeting.at(60).open()
    meeting.stay(60, 84)
    meeting.at(110).beat()
    assert meeting.credited() == 24


def test_signs_that_follow_each_other_quickly_stop_at_the_end_too(meeting: Meeting) -> None:
    meeting.at(89.5).open()
    for minute in (89.5, 89.8):
        assert meeting.at(minute).beat()["state"] == "counting"
    reply = meeting.at(90.1).beat()
    assert (reply["state"], reply["counted_seconds"]) == ("paused", 30)


def test_a_page_that_a_phone_stopped_is_closed_by_the_worker_at_its_last_sign(meeting: Meeting) -> None:
    meeting.at(0).open()
    meeting.stay(0, 27)
    meeting.at(36)
    with meeting.world.app.app_context():
        assert sweep.run() == 0  # still within ten minutes
    meeting.at(50)
    assert meeting.credited() == 27


def _reported(meeting: Meeting, *times: tuple[int, int]) -> int:
    """Take in a report with these minutes of the session; return the minutes that are credited then."""
    local = meeting.begins + timedelta(hours=8)
    lines = ["甲" + "".join(f",{local + timedelta(minutes=one):%Y-%m-%d %H:%M:00}" for one in stay) + "\n" for stay in times]
    take(meeting.room, check(meeting.room, "用户昵称,入会时间,退会时间\n" + "".join(lines)))
    return meeting.credited()


def test_page_report_and_list_together_count_each_minute_once(meeting: Meeting) -> None:
    meeting.at(0).open()
    meeting.stay(0, 60)
    meeting.beat(last=True)
    assert meeting.credited() == 60
    meeting.at(100)
    assert _reported(meeting, (30, 50)) == 60
    assert _reported(meeting, (30, 50), (50, 95)) == 90
    assert meeting.room.findings() == []


def test_what_staff_mark_goes_before_the_page(meeting: Meeting) -> None:
    meeting.at(0).open()
    meeting.stay(0, 90)
    assert meeting.credited() == 90
    assert meeting.room.mark({0: "absent"}, reason_0="只挂机，未参会") == 302
    assert meeting.credited() == 0
    meeting.open()
    assert meeting.credited() == 0
    assert meeting.room.findings() == []


def test_staff_see_the_page_as_a_source_of_its_own_and_who_is_on_it_now(meeting: Meeting) -> None:
    meeting.at(0).open()
    meeting.stay(0, 30)
    assert "正在会议旁的页面上" in meeting.room.desk.get(meeting.room.path)
    meeting.beat(last=True)
    meeting.credited()
    page = meeting.room.desk.get(meeting.room.path)
    assert "会议旁的页面" in page
    assert "正在会议旁的页面上" not in page


def test_a_session_toward_days_in_a_meeting_earns_its_half_day(room: Room) -> None:
    meeting = Meeting(room, half_days=1)
    meeting.at(0).open()
    meeting.stay(0, 90)
    assert meeting.credited() == 0
    assert float(room.days()[0]) == 0.5


def test_a_session_in_a_room_has_no_page(room: Room) -> None:
    meeting = Meeting(room, half_days=1, place="培训楼 201")
    assert meeting.client.get(meeting.path).status_code == 404


def test_a_page_takes_the_one_lease_and_the_older_page_stops(meeting: Meeting) -> None:
    meeting.at(0).open()
    meeting.stay(0, 9)
    before = (meeting.token, meeting.nonce)
    other = signed_in(meeting.world.app, "t0")
    meeting.client, first = other, meeting.client
    meeting.open()
    said = {"nonce": before[1]}
    answer = meeting.world.app.test_client().post("/learn/beat", json=said, headers={"Authorization": f"Bearer {before[0]}"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "lease")
    assert first is not other


def test_its_token_opens_nothing_but_beats(meeting: Meeting) -> None:
    meeting.at(0).open()
    headers = {"Authorization": f"Bearer {meeting.token}", "X-Experience-API-Version": "1.0.3"}
    visitor = meeting.world.app.test_client()
    assert visitor.post("/learn/state", json={"body": {}}, headers=headers).status_code == 401
    assert visitor.get("/xapi/statements", headers=headers).status_code == 401


def test_two_people_on_one_phone_are_flagged(meeting: Meeting) -> None:
    meeting.at(0).open()
    meeting.stay(0, 9)
    meeting.beat(last=True)
    device = meeting.client.get_cookie("device")
    assert device is not None
    second = signed_in(meeting.world.app, "t1")
    second.set_cookie("device", device.value)
    meeting.client = second
    meeting.at(10).open()
    meeting.stay(10, 19)
    meeting.beat(last=True)
    meeting.credited()
    assert meeting.room.desk.get(meeting.room.path).count("两人共用一部手机") == 2


def test_a_cancelled_session_ends_its_pages(meeting: Meeting) -> None:
    meeting.at(0).open()

    def cancel(session: Session) -> None:
        session.get_one(ClassSession, meeting.room.session_id).cancelled_at = meeting.begins

    meeting.world.act(cancel)
    answer = meeting.world.app.test_client().post(
        "/learn/beat", json={"nonce": meeting.nonce}, headers={"Authorization": f"Bearer {meeting.token}"}
    )
    assert answer.status_code == 410
    assert meeting.client.get(meeting.path).status_code == 404
