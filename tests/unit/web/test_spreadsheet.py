"""Does a sheet hold each row that it is given, or say that it cannot?"""

import io
from collections.abc import Iterator

import pytest
from python_calamine import CalamineWorkbook

from lms.web.spreadsheet import Book, Cell
from tests.factories import BEGIN

LAST = 1_048_576  # rows of a sheet, with the head: ECMA-376 leaves it to the programs, and all have this


@pytest.mark.parametrize("cell", ["1", 1], ids=["text", "number"])
def test_a_row_that_does_not_fit_into_a_sheet_is_an_error_and_not_lost(cell: Cell) -> None:
    rows: Iterator[list[Cell]] = ([] if number < LAST else [cell] for number in range(1, LAST + 1))
    made = Book(BEGIN, out=io.BytesIO())
    with pytest.raises(ValueError, match="row 1048576 does not fit"):
        made.sheet("s", ["h"], rows)
    made.close()


def test_a_text_that_does_not_fit_into_a_cell_is_cut_with_a_mark() -> None:
    made = Book(BEGIN)
    made.sheet("s", ["h"], [["x" * 32_767], ["x" * 32_768], ["\U00020000" * 16_384]])
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made.content())).get_sheet_by_index(0).to_python()
    assert rows[1] == ["x" * 32_767]
    assert [str(row[0])[-1] for row in rows[2:]] == ["…", "…"]
