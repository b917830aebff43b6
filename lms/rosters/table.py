"""Read the cells of an untrusted file: CSV in any encoding that offices use, pasted text, or an Excel workbook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

from lms.rosters import delimited, encoding, heads, workbook
from lms.rosters.package import Broken
from lms.rosters.problems import Unreadable
from lms.rosters.scan import MOST_COLUMNS, TooWide

MOST_BYTES = 5_000_000
MOST_ROWS = 5_000
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
NOTHING: Mapping[int, str] = {}


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table and its line in the file, from 1. `faults`: the cells that differ from what was typed, with the reason."""

    number: int
    cells: Sequence[str]
    faults: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """The non-empty rows, and their encoding ('' for a workbook)."""

    lines: Sequence[TableRow]
    encoding: str = ""


def read(content: bytes) -> Table:
    """Return the rows of a file; the content decides the file's type, not its name.

    Of a workbook, it reads the first visible sheet with a header row, otherwise the first visible sheet.

    Raises:
        Unreadable: the file is too large, of an unknown type, or in an uncertain encoding.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than %(mb)s MB.", mb=MOST_BYTES // 1_000_000))
    if content.startswith(OLD_EXCEL):
        raise Unreadable(
            _("This is an old Excel workbook (.xls) or one that is locked with a password. Save it as .xlsx without a password, or as CSV.")
        )
    if not content.startswith(ZIP):
        decoded = encoding.decode(content)
        return Table(list(_kept((number, cells, NOTHING) for number, cells in delimited.rows(decoded.text))), decoded.encoding)
    try:
        return Table(_first_list(content))
    except TooWide as error:
        raise _too_wide(error.line) from error
    except Broken as error:
        raise Unreadable(
            _("This is not an Excel workbook that can be read, or it contains far more than a list. Save the list again as .xlsx or CSV.")
        ) from error


def _first_list(content: bytes) -> Sequence[TableRow]:
    first: Sequence[TableRow] | None = None
    for rows in workbook.sheets(content):
        lines = list(_kept(rows))
        if heads.find([line.cells for line in lines]) is not None:
            return lines
        first = lines if first is None else first
    return first or ()


def _too_wide(line: int) -> Unreadable:
    return Unreadable(_("Line %(line)s has more than %(most)s columns.", line=line, most=MOST_COLUMNS))


def _kept(rows: Iterator[workbook.Cells]) -> Iterator[TableRow]:
    count = 0
    for number, cells, faults in rows:
        filled = [index for index, cell in enumerate(cells) if cell.strip()]
        if not filled:
            continue
        if filled[-1] >= MOST_COLUMNS:
            raise _too_wide(number)
        count += 1
        if count > MOST_ROWS + heads.LOOKED_AT:  # the header row and lines above it
            raise Unreadable(_("There are more than %(most)s people in it. Upload it in parts.", most=MOST_ROWS))
        yield TableRow(number, list(cells[: filled[-1] + 1]), faults)
