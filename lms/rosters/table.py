"""Which cells are in this file? CSV in whatever encoding offices have, pasted text, or an Excel workbook; nothing of it is trusted."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from lms.rosters import workbook

MOST_BYTES = 5_000_000
MOST_ROWS = 5_000
MOST_COLUMNS = 50
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
CHINESE_IN_UTF8 = range(0xE3, 0xEA)  # first of three bytes; in GBK such three in a row that are valid UTF-8 hardly ever occur
DELIMITERS = ("\t", ";", ",")


class Unreadable(Exception):
    """The file as a whole cannot be read; says why and what to do."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table and where it stands in the file, from 1."""

    number: int
    cells: Sequence[str]


def read(content: bytes) -> list[TableRow]:
    """Return the rows that are not empty; what the file is is decided by its content, not by its name.

    Raises:
        Unreadable: it is too large, of an unknown kind, or in no encoding that we know.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than %(mb)s MB.", mb=MOST_BYTES // 1_000_000))
    if content.startswith(OLD_EXCEL):
        raise Unreadable(_("This is an old Excel workbook (.xls). Save it as .xlsx or CSV and upload that."))
    try:
        rows = workbook.rows(content) if content.startswith(ZIP) else _csv(decode(content))
        return list(_kept(rows))
    except workbook.Broken as error:
        raise Unreadable(_("This is no Excel workbook that can be read. Save the list again as .xlsx or CSV.")) from error
    except csv.Error as error:
        raise Unreadable(_("The table cannot be read. Is a quotation mark missing somewhere?")) from error


def _kept(rows: Iterator[tuple[int, Sequence[str]]]) -> Iterator[TableRow]:
    count = 0
    for number, cells in rows:
        filled = [index for index, cell in enumerate(cells) if cell.strip()]
        if not filled:
            continue
        if filled[-1] >= MOST_COLUMNS:
            raise Unreadable(_("Line %(line)s has more than %(most)s columns.", line=number, most=MOST_COLUMNS))
        count += 1
        if count > MOST_ROWS + 1:  # the head is one of them
            raise Unreadable(_("There are more than %(most)s people in it. Upload it in parts.", most=MOST_ROWS))
        yield TableRow(number, list(cells[: filled[-1] + 1]))


def decode(content: bytes) -> str:
    """Return a text file's content: by its byte order mark, else UTF-8, else GBK (GB 18030) as Excel in Chinese writes it.

    Raises:
        Unreadable: it is neither, or a part is one and a part the other.
    """
    for bom, encoding in BOMS:
        if content.startswith(bom):
            return _decoded(content, encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        mixed = next((number for number, line in enumerate(content.splitlines(), 1) if _is_chinese_in_utf8(line)), None)
        if mixed is not None:
            words = _("Line %(line)s is written in UTF-8 and other lines are not. Save the whole file as UTF-8.", line=mixed)
            raise Unreadable(words) from None
        return _decoded(content, "gb18030")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(_("The file is neither in UTF-8 nor in GBK. Save it as CSV in UTF-8 and upload that.")) from None


def _is_chinese_in_utf8(line: bytes) -> bool:
    try:
        return any(byte in CHINESE_IN_UTF8 for byte in line) and bool(line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _csv(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = next((one for one in DELIMITERS if one in head), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 1
    for cells in reader:
        yield number, cells
        number = reader.line_num + 1
