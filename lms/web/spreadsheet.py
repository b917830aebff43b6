"""Write tables as spreadsheet files. Text stays text: no cell is a formula, and no number loses its leading zeros.

CSV is for programs: a spreadsheet that opens it reads 001234 as 1234. People get XLSX, whose cells are marked as text.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from lms.i18n import write_time

OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDE, NARROW = 32, 14
ROWS_OF_A_SHEET = 1_000_000  # a sheet holds 1,048,576
LAST_ROW = 1_048_575  # counted from 0
LONGEST_CELL, CUT_AT = 32_767, 16_000  # in UTF-16 units, and in characters of at most two units
LONGEST_TOP = 100  # characters: a header may have 255, and each & of a title is written twice
TEXT = 49  # the format @: ECMA-376-1 18.8.30
A4 = 9  # ECMA-376-1 18.3.1.63
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Cell = str | int | Decimal


class Book:
    """A workbook, written row by row; the same rows and time give the same bytes. Each printed page has `title` and the time at its top.

    With `out`, it is written there, and memory does not grow with the number of rows.
    """

    def __init__(self, made_at: datetime, title: str = "", out: IO[bytes] | None = None) -> None:
        self._top = f"&L{title[:LONGEST_TOP].replace('&', '&&')}&R{write_time(made_at)}" if title else ""
        self._file = io.BytesIO()
        self._book = Workbook(self._file if out is None else out, {**OPTIONS, "in_memory": out is None})
        self._book.set_properties({"created": made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)})
        self._text = self._book.add_format({"num_format": TEXT})
        self._number = self._book.add_format({"align": "right"})  # otherwise a number would have its column's format, which is text
        self._head = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})

    def sheet(self, name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int] = ()) -> None:
        """Add a sheet; the first row and column stay visible. `widths` are those of the first columns.

        Empty cells have the format *text*: a typed value stays as it was typed, including leading zeros. A text that is longer than a
        cell may be ends with "…".

        Raises:
            ValueError: there are more rows than a sheet holds; `sheets` takes any number.
        """
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, max(len(head) - 1, 0), NARROW, self._text)
        for column, width in enumerate(widths or (WIDE,)):
            sheet.set_column(column, column, width, self._text)
        sheet.ignore_errors(
            {"number_stored_as_text": xl_range(0, 0, LAST_ROW, max(len(head) - 1, 0))}
        )  # no warning beside each telephone number
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_paper(A4)
        sheet.set_header(self._top)
        sheet.set_footer("&L&A&R&P / &N")
        for column, text in enumerate(head):
            sheet.write_string(0, column, text, self._head)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                self._write(sheet, number, column, cell)

    def sheets(self, name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int] = ()) -> None:
        """Add a sheet like `sheet`, and further ones (*name 2*, *name 3*) for the rows that do not fit into it."""
        left = iter(rows)
        self.sheet(name, head, islice(left, ROWS_OF_A_SHEET), widths)
        for number, first in enumerate(left, 2):
            self.sheet(f"{name} {number}", head, chain([first], islice(left, ROWS_OF_A_SHEET - 1)), widths)

    def _write(self, sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, str):
            failed = sheet.write_string(row, column, _fitting(_plain(cell)), self._text)
        else:
            failed = sheet.write_number(row, column, float(cell), self._number)
        if failed:
            raise ValueError(f"row {row} does not fit into a sheet")

    def close(self) -> None:
        """Finish the workbook."""
        self._book.close()

    def content(self) -> bytes:
        """Finish a workbook that has no `out`, and return its bytes."""
        self.close()
        return self._file.getvalue()


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as a CSV file that spreadsheets open as Chinese; no cell is a formula."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _fitting(cell: str) -> str:
    """Return a text as it is, or if it does not fit into a cell, its beginning with a mark."""
    return cell if len(cell.encode("utf-16-le", "surrogatepass")) <= 2 * LONGEST_CELL else f"{cell[:CUT_AT]}…"


def _plain(cell: str) -> str:
    """Return a text that no program reads as a formula, even if it later opens the sheet as CSV."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
