"""Which cells are on the visible sheets of this Excel workbook? python-calamine reads them, after `scan` has let them pass.

Values only: no formula is calculated and no link is followed.
"""

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from lms.rosters.package import Broken, packed, visible_sheets
from lms.rosters.scan import MOST_COLUMNS, Place, Scan, scan

EXACT_BELOW = 10**15  # a cell's number has 15 digits: of a longer one the last digits are lost
MOST_MERGED = 250_000  # cells in merged areas: 5,000 rows of 50
LONG_NUMBER, DATE = "long-number", "date"  # why a cell is not what somebody typed

Value = int | float | str | bool | time | date | datetime | timedelta
Cells = tuple[int, Sequence[str], Mapping[int, str]]  # the row's number, its cells as text, and which of them are not what was typed


def sheets(content: bytes) -> Iterator[Iterator[Cells]]:
    """Yield the rows of each visible sheet; a merged area's value is that of its first cell (ECMA-376-1 18.3.1.55), in each of its cells.

    Raises:
        Broken: the file is damaged, too large, or not a workbook.
        TooWide: a row goes beyond MOST_COLUMNS.
    """
    for parts in visible_sheets(content):
        seen = scan(parts)
        try:
            with CalamineWorkbook.from_filelike(io.BytesIO(packed(parts))) as book:
                sheet = book.get_sheet_by_index(0)
                values = list(sheet.iter_rows())  # from the first row and column on
                merged = _merged(sheet, len(values))
        except CalamineError as error:
            raise Broken(str(error)) from error
        yield _Rows(values, seen).read(merged)


def _merged(sheet: CalamineSheet, height: int) -> Mapping[Place, Place]:
    """Return for each further cell of a merged area where its first one is; both from 0."""
    found: dict[Place, Place] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        rows = range(top, min(bottom + 1, height))
        columns = range(left, min(right + 1, MOST_COLUMNS))
        if len(found) + len(rows) * len(columns) > MOST_MERGED:
            raise Broken("it merges far more cells than a list of people has")
        found |= {(row, column): (top, left) for row in rows for column in columns if (row, column) != (top, left)}
    return found


class _Rows:
    """Turns a sheet's values into text."""

    def __init__(self, values: Sequence[Sequence[Value]], seen: Scan) -> None:
        self._values, self._seen = values, seen

    def read(self, merged: Mapping[Place, Place]) -> Iterator[Cells]:
        """Yield the rows."""
        for row, values in enumerate(self._values):
            texts, faults = [], {}
            for column in range(len(values)):
                text, fault = self._cell(*merged.get((row, column), (row, column)))
                texts.append(text)
                if fault:
                    faults[column] = fault
            yield row + 1, texts, faults

    def _cell(self, row: int, column: int) -> tuple[str, str]:
        where = row + 1, column
        if where in self._seen.errors:
            return self._seen.errors[where], ""
        inside = row < len(self._values) and column < len(self._values[row])
        return written(self._values[row][column], self._seen.padded.get(where, 0)) if inside else ("", "")


def written(value: Value, digits: int = 0) -> tuple[str, str]:
    """Return a value as somebody typed it, and why it is not that: telephone and staff numbers are kept as 1.38E+10 or 1001.0.

    `digits`: a number is shown with at least as many, with zeros in front.
    """
    if isinstance(value, str):
        return value, ""
    if isinstance(value, bool):
        return str(value).upper(), ""
    if isinstance(value, int | float):
        if not math.isfinite(value) or value != int(value):
            return f"{value:.15g}", ""
        return f"{int(value):0{digits}d}", LONG_NUMBER if abs(value) >= EXACT_BELOW else ""
    return (value.isoformat() if isinstance(value, date | time) else str(value)), DATE
