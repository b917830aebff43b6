"""Read the visible sheets of an Excel workbook with python-calamine, after `scan` has checked them.

Values only: no formula is calculated and no link is followed.
"""

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from lms.rosters.package import Broken, packed, visible_sheets
from lms.rosters.scan import MOST_COLUMNS, CellPlace, Scan, scan

EXACT_BELOW = 10**15  # a cell's number has 15 digits; a longer number loses its last digits
MOST_MERGED = 250_000  # cells in merged areas: 5,000 rows of 50
LONG_NUMBER, DATE = "long-number", "date"  # reasons why a cell differs from what was typed

Value = int | float | str | bool | time | date | datetime | timedelta
# the row's number, its cells as text, and the reasons why cells differ from what was typed
Cells = tuple[int, Sequence[str], Mapping[int, str]]


def sheets(content: bytes) -> Iterator[Iterator[Cells]]:
    """Yield the rows of each visible sheet. Each cell of a merged area has the value of its first cell (ECMA-376-1 18.3.1.55).

    Raises:
        Broken: the file is damaged, too large, or not a workbook.
        TooWide: a row goes beyond MOST_COLUMNS.
    """
    for parts in visible_sheets(content):
        seen = scan(parts)
        try:
            with CalamineWorkbook.from_filelike(io.BytesIO(packed(parts))) as book:
                sheet = book.get_sheet_by_index(0)
                values = list(sheet.iter_rows())  # from the first used row and column
                merged = _merged(sheet, len(values))
        except CalamineError as error:
            raise Broken(str(error)) from error
        yield _SheetRows(values, seen).read(merged)


def _merged(sheet: CalamineSheet, height: int) -> Mapping[CellPlace, CellPlace]:
    """Return, for each other cell of a merged area, the position of its first cell; both counted from 0."""
    found: dict[CellPlace, CellPlace] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        rows = range(top, min(bottom + 1, height))
        columns = range(left, min(right + 1, MOST_COLUMNS))
        if len(found) + len(rows) * len(columns) > MOST_MERGED:
            raise Broken("it merges far more cells than a list of people has")
        found |= {(row, column): (top, left) for row in rows for column in columns if (row, column) != (top, left)}
    return found


class _SheetRows:
    """Converts a sheet's values to text."""

    def __init__(self, values: Sequence[Sequence[Value]], seen: Scan) -> None:
        self._values, self._seen = values, seen

    def read(self, merged: Mapping[CellPlace, CellPlace]) -> Iterator[Cells]:
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
    """Return a value as it was typed, and the reason if that is impossible: phone and staff numbers are stored as 1.38E+10 or 1001.0.

    `digits`: the least number of digits with which the number is shown, with leading zeros.
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
