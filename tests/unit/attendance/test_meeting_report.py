"""Are the reports of online meetings read as people mean them, and is what cannot be read named?"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lms.attendance.meeting_report import columns_of, joined_up, matched, read

CHINA = ZoneInfo("Asia/Shanghai")
BEGINS = datetime(2026, 3, 7, 1, tzinfo=UTC)  # nine in the morning in China
SESSION = (BEGINS, BEGINS + timedelta(minutes=90))
TENCENT = [
    (1, ["会议主题", "在线研讨（一）"]),
    (2, ["会议开始时间", "2026-03-07 08:55"]),
    (4, ["用户昵称（入会昵称）", "入会时间", "退会时间", "累计时长"]),
    (5, ["林静宜", "2026-03-07 08:58:10", "2026-03-07 09:30:00", "32"]),
    (6, ["林静宜", "2026-03-07 09:40:00", "2026-03-07 10:31:00", "51"]),
    (7, ["清溪-陈波", "2026/3/7 9:00", "2026/3/7 10:10", "70"]),
]
DINGTALK = [(1, ["姓名", "部门", "加入时间", "离开时间"]), (2, ["林静宜", "教研组", "09:00", "10:30"])]


def at(minutes: float) -> datetime:
    return BEGINS + timedelta(minutes=minutes)


def test_the_columns_of_both_programs_are_known_wherever_the_header_stands() -> None:
    assert columns_of(TENCENT) == (2, {"name": 0, "joined": 1, "left": 2})
    assert columns_of(DINGTALK) == (0, {"name": 0, "joined": 2, "left": 3})
    assert columns_of([(1, ["谁", "来", "走"])]) is None


def test_times_are_cut_to_the_session_and_rejoining_is_one_person() -> None:
    found = columns_of(TENCENT)
    assert found is not None
    report = read(TENCENT[found[0] + 1 :], found[1], SESSION, CHINA)
    assert report.problems == []
    assert report.present == {"林静宜": [(at(0), at(30)), (at(40), at(90))], "清溪-陈波": [(at(0), at(70))]}


def test_a_time_without_a_date_is_of_the_sessions_day() -> None:
    report = read(DINGTALK[1:], {"name": 0, "joined": 2, "left": 3}, SESSION, CHINA)
    assert report.present == {"林静宜": [SESSION]}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (["甲", "soon", "10:00"], (9, "joined", "bad-instant")),
        (["甲", "09:00", ""], (9, "left", "bad-instant")),
        (["甲", "09:00", "25:61"], (9, "left", "bad-instant")),
        (["甲", "10:00", "09:00"], (9, "left", "left-before-joining")),
        (["甲", "2026-03-09 09:00", "2026-03-09 10:00"], (9, "joined", "another-day")),
        (["甲" * 101, "09:00", "10:00"], (9, "name", "bad-name")),
        (["甲", "1" * 100_000, "10:00"], (9, "joined", "bad-instant")),
    ],
)
def test_a_row_with_a_mistake_names_line_and_field(row: list[str], problem: tuple[int, str, str]) -> None:
    (found,) = read([(9, row)], {"name": 0, "joined": 1, "left": 2}, SESSION, CHINA).problems
    assert (found.line, found.field, found.code) == problem


def test_intervals_that_overlap_are_one() -> None:
    assert joined_up([(at(5), at(9)), (at(0), at(5)), (at(20), at(30)), (at(22), at(25))]) == [(at(0), at(9)), (at(20), at(30))]


def test_names_are_matched_where_that_is_certain_only() -> None:
    people = {1: "林静宜", 2: "陈波", 3: "王伟", 4: "王伟"}
    names = ["林静宜", "清溪-陈波", "王伟", "小林", "陈波和林静宜", "阿波"]
    assert matched(names, people, {"阿波": 2, "小林": 99}) == {"林静宜": 1, "清溪-陈波": 2, "阿波": 2}
