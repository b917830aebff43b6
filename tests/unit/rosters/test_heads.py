"""Are the header rows of offices, Moodle and OneRoster recognised, and only if that is certain?"""

from collections.abc import Mapping, Sequence

import pytest

from lms.rosters.heads import Columns, find, parsed

MOODLE = ["username", "firstname", "lastname", "email", "institution", "department", "phone1", "cohort1"]
ONE_ROSTER = [
    "sourcedId",
    "status",
    "dateLastModified",
    "enabledUser",
    "orgSourcedIds",
    "role",
    "username",
    "userIds",
    "givenName",
    "familyName",
    "middleName",
    "identifier",
    "email",
]


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        (MOODLE, {"username": 0, "given": 1, "family": 2, "school": 4}),
        (ONE_ROSTER, {"username": 6, "given": 8, "family": 9}),
        (["姓", "名", "工号"], {"family": 0, "given": 1, "username": 2}),
        (["姓", "名字", "工号"], {"family": 0, "given": 1, "username": 2}),
        (["名字", "手机"], {"name": 0, "username": 1}),
        (["First name", "Last Name", "E-mail"], {"given": 0, "family": 1, "username": 2}),
        (["姓名（必填）", "*用户名/Username", "所在学校："], {"name": 0, "username": 1, "school": 2}),
        (["姓名", "姓", "名", "帳號"], {"name": 0, "username": 3}),
    ],
)
def test_heads_are_known_as_other_programs_write_them(heads: Sequence[str], expected: Mapping[str, int]) -> None:
    found = find([heads])
    assert found is not None
    assert found.at == expected


def test_heads_are_found_below_a_title_and_not_beyond_the_first_lines() -> None:
    heads = ["姓名", "用户名"]
    assert find([["报名表"], ["2026 年"], heads, ["王秀兰", "wang"]]) == Columns({"name": 0, "username": 1}, 3)
    assert find([["报名表"]] * 10 + [heads]) is None


@pytest.mark.parametrize("heads", [["姓名", "备注"], ["用户名"], ["姓", "用户名"], ["名", "用户名"], ["王秀兰", "wang"]])
def test_heads_that_leave_somebody_without_a_name_or_user_name_are_none(heads: Sequence[str]) -> None:
    assert find([heads]) is None


def test_assigned_columns_come_back_as_they_were_written() -> None:
    columns = Columns({"family": 3, "given": 0, "username": 12}, 2)
    assert parsed(columns.written()) == columns


@pytest.mark.parametrize(
    "text",
    ["", ";", "name:0;1", "name:0,username:0;1", "name:0,username:x;1", "name:0,username:1;", "x:0,username:1;0", "name:0,username:1;-1"],
)
def test_assigned_columns_that_are_tampered_with_or_too_few_are_none(text: str) -> None:
    assert parsed(text) is None
