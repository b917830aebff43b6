"""Check a sheet before it is read, and collect data that the cell reader does not report: positions, error values, padded numbers.

A reader allocates every cell between the first and the last: one cell that claims to be in row 99,999,999,999 takes all memory
(calamine 0.9.1 aborts the process). So positions, counts and lengths are checked here first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lms.rosters.package import Broken, SheetParts, parse

MOST_COLUMNS = 50
MOST_ROWS_APART = 20_000  # the last row that may have a value
MOST_CELLS = 300_000  # cells with a value
MOST_LETTERS = 10_000_000  # of all cells together: one shared text may be in every cell
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
AREA = re.compile(r"\$?[A-Z]{1,3}\$?[1-9]\d{0,6}(:\$?[A-Z]{1,3}\$?[1-9]\d{0,6})?")
PADDED = re.compile(r"0{2,20}")  # a number format such as 000000
KINDS = {"b", "d", "e", "inlineStr", "n", "s", "str"}  # ECMA-376-1 18.18.11

CellPlace = tuple[int, int]  # row and column, counted from 1 and from 0


class TooWide(Exception):
    """A row has a value beyond the last allowed column."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Scan:
    """Data of a sheet besides its values. `padded`: the least number of digits with which a number is shown."""

    errors: Mapping[CellPlace, str] = field(default_factory=dict)
    padded: Mapping[CellPlace, int] = field(default_factory=dict)


def scan(parts: SheetParts) -> Scan:
    """Check a sheet.

    Raises:
        Broken: a position, a kind or a reference is invalid, or the sheet is far larger than a list of people.
        TooWide: a row goes beyond MOST_COLUMNS.
    """
    found = _Sheet(_lengths(parts.texts) if parts.texts else (), _padded_styles(parts.styles) if parts.styles else {})
    parse(parts.sheet, found.start, found.end, found.text)
    return Scan(found.errors, found.padded)


def _lengths(texts: bytes) -> Sequence[int]:
    """Return the length of each shared text."""
    lengths: list[int] = []

    def start(tag: str, _attributes: object) -> None:
        if tag == "si":
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    parse(texts, start, text=text)
    return lengths


def _padded_styles(styles: bytes) -> Mapping[int, int]:
    """Return the cell formats that show numbers with leading zeros, with the number of digits."""
    codes: dict[str, int] = {}
    formats: list[str] = []
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        inside.append(tag)
        code = attributes.get("formatCode", "").partition(";")[0].replace('"', "").replace("\\", "")
        if tag == "numFmt" and PADDED.fullmatch(code):
            codes[attributes.get("numFmtId", "")] = len(code)
        elif tag == "xf" and inside[-2:-1] == ["cellXfs"]:
            formats.append(attributes.get("numFmtId", ""))

    parse(styles, start, lambda _tag: inside.__delitem__(-1))
    return {index: codes[one] for index, one in enumerate(formats) if one in codes}


class _Sheet:
    """Checks one sheet, cell by cell."""

    def __init__(self, lengths: Sequence[int], padded_styles: Mapping[int, int]) -> None:
        self.errors: dict[CellPlace, str] = {}
        self.padded: dict[CellPlace, int] = {}
        self._lengths, self._styles = lengths, padded_styles
        self._row, self._column, self._next = 0, 0, 0
        self._kind, self._style, self._value = "n", "", ""
        self._holds = False
        self._cells = self._letters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note the position of a row or a cell."""
        if tag == "row":
            said = attributes.get("r", str(self._row + 1))
            if not (said.isascii() and said.isdigit() and 0 < int(said[:10]) <= 1_048_576):  # noqa: PLR2004 - ECMA-376-1 18.3.1.73
                raise Broken("a row has no valid number")
            self._row, self._next = int(said), 0
        elif tag == "c":
            self._begin_cell(attributes)
        elif tag == "mergeCell" and not AREA.fullmatch(attributes.get("ref", "")):
            raise Broken("a merged area has no valid reference")
        elif tag in {"v", "is"}:
            self._holds = True

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        said = attributes.get("r")
        self._column = self._next
        if said is not None:
            place = REFERENCE.fullmatch(said)
            if place is None or int(place[2]) != self._row:
                raise Broken("a cell has no valid reference, or stands in another row")
            self._column = _column_of(place[1])
        self._next = self._column + 1
        self._kind, self._style, self._value, self._holds = attributes.get("t", "n"), attributes.get("s", ""), "", False
        if self._kind not in KINDS:
            raise Broken("a cell is of an unknown kind")

    def text(self, data: str) -> None:
        """Note a cell's content."""
        if self._holds:
            self._value += data

    def end(self, tag: str) -> None:
        """Check a complete cell."""
        if tag != "c" or not self._holds:
            return
        self._holds = False
        self._cells += 1
        self._letters += self._length()
        if self._cells > MOST_CELLS or self._letters > MOST_LETTERS or self._row > MOST_ROWS_APART:
            raise Broken("it holds far more than a list of people")
        if self._column >= MOST_COLUMNS:
            raise TooWide(self._row)
        place = self._row, self._column
        if self._kind == "e":
            self.errors[place] = self._value
        elif self._kind == "n" and self._style.isascii() and self._style.isdigit() and (digits := self._styles.get(int(self._style[:9]))):
            self.padded[place] = digits

    def _length(self) -> int:
        if self._kind != "s":
            return len(self._value)
        said = self._value.strip()
        if not (said.isascii() and said.isdigit() and int(said[:10]) < len(self._lengths)):
            raise Broken("a cell names a text that is not there")
        return self._lengths[int(said)]


def _column_of(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
