"""Look at PDF documents as a person, a scanner and a checker of accessibility do."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pypdf
import pypdfium2  # type: ignore[import-untyped]
import zxingcpp
from pypdf.generic import DictionaryObject

DRAWN = 150 / 72  # dots per inch, as an office printer draws at least
INK = 200  # darker than this is ink
STANDARDS = r'pdfaid:part(="|>)2.*pdfaid:conformance(="|>)A.*pdfuaid:part(="|>)1'


def scanned(content: bytes) -> list[str]:
    """Return what the QR codes on the pages say, read from the drawn pages."""
    return [one.text for page in pypdfium2.PdfDocument(content) for one in zxingcpp.read_barcodes(page.render(scale=DRAWN).to_pil())]


def filled(content: bytes) -> list[float]:
    """Return for each page down to which share of its height it has ink, without its footer."""
    found = []
    for page in pypdfium2.PdfDocument(content):
        grey = page.render(scale=1).to_pil().convert("L")
        body = grey.crop((0, 0, grey.width, int(grey.height * 0.92)))
        box = body.point(lambda value: 255 if value < INK else 0).getbbox()
        found.append(0.0 if box is None else box[3] / grey.height)
    return found


def faults(content: bytes) -> list[str]:
    """Return where a document falls short of PDF/A-2a and PDF/UA-1, as far as its structure shows it."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    root: Any = reader.trailer["/Root"]
    said = root["/Metadata"].get_object().get_data().decode() if "/Metadata" in root else ""
    needed = {
        "no PDF/A-2a and PDF/UA-1 in its metadata": re.search(STANDARDS, said, re.DOTALL),
        "not tagged": root.get("/MarkInfo", {}).get("/Marked") and "/StructTreeRoot" in root,
        "no language": root.get("/Lang"),
        "no title, or it is not shown": reader.metadata
        and reader.metadata.title
        and root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"),
        "no identifier": reader.trailer.get("/ID"),
        "no colour profile": root.get("/OutputIntents"),
        "encrypted": not reader.is_encrypted,
        "another version than PDF 1.7": (reader.pdf_header, str(root.get("/Version", "/1.7"))) == ("%PDF-1.7", "/1.7"),
    }
    objects = [
        one for number in range(1, int(str(reader.trailer["/Size"]))) if isinstance(one := reader.get_object(number), DictionaryObject)
    ]
    return [*(fault for fault, met in needed.items() if not met), *_fonts(objects), *_tags(root), *_actions(objects), *_pages(reader)]


def _fonts(objects: list[DictionaryObject]) -> Iterator[str]:
    for one in objects:
        if one.get("/Type") == "/FontDescriptor" and not {"/FontFile", "/FontFile2", "/FontFile3"} & one.keys():
            yield f"not embedded: {one.get('/FontName')}"
        if one.get("/Type") == "/Font" and one.get("/Subtype") in {"/Type0", "/TrueType", "/Type1"} and "/ToUnicode" not in one:
            yield f"cannot be read aloud: {one.get('/BaseFont')}"


def _tags(root: Any) -> Iterator[str]:
    if "/StructTreeRoot" not in root:
        return
    tags = [(str(one.get("/S")), one) for one in _below(root["/StructTreeRoot"])]
    names = [name for name, _one in tags]
    if names.count("/H1") != 1:
        yield f"{names.count('/H1')} headings of the first level"
    levels = [int(name[2:]) for name in names if re.fullmatch("/H[1-6]", name)]
    if any(after - before > 1 for before, after in zip(levels, levels[1:], strict=False)):
        yield f"a level of headings is left out: {levels}"
    yield from ("a picture without words" for name, one in tags if name == "/Figure" and not one.get("/Alt"))
    if "/Table" in names and "/TR" not in names:
        yield "a table without rows"


def _below(tag: Any) -> Iterator[Any]:
    """Return the tags below a tag, in the order in which they are read aloud."""
    kids = tag.get("/K", [])
    for kid in kids.get_object() if isinstance(kids.get_object() if hasattr(kids, "get_object") else kids, list) else [kids]:
        found = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(found, DictionaryObject) and "/S" in found:
            yield found
            yield from _below(found)


def _actions(objects: list[DictionaryObject]) -> Iterator[str]:
    yield from (f"it acts: {one['/S']}" for one in objects if one.get("/S") in {"/JavaScript", "/Launch", "/SubmitForm"})


def _pages(reader: pypdf.PdfReader) -> Iterator[str]:
    for number, page in enumerate(reader.pages, start=1):
        if page.get("/Tabs") not in {"/S", None} or "/StructParents" not in page:
            yield f"page {number} is outside the tags"
