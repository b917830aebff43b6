"""Which cells are on the first sheet of this Excel workbook? Reads what a list of people needs, of a file that nobody trusts.

Values only: no formula is calculated, no link is followed, no entity is expanded, and no more is unpacked than a list of people
can hold. Cells beyond the last column of interest are told by their column, not stored: a sheet may claim to have 16,384 of them.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.parsers import expat

MOST_UNPACKED = 40_000_000  # bytes, of each part that is read
FIRST_SHEET = "xl/worksheets/sheet1.xml"
MOST_COLUMNS = 60  # beyond what a list may have, so that a longer row still shows
REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"


class Broken(Exception):
    """This is no workbook that can be read."""


def rows(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield each row's number on the sheet and its cells as text.

    Raises:
        Broken: the file is damaged, too large, or no workbook.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            sheet = _part(archive, _first_sheet(archive, names))
            shared = _texts(_part(archive, "xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else []
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Broken(type(error).__name__) from error
    yield from _Sheet(shared).read(sheet)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        unpacked = part.read(MOST_UNPACKED + 1)
    if len(unpacked) > MOST_UNPACKED:
        raise Broken("it unpacks to far more than a list of people")
    return unpacked


def _first_sheet(archive: zipfile.ZipFile, names: set[str]) -> str:
    """Return where the first sheet lies: the workbook names it by an id, and a list of relations says where that is."""
    found: dict[str, list[dict[str, str]]] = {"sheet": [], "Relationship": []}

    def note(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(" ")[2] in found:
            found[tag.rpartition(" ")[2]].append(attributes)

    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if name in names:
            _parse(_part(archive, name), note)
    where = {one.get("Id"): one.get("Target", "") for one in found["Relationship"]}
    target = where.get(found["sheet"][0].get(RELATIONSHIP)) if found["sheet"] else None
    if target is None:
        return FIRST_SHEET
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _parse(xml: bytes, start: Any, end: Any = None, text: Any = None) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Broken(str(error)) from None


def _refuse_doctype(*_declared: object) -> None:
    raise Broken("it declares a document type")


def _texts(xml: bytes) -> list[str]:
    """Return the shared strings; what is only there to say how a word sounds is left out."""
    texts: list[str] = []
    inside: list[str] = []

    def start(tag: str, _attributes: object) -> None:
        inside.append(tag.rpartition(" ")[2])
        if inside[-1] == "si":
            texts.append("")

    def text(data: str) -> None:
        if inside[-1:] == ["t"] and "rPh" not in inside and texts:
            texts[-1] += data

    _parse(xml, start, lambda _tag: inside.pop(), text)
    return texts


class _Sheet:
    """Reads one sheet, cell by cell."""

    def __init__(self, shared: Sequence[str]) -> None:
        self._shared = shared
        self._rows: list[tuple[int, list[str]]] = []
        self._inside: list[str] = []
        self._kind, self._column, self._value = "", 0, ""

    def read(self, xml: bytes) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield the rows."""
        _parse(xml, self._start, self._end, self._text)
        yield from self._rows

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        self._inside.append(name)
        if name == "row":
            last = self._rows[-1][0] if self._rows else 0
            said = attributes.get("r", "")
            self._rows.append((int(said) if said.isascii() and said.isdigit() and len(said) < len("10000000") else last + 1, []))
        elif name == "c":
            self._kind, self._value = attributes.get("t", "n"), ""
            self._column = self._place(attributes.get("r"))

    def _place(self, reference: str | None) -> int:
        said = REFERENCE.fullmatch(reference or "")
        if said is None:
            return len(self._rows[-1][1]) if self._rows else 0
        column = 0
        for letter in said[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        return column - 1

    def _text(self, data: str) -> None:
        if self._inside[-1:] in (["v"], ["t"]) and "c" in self._inside and "rPh" not in self._inside:
            self._value += data

    def _end(self, tag: str) -> None:
        self._inside.pop()
        if tag.rpartition(" ")[2] != "c" or not self._rows or not self._value:
            return
        cells = self._rows[-1][1]
        column = min(self._column, MOST_COLUMNS - 1)
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = self._said()

    def _said(self) -> str:
        if self._kind == "s":
            index = int(self._value) if self._value.isascii() and self._value.isdigit() else -1
            return self._shared[index] if 0 <= index < len(self._shared) else ""
        return _written(self._value) if self._kind == "n" else self._value


def _written(number: str) -> str:
    """Write a number as somebody typed it: telephone and staff numbers are kept as 1.38E+10 or 1001.0."""
    try:
        exact = Decimal(number)
    except InvalidOperation:
        return number
    return f"{exact:.0f}" if exact.is_finite() and abs(exact) < Decimal(10) ** 20 and exact == exact.to_integral_value() else number
