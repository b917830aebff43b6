"""Format a statement's JSON for reading. Pure. Every name, number and escape stays as it was stored.

The text is formatted, not a parsed value, so numbers longer than a double and escapes of half surrogate pairs
stay unchanged.
"""

import re
from collections.abc import Iterator

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[{}\[\],:]|[^\s{}\[\],:"]+')
EMPTY = {"{": "}", "[": "]"}
STEP = "  "


def pretty(text: str) -> str:
    """Format valid JSON: one property or element a line, two spaces a level."""
    return "".join(_pieces(TOKEN.findall(text)))


def _pieces(tokens: list[str]) -> Iterator[str]:
    depth = 0
    for before, token, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        if token in EMPTY:
            depth += 1
            yield token if EMPTY[token] == after else f"{token}\n{STEP * depth}"
        elif token in ("}", "]"):
            depth -= 1
            yield token if EMPTY.get(before) == token else f"\n{STEP * depth}{token}"
        else:
            yield {",": f",\n{STEP * depth}", ":": ": "}.get(token, token)
