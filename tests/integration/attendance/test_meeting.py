"""Does the report of a meeting become attendance, with names matched once, and does one wrong row change nothing?"""

from decimal import Decimal

import pytest
from sqlalchemy import select

from lms.attendance.models import AttendanceMark, CheckIn, MeetingName
from tests.integration.attendance.meeting_reports import check, take
from tests.integration.office.room import Room

HEAD = "用户昵称,入会时间,退会时间\n"
WHOLE = "2026-03-02 08:25:00,2026-03-02 11:31:00"


def test_names_that_are_known_are_suggested_and_their_time_counts(room: Room) -> None:
    preview = check(room, f"{HEAD}甲,{WHOLE}\n镇小学-乙,2026-03-02 08:30:00,2026-03-02 09:30:00\n")
    assert preview.status_code == 200
    assert "未匹配" not in preview.text
    assert room.days() == [0, 0, 0, 0]
    take(room, preview)
    assert room.days() == [Decimal("0.5"), 0, 0, 0]  # an hour of three is too little
    assert room.findings() == []


def test_a_name_is_matched_once_and_remembered(room: Room) -> None:
    text = f"{HEAD}春天,{WHOLE}\n"
    preview = check(room, text)
    assert "未匹配" in preview.text
    take(room, preview, **{"person-0": str(room.people[2])})
    assert room.days() == [0, 0, Decimal("0.5"), 0]
    assert "未匹配" not in check(room, text).text
    assert room.world.act(lambda session: session.scalars(select(MeetingName.name)).all()) == ["春天"]


def test_rejoining_is_joined_up_and_the_same_report_again_changes_nothing(room: Room) -> None:
    text = f"{HEAD}甲,2026-03-02 08:30:00,2026-03-02 09:40:00\n甲,2026-03-02 09:50:00,2026-03-02 11:30:00\n"
    for _twice in range(2):
        take(room, check(room, text))
    assert room.days()[0] == Decimal("0.5")
    assert len(room.world.act(lambda session: session.scalars(select(CheckIn.id)).all())) == 4
    assert room.findings() == []


def test_what_staff_marked_stands_above_the_report_and_can_follow_it(room: Room) -> None:
    room.mark({0: "absent"})
    take(room, check(room, f"{HEAD}甲,{WHOLE}\n乙,{WHOLE}\n"))
    assert room.days()[:2] == [0, Decimal("0.5")]
    assert room.mark({1: "absent"}, reason_1="挂机") == 302
    assert room.days()[:2] == [0, 0]
    assert room.findings() == []


def test_one_wrong_row_is_named_and_nothing_is_noted(room: Room) -> None:
    answer = check(room, f"{HEAD}甲,{WHOLE}\n乙,昨天,2026-03-02 11:31:00\n")
    assert answer.status_code == 422
    assert "“昨天”不是时间" in answer.text
    assert room.world.act(lambda session: session.scalars(select(AttendanceMark.id)).all()) == []


def test_columns_that_are_not_known_are_assigned(room: Room) -> None:
    text = f"谁,进,出\n甲,{WHOLE}\n"
    asked = check(room, text)
    assert 'name="column-joined"' in asked.text
    preview = check(room, text, **{"column-name": "0", "column-joined": "1", "column-left": "2"})
    take(room, preview)
    assert room.days()[0] == Decimal("0.5")


@pytest.mark.parametrize("text", ["", HEAD, "a" * 1_100_000])
def test_what_is_no_report_is_refused(room: Room, text: str) -> None:
    assert check(room, text).status_code == 422
