"""Unpack the parts of an Excel file that a list of people needs, if they are safe.

An XLSX file is a package (ECMA-376-2): a ZIP archive whose relation parts name the other parts. Part names are compared without
case. Only the parts that a list needs are unpacked, each within a limit, and packed again: the reader of the result sees only the bytes
that were checked, and nothing else that the archive contains or claims.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

MOST_UNPACKED = 40_000_000  # bytes, of each part
MOST_PARTS = 2_000
MOST_ELEMENTS = 1_000_000  # in one part: 5,000 rows of 50 cells have 750,000
MOST_SHEETS = 3  # visible sheets in which the list is searched
RELATION_ID = " id"  # r:id, in the namespace of the transitional or of the strict format
WORKBOOK = "xl/workbook.xml"
TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Handler = Callable[..., None]


class Broken(Exception):
    """This is not a readable workbook."""


@dataclass(frozen=True, slots=True)
class SheetParts:
    """The parts of one sheet; empty if the package lacks one."""

    sheet: bytes
    texts: bytes
    styles: bytes


def parse(xml: bytes, start: Handler, end: Handler | None = None, text: Handler | None = None) -> None:
    """Parse a part as UTF-8 and call the handlers with local names.

    A document type or another encoding is refused, because another reader could see other elements in the same bytes.

    Raises:
        Broken: it is not well-formed, declares a document type, or has too many elements.
    """
    if b"\x00" in xml:
        raise Broken("a part is not in UTF-8")
    parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
    parser.buffer_text = True
    count = 0

    def started(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS:
            raise Broken("a part has far more elements than a list of people")
        start(tag.rpartition(" ")[2], attributes)

    parser.StartElementHandler = started
    if end is not None:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Broken(str(error)) from None


def _refuse_doctype(*_declared: object) -> None:
    raise Broken("a part declares a document type")


def visible_sheets(content: bytes) -> Iterator[SheetParts]:
    """Yield the parts of the first visible worksheets in the workbook's order; if none is visible, of the first worksheet.

    Raises:
        Broken: the file is damaged, too large, or not a workbook.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from _visible(_WorkbookArchive(archive))
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Broken(type(error).__name__) from error


class _WorkbookArchive:
    """An opened package: its parts by case-folded name, and the relations between them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        found = archive.infolist()
        self._archive = archive
        self._parts = {one.filename.casefold(): one for one in found}
        if len(found) > MOST_PARTS or len(self._parts) < len(found):
            raise Broken("it has too many parts, or two parts with the same name")

    def part(self, name: str) -> bytes:
        """Return a part's bytes; empty if there is no such part."""
        info = self._parts.get(name.casefold())
        if info is None:
            return b""
        with self._archive.open(info) as packed:
            unpacked = packed.read(MOST_UNPACKED + 1)
        if len(unpacked) > MOST_UNPACKED:
            raise Broken("it unpacks to far more than a list of people")
        return unpacked

    def relations_of(self, name: str) -> Mapping[str, tuple[str, str]]:
        """Return a part's relations: by id, the kind (worksheet, styles …) and the target part's name."""
        folder, base = posixpath.split(name)
        found: dict[str, tuple[str, str]] = {}

        def note(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.join("/", folder, unquote(attributes.get("Target", "")))
                found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], posixpath.normpath(target).lstrip("/"))

        relations = self.part(posixpath.join(folder, "_rels", f"{base}.rels"))
        if relations:
            parse(relations, note)
        return found


def _visible(package: _WorkbookArchive) -> Iterator[SheetParts]:
    workbook = next((name for kind, name in package.relations_of("").values() if kind == "officeDocument"), WORKBOOK)
    relations = package.relations_of(workbook)
    kinds = {kind: name for kind, name in relations.values()}
    texts = package.part(kinds.get("sharedStrings", "xl/sharedStrings.xml"))
    styles = package.part(kinds.get("styles", "xl/styles.xml"))
    sheets = [name for name in _worksheets(package.part(workbook), relations) if name]
    if not sheets:
        raise Broken("it has no worksheet")
    for name in sheets[:MOST_SHEETS]:
        sheet = package.part(name)
        if not sheet:
            raise Broken("a worksheet is missing")
        yield SheetParts(sheet, texts, styles)


def _worksheets(workbook: bytes, relations: Mapping[str, tuple[str, str]]) -> Sequence[str]:
    """Return the visible worksheets' part names (ECMA-376-1 18.2.19: `state`), or all worksheets' if every one is hidden."""
    found: list[tuple[str, str]] = []

    def note(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            own: Any = next((value for key, value in attributes.items() if key.endswith(RELATION_ID)), "")
            kind, name = relations.get(own, ("", ""))
            if kind == "worksheet":
                found.append((attributes.get("state", "visible"), name))

    if not workbook:
        raise Broken("it has no workbook part")
    parse(workbook, note)
    return [name for state, name in found if state == "visible"] or [name for _state, name in found]


def packed(parts: SheetParts) -> bytes:
    """Return a workbook that has one sheet with these parts and nothing else."""
    relation = f'<Relationship Id="%s" Type="{RELATIONS}/%s" Target="%s"/>'
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">%s</Relationships>'
    named = {"worksheet": parts.sheet, "sharedStrings": parts.texts, "styles": parts.styles}
    used = {kind: (f"{kind}.xml", xml) for kind, xml in named.items() if xml}  # calamine looks for texts and styles under these names
    sheet = '<sheets><sheet name="list" sheetId="1" r:id="worksheet"/></sheets>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        archive.writestr("_rels/.rels", relations % (relation % ("workbook", "officeDocument", WORKBOOK)))
        archive.writestr(WORKBOOK, f'<workbook xmlns="{TRANSITIONAL}" xmlns:r="{RELATIONS}">{sheet}</workbook>')
        archive.writestr(
            "xl/_rels/workbook.xml.rels", relations % "".join(relation % (kind, kind, name) for kind, (name, _xml) in used.items())
        )
        for name, xml in used.values():
            archive.writestr(f"xl/{name}", xml)
    return file.getvalue()
