"""Check the blocks of a page of TH.Reading 1.1: what a form writes instead of HTML."""

from collections.abc import Callable, Mapping
from typing import Any

from courses.reader import CourseReader

MOST_BLOCKS, MOST_ITEMS, MOST_ROWS, MOST_CELLS = 100, 50, 50, 10
LONGEST_PARAGRAPH, LONGEST_LINE, LONGEST_CELL, LONGEST_TEX, LONGEST_MATHML = 10_000, 2000, 500, 1000, 50_000
FILM_KINDS = ("video/mp4", "video/webm")


def check_blocks(reader: CourseReader, value: Any, path: str, check_picture: Callable[[CourseReader, Any, str], None]) -> None:
    """Check the blocks of one page."""
    for number, one in enumerate(reader.array(value, path, MOST_BLOCKS)):
        place = f"{path}[{number}]"
        type_ = one.get("type") if isinstance(one, dict) else None
        if isinstance(one, dict) and type_ not in BLOCKS:
            reader.choice(type_, f"{place}.type", BLOCKS)
            continue
        required, optional, check = BLOCKS.get(str(type_), ((), (), _nothing))
        block = reader.object(one, place, ("type", *required), optional)
        if block is None:
            continue
        if type_ == "picture":
            check_picture(reader, block["picture"], f"{place}.picture")
            _caption(reader, block, place)
        else:
            check(reader, block, place)


def _nothing(_reader: CourseReader, _block: Mapping[str, Any], _path: str) -> None:
    """Check nothing: the block is not an object, which was said."""


def _line(reader: CourseReader, block: Mapping[str, Any], path: str) -> None:
    reader.filled(block["text"], f"{path}.text", LONGEST_LINE)


def _paragraph(reader: CourseReader, block: Mapping[str, Any], path: str) -> None:
    reader.filled(block["text"], f"{path}.text", LONGEST_PARAGRAPH)


def _list(reader: CourseReader, block: Mapping[str, Any], path: str) -> None:
    if "ordered" in block:
        reader.boolean(block["ordered"], f"{path}.ordered")
    for number, item in enumerate(reader.array(block["items"], f"{path}.items", MOST_ITEMS)):
        reader.filled(item, f"{path}.items[{number}]", LONGEST_LINE)


def _table(reader: CourseReader, block: Mapping[str, Any], path: str) -> None:
    if "header" in block:
        reader.boolean(block["header"], f"{path}.header")
    widths = set()
    for number, row in enumerate(reader.array(block["rows"], f"{path}.rows", MOST_ROWS)):
        cells = reader.array(row, f"{path}.rows[{number}]", MOST_CELLS)
        widths.add(len(cells))
        for place, cell in enumerate(cells):
            if cell != "":
                reader.filled(cell, f"{path}.rows[{number}][{place}]", LONGEST_CELL)
    if len(widths) > 1:
        reader.refuse("uneven-rows", f"{path}.rows")


def _formula(reader: CourseReader, block: Mapping[str, Any], path: str) -> None:
    reader.filled(block["tex"], f"{path}.tex", LONGEST_TEX)
    if "mathml" in block:
        reader.filled(block["mathml"], f"{path}.mathml", LONGEST_MATHML)


def _film(reader: CourseReader, block: Mapping[str, Any], path: str) -> None:
    film = reader.object(block["film"], f"{path}.film", ("path", "mime"), ())
    if film is not None:
        reader.entry(film["path"], f"{path}.film.path")
        reader.choice(film["mime"], f"{path}.film.mime", FILM_KINDS)
    _caption(reader, block, path)


def _caption(reader: CourseReader, block: Mapping[str, Any], path: str) -> None:
    if block.get("caption"):
        reader.filled(block["caption"], f"{path}.caption", LONGEST_CELL)


# type of a block → its required fields, its optional ones, and what checks them
BLOCKS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[CourseReader, Mapping[str, Any], str], None]]] = {
    "heading": (("text",), (), _line),
    "paragraph": (("text",), (), _paragraph),
    "quote": (("text",), (), _paragraph),
    "list": (("items",), ("ordered",), _list),
    "picture": (("picture",), ("caption",), _nothing),
    "table": (("rows",), ("header",), _table),
    "formula": (("tex",), ("mathml",), _formula),
    "film": (("film",), ("caption",), _film),
}
