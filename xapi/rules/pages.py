"""What is in a page of statements that another record store answered with? Pure.

A page is cut up without being understood: one statement that is none of the kind does not hide the others, and the text
of each is kept byte for byte. What is in them, `reading` and `statement` say, one at a time.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

# A string that never ends is one token up to the end: looked for again from each quotation mark in it, it would cost time².
TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
SPACE = b" \t\n\r"


class NoPage(ValueError):
    """What came is no page of statements."""


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Statements as they came, unchecked; `more` is where the next page is, '' at the end."""

    statements: Sequence[bytes]
    more: str


def cut(body: bytes) -> StatementPage:
    """Cut a StatementResult up (1.0.3 Data 2.5).

    Raises:
        NoPage: it is none, or ends in the middle.
    """
    if not body.lstrip(SPACE).startswith(b"{"):
        raise NoPage("is no JSON object")
    members = dict(_member(piece) for piece in _pieces(body, whole=True))
    statements = members.get("statements", b"")
    if not statements.startswith(b"["):
        raise NoPage("has no array `statements`")
    return StatementPage(_pieces(statements), _more(members.get("more", b'""')))


def _pieces(body: bytes, *, whole: bool = False) -> list[bytes]:
    """Return what stands between the commas of an array's or an object's own level; `whole`: nothing may follow it."""
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
        raise NoPage("is no JSON object")
    return _text(name.group()), piece[name.end() :].lstrip(SPACE)[1:].lstrip(SPACE)


def _more(value: bytes) -> str:
    return "" if value == b"null" else _text(value)


def _text(value: bytes) -> str:
    try:
        found = json.loads(value)
    except ValueError as error:
        raise NoPage("is not JSON") from error
    if not isinstance(found, str):
        raise NoPage("`more` is no text")
    return found
