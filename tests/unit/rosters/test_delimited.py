"""Is the delimiter of a CSV file recognised, and is a missing quotation mark reported where it is missing?"""

import pytest

from lms.rosters import table
from lms.rosters.problems import Unreadable

ROWS = [["姓名", "用户名"], ["王秀兰", "wang"]]


def cells(text: str) -> list[list[str]]:
    return [list(line.cells) for line in table.read(text.encode()).lines]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_the_delimiter_is_the_one_by_which_the_heads_are_found(delimiter: str) -> None:
    assert cells("\n".join(delimiter.join(row) for row in ROWS)) == ROWS


@pytest.mark.parametrize("title", ["示范县,教师培训;报名表", "报名表\n填表日期：2026,3,2"])
def test_a_title_above_the_heads_with_another_delimiter_in_it_changes_nothing(title: str) -> None:
    assert cells(f"{title}\n姓名;用户名\n王秀兰;wang\n")[-2:] == ROWS


def test_without_heads_the_delimiter_is_the_one_that_divides_the_lines_evenly() -> None:
    assert cells("王秀兰;wang;a,b\n李强;li;c\n安宁;an;d,e,f\n")[0] == ["王秀兰", "wang", "a,b"]


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;\r"])
def test_a_line_that_names_the_delimiter_is_not_a_row_and_counts_as_a_line(line: str) -> None:
    found = table.read(f"{line}\n姓名;用户名\n王秀兰;wang\n".encode()).lines
    assert [(one.number, list(one.cells)) for one in found] == [(2, ROWS[0]), (3, ROWS[1])]


@pytest.mark.parametrize(
    ("text", "line"), [('姓名,用户名\n王,wang\n"李,li\n安,an\n', 3), ('姓名,用户名\n"王"秀兰,wang\n', 2), ('sep=;\n姓名;用户名\n"王;w', 3)]
)
def test_a_quotation_mark_that_is_missing_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Unreadable, match=f"line {line} "):
        table.read(text.encode())


def test_a_quotation_mark_inside_a_cell_is_just_one() -> None:
    assert cells('姓名,用户名\n王"秀"兰,wang\n')[1] == ['王"秀"兰', "wang"]
