"""Typeset a document as PDF with typst and our own fonts: the same on every machine."""

import json
import threading
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import manimgx_fonts
import pylopdf_fonts_ko
import pylopdf_fonts_zh_cn
import pylopdf_fonts_zh_tw
import typst

ROOT = Path(__file__).parent.parent  # typst reads templates below it
STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
ONE_GLYPH = b'#set document(title: "-")\n#set text(font: "Noto Sans SC")\n#sys.inputs.glyph'
FONT_FOLDERS = [
    *(str(Path(str(one.__file__)).parent) for one in (pylopdf_fonts_zh_cn, pylopdf_fonts_zh_tw, pylopdf_fonts_ko, manimgx_fonts)),
    str(Path(__file__).parent / "fonts"),  # hatch_build.py
]
SCRIPTS = (
    *("Noto Sans", "Noto Sans Arabic", "Noto Serif Tibetan", "Noto Sans Mongolian", "Noto Sans Yi"),
    *("Noto Sans Tai Le", "Noto Sans New Tai Lue", "Noto Sans Tai Tham", "Noto Sans Lisu", "Noto Sans Miao"),
)
FONTS = {  # the first font that has a character prints it
    "sans": ["Noto Sans SC", "Noto Sans TC", *SCRIPTS, "Noto Sans KR"],
    "serif": ["Noto Serif SC", "Noto Serif TC", "Noto Sans SC", *SCRIPTS, "Noto Serif KR"],
}
PdfSource = TypeVar("PdfSource", Path, bytes)
_further: list[str] = []  # folders of the operator's own fonts
_printed: set[str] = set()  # characters that are known to be in a font
_own = threading.local()  # a compiler belongs to one thread; it keeps the fonts and the parsed template


def use_fonts(folder: Path | None) -> None:
    """Let fonts of a folder print the characters that none of ours has; None: ours alone. Documents then differ with these fonts."""
    if _further != (wanted := [str(folder)] if folder else []):
        _further[:] = wanted
        _printed.clear()
        _is_missing.cache_clear()


def write_pdf(template: Path, content: dict[str, Any], issued_at: datetime) -> bytes:
    """Return a PDF (PDF/A-2a and PDF/UA-1: archivable, tagged, with a title and a language) of texts that a typst template arranges.

    A character that our fonts lack is printed as its code. The same texts and time give the same bytes.
    """
    content = {**content, "fonts": FONTS}
    words, issued = json.dumps(content, ensure_ascii=False), int(issued_at.timestamp())
    try:
        return _compile(template, {"data": words}, timestamp=issued)
    except typst.TypstError:  # PDF/UA refuses a missing glyph, and one rare name would otherwise stop a whole class's export
        spelt = json.dumps(_spelt(content), ensure_ascii=False)
        if spelt == words:
            raise
        return _compile(template, {"data": spelt}, timestamp=issued)


def logo_values(png: bytes | None) -> list[int]:
    """Return a picture as the data of a template: its bytes as numbers, because typst reads no base64; none without a picture."""
    return list(png or b"")


def _spelt(content: Any) -> Any:
    """Return the content with codes in place of the glyphs that no font has.

    A text that is written from right to left has codes only or letters only: a mixture would be in the wrong order.
    """
    if isinstance(content, dict):
        return {name: _spelt(one) for name, one in content.items()}
    if isinstance(content, list):
        return [_spelt(one) for one in content]
    if not isinstance(content, str):
        return content
    missing = set(missing_in([content]))
    if any(map(_is_from_the_right, missing)):
        missing |= set(filter(_is_from_the_right, content))
    return "".join(f"[U+{ord(glyph):04X}]" if glyph in missing else glyph for glyph in content)


def missing_in(texts: Iterable[str]) -> list[str]:
    """Return the characters that no font has, in the order in which they come."""
    asked = [glyph for glyph in dict.fromkeys("".join(texts)) if not glyph.isascii()]
    new = [glyph for glyph in asked if glyph not in _printed]
    if new and _is_printed("\n".join(new)):  # one attempt for all of them, because almost always none is missing
        _printed.update(new)
    return [glyph for glyph in asked if glyph not in _printed and _is_missing(glyph)]


def _is_from_the_right(glyph: str) -> bool:
    return unicodedata.bidirectional(glyph) in {"R", "AL"}


@cache
def _is_missing(glyph: str) -> bool:
    return not _is_printed(glyph)


def _is_printed(glyphs: str) -> bool:
    try:
        return bool(_compile(ONE_GLYPH, {"glyph": glyphs}))
    except typst.TypstError:
        return False


def _compile(source: PdfSource, inputs: dict[str, str], timestamp: int = 0) -> bytes:
    made = _compiler().compile(source, format="pdf", sys_inputs=inputs, timestamp=timestamp, pdf_standards=[*STANDARDS])
    if not isinstance(made, bytes):
        raise TypeError("one source makes one PDF")
    return made


def _compiler() -> typst.Compiler:
    folders = [*FONT_FOLDERS, *_further]
    if getattr(_own, "folders", None) != folders:
        _own.compiler = typst.Compiler(root=str(ROOT), font_paths=[*folders], ignore_system_fonts=True)
        _own.folders = folders
    found: typst.Compiler = _own.compiler
    return found
