"""Does a sheet hold each row that it is given, or say that it cannot?"""

import io
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import fromstring

import pytest
from python_calamine import CalamineWorkbook

from lms.web.spreadsheet import Book, Cell
from tests.factories import BEGIN

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SURPRISING = (
    "013800000000",
    "=1+1",
    "+1",
    "-1",
    "@a",
    "\tx",
    "＝1",
    "a\x00b\x0b\ufffe",
    "_x0041_",
    "𠮷 <&>\"'",
    " x ",
    "2026-03-01",
    "1E5",
    "",
)
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


@pytest.mark.parametrize("out", [None, io.BytesIO()], ids=["in memory", "row by row"])
def test_surprising_texts_stay_texts_in_a_sheet_that_prints_and_opens_without_warnings(out: io.BytesIO | None) -> None:
    made = Book(BEGIN, out=out)
    made.sheet("s", ["编号", "数"], [[one, 7] for one in SURPRISING])
    if out is not None:
        made.close()
    with zipfile.ZipFile(out or io.BytesIO(made.content())) as package:
        parts = {name: fromstring(package.read(name)) for name in package.namelist()}  # noqa: S314 – our own file
    sheet = parts["xl/worksheets/sheet1.xml"]
    formats = [one.get("numFmtId") for one in parts["xl/styles.xml"].iterfind(f"{MAIN}cellXfs/{MAIN}xf")]
    rows = [list(one) for one in sheet.iter(f"{MAIN}row")][1:]
    assert {(text.get("t"), formats[int(text.get("s", "0"))]) for text, _number in rows} == {("inlineStr" if out else "s", "49")}
    assert {(number.get("t"), formats[int(number.get("s", "0"))]) for _text, number in rows} == {(None, "0")}
    assert not list(sheet.iter(f"{MAIN}f"))
    assert {one.get("numberStoredAsText") for one in sheet.iter(f"{MAIN}ignoredError")} == {"1"}
    setup = sheet.find(f"{MAIN}pageSetup")
    assert setup is not None
    assert (setup.get("paperSize"), setup.get("orientation"), setup.get("fitToHeight")) == ("9", "landscape", "0")
    assert "s!$1:$1" in "".join(parts["xl/workbook.xml"].itertext()), "the head is on each printed page"
