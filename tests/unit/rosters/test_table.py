"""Are the cells of a list read as its author sees them, from every program that offices use, and safely?"""

import io
import time
import tracemalloc
from collections.abc import Sequence

import pytest
from xlsxwriter import Workbook

from lms.rosters import table
from lms.rosters.heads import LOOKED_AT
from lms.rosters.problems import Unreadable
from lms.rosters.table import TableRow
from tests.unit.rosters.workbooks import packed, parts, sheet


def read(content: bytes) -> Sequence[TableRow]:
    return table.read(content).lines


ROWS = [("姓名", "用户名"), ("王秀兰", "wang"), ("李𠮷", "li")]
TEXT = "姓名,用户名\r\n王秀兰,wang\r\n李𠮷,li\r\n"


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [tuple(line.cells) for line in read(content)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_csv_is_read_in_every_encoding_that_offices_have(encoding: str) -> None:
    assert cells(TEXT.encode(encoding)) == ROWS


def test_big_endian_utf16_is_read_by_its_mark() -> None:
    assert cells(b"\xfe\xff" + TEXT.encode("utf-16-be")) == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_follows_from_the_first_line(delimiter: str) -> None:
    assert cells(TEXT.replace(",", delimiter).encode()) == ROWS


def test_lines_are_numbered_as_in_the_file_and_empty_ones_left_out() -> None:
    assert [(line.number, line.cells[0]) for line in read(b'a\n\n,,\n"b\nb"\nc\n')] == [(1, "a"), (4, "b\nb"), (6, "c")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0 old", "old Excel workbook"),
        (b"PK\x03\x04 no zip", "not an Excel workbook that can be read"),
        ("姓名\n王".encode() + "王".encode("gbk") + b"\n", "in UTF-8 and other lines are not"),
        (b"\xff\xff\xff\xff", "cannot be told for certain"),
        (b"a," * 60 + b"b", "more than 50 columns"),
        (b"a\n" * (table.MOST_ROWS + LOOKED_AT + 1), "more than 5000 people"),
        (b"a" * (table.MOST_BYTES + 1), "larger than 5 MB"),
        (b'a,b\nc,"' + b"b" * 200_000, "begins in line 2 cannot be read"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(content)


def workbook(rows: list[tuple[object, ...]]) -> bytes:
    file = io.BytesIO()
    book = Workbook(file)
    sheet = book.add_worksheet("名单")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    book.add_worksheet("其他").write(0, 0, "not this one")
    book.close()
    return file.getvalue()


def test_the_first_sheet_of_a_workbook_is_read() -> None:
    assert cells(workbook([*ROWS])) == ROWS


def test_telephone_and_staff_numbers_stay_what_was_typed() -> None:
    assert cells(workbook([("手机",), (13800001111,), (1001.0,), (0.5,)])) == [("手机",), ("13800001111",), ("1001",), ("0.5",)]


def test_cells_stand_where_they_say_and_gaps_are_empty() -> None:
    found = read(sheet('<row r="3"><c r="C3" t="inlineStr"><is><t>c</t></is></c></row><row r="7"><c r="A7"><v>1</v></c></row>'))
    assert [(line.number, line.cells) for line in found] == [(3, ["", "", "c"]), (7, ["1"])]


def test_phonetic_hints_are_not_part_of_a_cell() -> None:
    said = '<row r="1"><c r="A1" t="inlineStr"><is><t>王</t><rPh sb="0" eb="1"><t>wang</t></rPh></is></c></row>'
    assert cells(sheet(said)) == [("王",)]


BOMB = "<row r='1'><c r='A1' t='inlineStr'><is><t>" + "a" * 41_000_000 + "</t></is></c></row>"


@pytest.mark.parametrize(
    "content",
    [
        packed({"other.xml": "<a/>"}),
        packed({**parts(""), "xl/worksheets/sheet1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'}),
        packed({**parts(""), "xl/worksheets/sheet1.xml": "<worksheet><row>"}),
        sheet(BOMB),
        workbook([*ROWS])[:-30],
    ],
)
def test_a_workbook_that_is_broken_or_hostile_is_refused_in_a_line(content: bytes) -> None:
    with pytest.raises(Unreadable, match="Save the list again"):
        read(content)


@pytest.mark.parametrize(
    "inside",
    [
        '<row r="1"><c r="XFD1" t="inlineStr"><is><t>far</t></is></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="CZ1"><v>1</v></c></row>',
    ],
)
def test_a_cell_far_to_the_right_is_told_and_takes_no_room(inside: str) -> None:
    with pytest.raises(Unreadable, match="more than 50 columns"):
        read(sheet(inside))


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADS = f'<row r="1">{text_cell("A1", "姓名")}{text_cell("B1", "用户名")}</row>'


@pytest.mark.parametrize("kind", ["transitional", "strict"])
def test_both_formats_of_the_standard_are_read(kind: str) -> None:
    shared = "<si><r><t>王</t></r><r><t>秀兰</t></r></si><si><t>wang_x0041_</t></si>"
    content = sheet('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>', texts=shared, kind=kind)
    assert cells(content) == [("王秀兰", "wangA")]


def test_parts_lie_where_their_relations_say_whatever_the_case_of_their_names() -> None:
    own = parts(HEADS)
    own["XL/Worksheets/Liste.XML"] = own.pop("xl/worksheets/sheet1.xml")
    own["xl/_rels/Workbook.xml.rels"] = own.pop("xl/_rels/workbook.xml.rels").replace("worksheets/sheet1.xml", "/xl/./worksheets/liste.xml")
    assert cells(packed(own)) == [("姓名", "用户名")]


def test_of_the_visible_sheets_the_first_with_heads_is_the_list() -> None:
    file = io.BytesIO()
    with Workbook(file) as book:
        for name, rows in (("字典", [("姓名", "用户名")]), ("说明", [("请填写名单",)]), ("名单", ROWS)):
            own = book.add_worksheet(name)
            if name == "字典":
                own.hide()
            else:
                own.activate()
            for number, row in enumerate(rows):
                own.write_row(number, 0, row)
    assert cells(file.getvalue()) == ROWS


def test_numbers_dates_and_errors_that_are_not_what_was_typed_say_so() -> None:
    styles = '<numFmts count="1"><numFmt numFmtId="164" formatCode="000000"/></numFmts><cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>'
    row = (
        '<row r="1"><c r="A1"><v>2.0240000000000124E+16</v></c><c r="B1" s="1"><v>45536</v></c><c r="C1" t="e"><v>#N/A</v></c>'
        '<c r="D1" s="2"><v>1234</v></c><c r="E1"><v>123456789012345</v></c></row>'
    )
    (line,) = read(sheet(row, styles=styles))
    assert (line.cells, line.faults) == (
        ["20240000000000124", "2024-09-01", "#N/A", "001234", "123456789012345"],
        {0: "long-number", 1: "date"},
    )


def test_a_merged_area_has_its_first_cells_value_in_each_of_its_cells() -> None:
    inside = f'<row r="1">{text_cell("A1", "甲")}{text_cell("B1", "校")}</row><row r="2">{text_cell("A2", "乙")}</row>'
    assert cells(sheet(inside, after='<mergeCells><mergeCell ref="B1:B2"/></mergeCells>')) == [("甲", "校"), ("乙", "校")]


FAR = '<row r="1"><c r="A{0}"><v>7</v></c></row>'
MANY = "<row>" + "<c><v>1</v></c>" * 30 + "</row>"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(sheet(FAR.format(99_999_999_999)), id="a reference that would take all memory"),
        pytest.param(sheet('<row r="99999999999"><c><v>1</v></c></row>'), id="a row that would"),
        pytest.param(sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), id="a cell far below"),
        pytest.param(sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), id="a text that is not there"),
        pytest.param(sheet('<row r="1"><c r="A1" t="s"><v>x</v></c></row>', texts="<si><t>王</t></si>"), id="a text with no number"),
        pytest.param(sheet('<row r="1"><c r="A1" t="zz"><v>1</v></c></row>'), id="an unknown kind"),
        pytest.param(sheet(HEADS, after='<mergeCells><mergeCell ref="A1:A99999999999"/></mergeCells>'), id="a merged area without end"),
        pytest.param(
            sheet(HEADS + FAR.format(20_000).replace('"1"', '"20000"'), after='<mergeCells><mergeCell ref="A1:AX20000"/></mergeCells>'),
            id="a merged area far too large",
        ),
        pytest.param(
            sheet('<row><c t="s"><v>0</v></c></row>' * 2_000, texts=f"<si><t>{'王' * 10_000}</t></si>"), id="one long text in many cells"
        ),
        pytest.param(sheet(MANY * 10_001), id="too many cells"),
        pytest.param(sheet('<row><c r="A1"/></row>' * 600_000), id="too many elements"),
        pytest.param(packed({**parts(HEADS), "XL/WORKBOOK.XML": "<a/>"}), id="two parts of one name"),
        pytest.param(packed(parts(HEADS) | {"xl/worksheets/sheet1.xml": "<worksheet/>\x00"}), id="not in UTF-8"),
    ],
)
def test_what_would_take_a_reader_down_is_refused_quickly_and_in_little_memory(content: bytes) -> None:
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(Unreadable):
            read(content)
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 20, "under tracing; a fifth of it without"


def test_rows_that_are_only_formatted_take_no_room() -> None:
    assert cells(sheet(HEADS + '<row r="1048576"><c r="XFD1048576" s="1"/></row>')) == [("姓名", "用户名")]
