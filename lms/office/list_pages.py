"""One page of a long table in a preview: the form that carries the list also says which page of which table is shown."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

AT_ONCE = 25  # rows of a table on one page
NUMBER = re.compile(r"[0-9]{1,3}")


def part(name: str, items: Sequence[object]) -> Mapping[str, Any]:
    """Return one page of a long table: its items, its number from 1, and how many pages there are."""
    said = request.form.get(f"page_{name}", "")
    pages = max(1, -(-len(items) // AT_ONCE))
    number = min(int(said), pages) if NUMBER.fullmatch(said) and int(said) else 1
    return {"items": items[(number - 1) * AT_ONCE : number * AT_ONCE], "number": number, "pages": pages, "all": len(items)}
