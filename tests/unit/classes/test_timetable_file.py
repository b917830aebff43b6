"""Is a timetable read in the forms that offices use, and is every mistake named by row and column?"""

import time as clock
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from lms.classes.timetable_file import TimetableContext, TimetableFile, read

CONTEXT = TimetableContext(
    ZoneInfo("Asia/Shanghai"), 2026, {"能力诊断": "diagnosis", "diagnosis": "diagnosis", "在线": "online"}, frozenset({"online"})
)
HEADS = ["日期", "时间", "内容"]


def file(*rows: Sequence[str], heads: Sequence[str] = HEADS) -> TimetableFile:
    return read([(number, row) for number, row in enumerate([heads, *rows], start=1)], CONTEXT)


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_a_plain_row_is_a_session_in_the_programmes_zone() -> None:
    (session,) = file(["2026-03-02", "08:30-11:30", "开班"]).planned
    assert (session.starts_at, session.ends_at, session.title) == (utc(2, 0, 30), utc(2, 3, 30), "开班")
    assert (session.requirement, session.half_days, session.practical) == ("diagnosis", 1, False)


@pytest.mark.parametrize("day", ["2026-03-02", "2026/3/2", "2026.03.02", "2026年3月2日", "3月2日", "46083", "2026-03-02 00:00:00"])
def test_days_are_read_as_people_and_spreadsheets_write_them(day: str) -> None:
    assert file([day, "上午", "开班"]).planned[0].starts_at == utc(2, 0, 30)


@pytest.mark.parametrize("hours", ["14:30-17:30", "14：30～17：30", "14:30 至 17:30", "14:30:00–17:30:00", "下午"])
def test_times_are_read_as_people_write_them(hours: str) -> None:
    (session,) = file(["2026-03-02", hours, "开班"]).planned
    assert (session.starts_at, session.ends_at) == (utc(2, 6, 30), utc(2, 9, 30))


def test_a_spreadsheets_share_of_a_day_is_a_time() -> None:
    (session,) = file(["46083", "0.354166666666667", "0.479166666666667", "开班"], heads=["日期", "开始", "结束", "内容"]).planned
    assert (session.starts_at, session.ends_at) == (utc(2, 0, 30), utc(2, 3, 30))


def test_heads_may_stand_below_a_title_and_a_merged_day_holds_for_the_rows_below() -> None:
    found = read([(1, ["课程表"]), (2, HEADS), (3, ["2026-03-02", "上午", "一"]), (4, ["", "下午", "二"])], CONTEXT)
    assert [one.starts_at for one in found.planned] == [utc(2, 0, 30), utc(2, 6, 30)]
    assert found.lines == [3, 4]


def test_other_columns_are_read_where_they_are_there() -> None:
    heads = ["date", "half day", "topic", "phase", "speaker", "room", "practical", "url", "half days"]
    found = file(["2026-3-2", "Evening", "Talk", "在线", "王敏", "201", "Yes", "https://a.example/1", "2"], heads=heads)
    (session,) = found.planned
    assert (session.requirement, session.half_days) == ("online", 0), "live online sessions have no half-days"
    assert (session.teacher, session.place, session.practical, session.link) == ("王敏", "201", True, "https://a.example/1")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (["2026-13-02", "上午", "一"], (2, "day", "bad-day", "2026-13-02")),
        (["", "上午", "一"], (2, "day", "bad-day", "")),
        (["2026-03-02", "25:00-26:00", "一"], (2, "time", "bad-time", "25:00-26:00")),
        (["2026-03-02", "早上", "一"], (2, "time", "bad-time", "早上")),
        (["2026-03-02", "上午", "一", "集训"], (2, "requirement", "unknown-requirement", "集训")),
        (["2026-03-02", "上午", "一", "", "可能"], (2, "practical", "bad-yes-no", "可能")),
        (["2026-03-02", "上午", "一", "", "", "3"], (2, "half_days", "bad-half-days", "3")),
        (["2026-03-02", "上午", "一" * 501], (2, "title", "too-long", "")),
    ],
)
def test_each_mistake_names_its_row_and_column_and_plans_nothing(row: Sequence[str], problem: tuple[object, ...]) -> None:
    found = file(row, heads=[*HEADS, "环节", "实践", "半天数"])
    assert [(one.line, one.field, one.code, one.value) for one in found.problems] == [problem]
    assert found.planned == []


def test_missing_columns_are_named() -> None:
    assert file(["x"], heads=["姓名"]).missing == ["day", "title"]
    assert file(["x"], heads=["日期", "内容"]).missing == ["time"]
    assert read([], CONTEXT).missing == ["day", "title"]


@pytest.mark.parametrize("text", ["9" * 400_000, "1-" * 200_000, "08:30-" * 70_000, "\u0301" * 400_000])
def test_a_huge_cell_costs_little(text: str) -> None:
    before = clock.process_time()
    for column in range(3):
        row = ["2026-03-02", "上午", "一"]
        row[column] = text
        assert [one.code for one in file(row).problems] == ["too-long"]
    assert clock.process_time() - before < 1  # a back-tracking pattern would take minutes
