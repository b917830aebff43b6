"""Is a list understood as offices write it, and is every problem reported with its line and field?"""

import time
from collections.abc import Sequence

import pytest

from lms.programmes.values import BilingualText, Track
from lms.rosters.heads import Columns
from lms.rosters.problems import Unreadable, line_of, sentence
from lms.rosters.rows import HeadsUnknown, Roster, read, read_one
from lms.rosters.table import TableRow

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
    assert "小学教师或初中教师" in sentence(found.problems[0])


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
    assert all(line_of(one).startswith("line 3: ") for one in found.problems)


def test_a_user_name_twice_is_told_with_the_first_line_however_it_is_written() -> None:
    found = roster(("姓名", "用户名"), ("王秀兰", "wang"), ("李强", "ＷＡＮＧ"), usual="primary")
    assert told(found) == [(3, "username")]
    assert "line 2" in sentence(found.problems[0])


@pytest.mark.parametrize("rows", [[], [("姓名", "用户名")]])
def test_a_list_without_people_is_refused(rows: list[Sequence[str]]) -> None:
    with pytest.raises(Unreadable, match="nobody in it"):
        roster(*rows)


@pytest.mark.parametrize("rows", [[("王秀兰", "wang"), ("李强", "li")], [("王秀兰", "wang")], [("姓名", "备注"), ("王秀兰", "x")]])
def test_without_names_of_columns_it_is_said_which_are_needed(rows: list[Sequence[str]]) -> None:
    with pytest.raises(Unreadable, match="at least 姓名"):
        roster(*rows)


def test_a_single_teacher_is_held_to_the_same_rules() -> None:
    assert [one.track for one in read_one({"name": "王秀兰", "username": "wang", "track": "小学"}, TRACKS).rows] == ["primary"]
    assert [one.field for one in read_one({"name": "", "username": "1"}, TRACKS).problems] == ["name", "username", "track"]


IDENTITY, OLD_IDENTITY = "11010519491231002X", "110105491231002"


@pytest.mark.parametrize(
    "number", [IDENTITY, OLD_IDENTITY, "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002x", f"证件 {IDENTITY}"]
)
@pytest.mark.parametrize("field", ["name", "school", "track"])
def test_an_identity_number_is_refused_in_every_column_that_is_read_and_not_repeated(field: str, number: str) -> None:
    given = {"name": "王秀兰", "username": "wang", "school": "镇小学", "track": "小学"} | {field: number}
    found = roster(("姓名", "用户名", "学校", "类别"), tuple(given.values()))
    assert [(one.field, one.code) for one in found.problems][:1] == [(field, "identity-number-elsewhere")]
    assert all("49123" not in one.value + one.name for one in found.problems)


@pytest.mark.parametrize("number", [IDENTITY, OLD_IDENTITY, "110105194912310020", "11010519491231 002X"])
def test_an_identity_number_is_not_a_user_name(number: str) -> None:
    (problem,) = roster(("姓名", "用户名"), ("王秀兰", number), usual="primary").problems
    assert (problem.field, problem.code) == ("username", "identity-number")
    assert "*" in problem.value


def test_a_column_of_identity_numbers_that_is_not_read_is_refused_with_its_head_and_line() -> None:
    with pytest.raises(Unreadable, match=r"证件号.*line 2"):
        roster(("姓名", "用户名", "证件号"), ("王秀兰", "wang", IDENTITY), usual="primary")


@pytest.mark.parametrize("number", ["12410000416060053X", "202400000000012345", "13800001111", "123456789012345", "9141010519491231002X"])
def test_other_long_numbers_may_stand_in_other_columns(number: str) -> None:
    assert told(roster(("姓名", "用户名", "备注"), ("王秀兰", "wang", number), usual="primary")) == []


@pytest.mark.parametrize(
    ("name", "username", "code"),
    [
        ("#REF!", "wang", "error-value"),
        ("王秀兰", "1.38E+10", "shortened"),
        ("王秀兰", "2024/9/1", "date"),
        ("王秀兰", "9月1日", "date"),
        ("王秀兰", "Sep-24", "date"),
        ("45536", "wang", "no-letter"),
        ("王秀兰", "#N/A", "error-value"),
    ],
)
def test_what_a_spreadsheet_made_of_a_cell_is_told_as_that(name: str, username: str, code: str) -> None:
    assert [one.code for one in roster(("姓名", "用户名"), (name, username), usual="primary").problems] == [code]


def test_a_problem_says_whose_row_it_is_and_what_stands_there() -> None:
    (problem,) = roster(("姓名", "用户名", "类别"), ("王秀兰", "wang", "高中")).problems
    assert (problem.name, problem.value, sentence(problem)) == ("王秀兰", "高中", "should be 小学教师或初中教师")


def test_split_names_are_joined_as_each_language_does() -> None:
    heads = ("姓", "名", "用户名")
    found = roster(heads, ("王", "秀兰", "wang"), ("Ågren", "Renée", "renee"), ("", "旺姆", "w1"), usual="primary")
    assert [one.name for one in found.rows] == ["王秀兰", "Renée Ågren", "旺姆"]


def test_columns_that_somebody_assigned_are_read_and_nothing_is_guessed() -> None:
    lines = [TableRow(number, row) for number, row in enumerate([("老师", "代码"), ("王秀兰", "wang")], 1)]
    with pytest.raises(HeadsUnknown):
        read(lines, TRACKS, "primary")
    found = read(lines, TRACKS, "primary", Columns({"name": 0, "username": 1}, 1))
    assert [(one.line, one.name, one.username) for one in found.rows] == [(2, "王秀兰", "wang")]
    whole = read(lines, TRACKS, "primary", Columns({"name": 0, "username": 1}, 0))
    assert [one.line for one in whole.problems] == [1], "no head: the first line is somebody, too"


def test_heads_that_a_printed_list_repeats_on_each_page_are_not_people() -> None:
    heads = ("姓名", "用户名")
    assert len(roster(heads, ("王秀兰", "wang"), heads, ("李强", "li"), usual="primary").rows) == 2


def test_reading_takes_time_in_proportion_to_a_cells_length() -> None:
    def seconds(marks: int) -> float:
        row = ("王" + "\u0301\u0323" * marks,) * 4
        began = time.process_time()
        for _again in range(20):
            roster(("姓名", "用户名", "学校", "类别"), row)
        return time.process_time() - began

    few = seconds(40_000)
    assert seconds(80_000) < 3 * few + 0.05
    assert few < 1, "160,000 combining marks once took minutes"


def test_a_cell_beyond_every_limit_is_told_by_its_column() -> None:
    found = roster(("姓名", "用户名", "学校", "类别"), ("王" * 100_000, "wang", "", "小学"), ("李强", "l" * 100_000, "", "小学"))
    assert [(one.line, one.field, one.code) for one in found.problems] == [(2, "name", "long"), (3, "username", "long")]
    assert all(len(one.value) < 100 for one in found.problems)
