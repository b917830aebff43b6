"""Read a page of statements from another record store's response. Pure.

The page is split without interpreting the statements: one malformed statement does not hide the others, and each keeps its
exact text. `statement_json` and `statement` then read and check them one at a time.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

# A string without an end is one token up to the end of the page: searching for its end again from each quotation mark would take quadratic
# time.
TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
SPACE = b" \t\n\r"


class NoPage(ValueError):
    """The response is not a page of statements."""


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Statements as received, unchecked; `more` is the address of the next page, '' at the end."""

    statements: Sequence[bytes]
    more: str


def cut(body: bytes) -> StatementPage:
    """Split a StatementResult into its statements (1.0.3 Data 2.5).

    Raises:
        NoPage: it is not a StatementResult, or it is truncated.
    """
    if not body.lstrip(SPACE).startswith(b"{"):
        raise NoPage("is not a JSON object")
    members = dict(_member(piece) for piece in _pieces(body, whole=True))
    statements = members.get("statements", b"")
    if not statements.startswith(b"["):
        raise NoPage("has no array `statements`")
    return StatementPage(_pieces(statements), _more(members.get("more", b'""')))


def _pieces(body: bytes, *, whole: bool = False) -> list[bytes]:
    """Return the texts between the commas at the top level of an array or object; `whole`: nothing may follow it."""
    depth, begin = 0, 0
    pieces: list[bytes] = []
    for token in TOKEN.finditer(body):
        sign = token.group()
        if sign in (b"[", b"{"):
            depth += 1
            begin = token.end() if depth == 1 else begin
        elif sign in (b"]", b"}"):
            depth -= 1
        if depth == 0 or (depth == 1 and sign == b","):
            pieces.append(body[begin : token.start()].strip(SPACE))
            begin = token.end()
        if depth == 0:
            if whole and body[begin:].strip(SPACE):
                raise NoPage("goes on after its end")
            return [] if pieces == [b""] else pieces
    raise NoPage("ends in the middle")


def _member(piece: bytes) -> tuple[str, bytes]:
    name = TOKEN.match(piece)
    if name is None or not piece[name.end() :].lstrip(SPACE).startswith(b":"):
        raise NoPage("is not a JSON object")
    return _text(name.group()), piece[name.end() :].lstrip(SPACE)[1:].lstrip(SPACE)


def _more(value: bytes) -> str:
    return "" if value == b"null" else _text(value)


def _text(value: bytes) -> str:
    try:
        found = json.loads(value)
    except ValueError as error:
        raise NoPage("is not JSON") from error
    if not isinstance(found, str):
        raise NoPage("`more` is not a text")
    return found
