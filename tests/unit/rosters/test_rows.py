"""Is a list understood as an office writes it, and is every problem told with the line and the field that it is in?"""

from collections.abc import Sequence

import pytest

from lms.programmes.values import BilingualText, Track
from lms.rosters.rows import Roster, read, read_one
from lms.rosters.table import TableRow, Unreadable

PRIMARY, JUNIOR = (
    Track("primary", BilingualText("小学教师", "Primary school teachers")),
    Track("junior", BilingualText("初中教师", "Junior school teachers")),
)
TRACKS = (PRIMARY, JUNIOR)


def roster(*rows: Sequence[str], tracks: Sequence[Track] = TRACKS, usual: str = "") -> Roster:
    return read([TableRow(number, row) for number, row in enumerate(rows, 1)], tracks, usual)


def told(found: Roster) -> list[tuple[int, str]]:
    return [(one.line, one.field) for one in found.problems]


@pytest.mark.parametrize(
    "heads",
    [
        ("姓名", "用户名", "学校", "类别"),
        ("*姓名", "工号", "工作单位", "学段"),
        ("Name", "USER NAME", "School", "Track"),
        (" 教师姓名 ", "手机号", "所在学校", "培训类别"),
    ],
)
def test_columns_are_known_by_the_names_that_offices_give_them(heads: Sequence[str]) -> None:
    found = roster(heads, ("王 秀兰", "Wang.01", "镇小学", "primary"))
    assert told(found) == []
    (row,) = found.rows
    assert (row.line, row.name, row.username, row.school, row.track) == (2, "王 秀兰", "wang.01", "镇小学", "primary")


def test_of_several_columns_for_a_user_name_the_most_exact_counts_and_the_others_are_named_as_not_read() -> None:
    found = roster(("手机号", "姓名", "用户名", "备注"), ("13800001111", "王秀兰", "wang", "x"), usual="primary")
    assert [one.username for one in found.rows] == ["wang"]
    assert (found.heads["username"], list(found.ignored)) == ("用户名", ["手机号", "备注"])


@pytest.mark.parametrize(
    ("said", "track"),
    [
        ("primary", "primary"),
        ("小学教师", "primary"),
        ("小学", "primary"),
        ("JUNIOR", "junior"),
        ("junior school", "junior"),
        ("初中", "junior"),
    ],
)
def test_a_track_is_known_by_its_key_its_name_or_a_part_that_no_other_has(said: str, track: str) -> None:
    assert [one.track for one in roster(("姓名", "用户名", "类别"), ("王秀兰", "wang", said)).rows] == [track]


@pytest.mark.parametrize("said", ["教师", "小", "高中", "school", "."])
def test_a_track_that_could_be_two_or_none_is_a_problem_that_names_them(said: str) -> None:
    found = roster(("姓名", "用户名", "类别"), ("王秀兰", "wang", said))
    assert told(found) == [(2, "track")]
    assert "小学教师, 初中教师" in found.problems[0].what


def test_without_a_track_the_usual_one_holds_or_the_only_one() -> None:
    rows = (("姓名", "用户名"), ("王秀兰", "wang"))
    assert told(roster(*rows)) == [(2, "track")]
    assert [one.track for one in roster(*rows, usual="junior").rows] == ["junior"]
    assert [one.track for one in roster(*rows, tracks=[JUNIOR]).rows] == ["junior"]


@pytest.mark.parametrize(
    ("name", "username", "school", "fields"),
    [
        ("", "", "", ["name", "username"]),
        ("王" * 101, "wang", "校" * 201, ["name", "school"]),
        ("=1+1", "wang", "@x", ["name", "school"]),
        ("王\n秀", "wang", "", ["name"]),
        ("王\x00秀", "wang", "", ["name"]),
        ("王\ufffd", "wang", "", ["name"]),
        ("王\u202e秀", "wang", "", ["name"]),
        ("王秀兰", "11010519491231002X", "", ["username"]),
        ("王秀兰", "王秀兰", "", ["username"]),
        ("王秀兰", "w", "", ["username"]),
    ],
)
def test_each_problem_names_its_line_and_field(name: str, username: str, school: str, fields: list[str]) -> None:
    found = roster(("姓名", "用户名", "学校"), ("好人", "good", ""), (name, username, school), usual="primary")
    assert told(found) == [(3, field) for field in fields]
    assert [one.username for one in found.rows] == ["good"]
    assert all(str(one).startswith("line 3: ") for one in found.problems)


def test_a_user_name_twice_is_told_with_the_first_line_however_it_is_written() -> None:
    found = roster(("姓名", "用户名"), ("王秀兰", "wang"), ("李强", "ＷＡＮＧ"), usual="primary")
    assert told(found) == [(3, "username")]
    assert "line 2" in found.problems[0].what


@pytest.mark.parametrize("rows", [[], [("姓名", "用户名")]])
def test_a_list_with_nobody_in_it_is_none(rows: list[Sequence[str]]) -> None:
    with pytest.raises(Unreadable, match="nobody in it"):
        roster(*rows)


@pytest.mark.parametrize("rows", [[("王秀兰", "wang"), ("李强", "li")], [("王秀兰", "wang")], [("姓名", "备注"), ("王秀兰", "x")]])
def test_without_names_of_columns_it_is_said_which_are_needed(rows: list[Sequence[str]]) -> None:
    with pytest.raises(Unreadable, match="at least 姓名"):
        roster(*rows)


def test_a_single_teacher_is_held_to_the_same_rules() -> None:
    assert [one.track for one in read_one({"name": "王秀兰", "username": "wang", "track": "小学"}, TRACKS).rows] == ["primary"]
    assert [one.field for one in read_one({"name": "", "username": "1"}, TRACKS).problems] == ["name", "username", "track"]
