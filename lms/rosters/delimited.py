"""Read the rows of a text and detect its delimiter: a comma, a tab, a semicolon or another character. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from lms.rosters import heads
from lms.rosters.problems import Unreadable

DELIMITERS = (",", "\t", ";", "|", "，")
# Excel's own line that names the delimiter; it is not a row
SEPARATOR_LINE = re.compile(r'"?sep=([^\w\s"]|\t)"?[,;\t|]*\r?(?:\n|$)', re.IGNORECASE)
LOOKED_AT = 64_000  # characters in which the delimiter is searched
LONGEST_LINE = 131_072  # the csv module's own limit for a field

Rows = Iterator[tuple[int, Sequence[str]]]


def rows(text: str) -> Rows:
    """Yield each row's line number in the file and its cells.

    Raises:
        Unreadable: quotation marks do not match; the message names the line.
    """
    said = SEPARATOR_LINE.match(text)
    delimiter = said[1] if said else _delimiter(text[:LOOKED_AT])
    yield from _read(text[said.end() :] if said else text, delimiter, 2 if said else 1)


def _read(text: str, delimiter: str, first: int) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = first
    try:
        for cells in reader:
            yield number, cells
            number = reader.line_num + first
    except csv.Error as error:
        raise Unreadable(
            _(
                "The row that begins in line %(line)s cannot be read: a quotation mark is missing or too many. Correct it.",
                line=number,
            )
        ) from error


def _delimiter(text: str) -> str:
    """Return the delimiter with which the header row is found; otherwise the one with which most lines have the same number of cells."""
    lines = [line for line in text.splitlines() if line.strip()][: heads.LOOKED_AT]
    split = {one: [next(csv.reader([line[:LONGEST_LINE]], delimiter=one), []) for line in lines] for one in DELIMITERS}
    for one, found in split.items():
        if heads.find(found) is not None:
            return one
    return max(DELIMITERS, key=lambda one: _evenness(split[one]))


def _evenness(found: Sequence[Sequence[str]]) -> tuple[int, int]:
    widths = [len(cells) for cells in found]
    usual = max(set(widths), key=widths.count, default=1)
    return (widths.count(usual), usual) if usual > 1 else (0, 0)
