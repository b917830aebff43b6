"""Plant a fault in a copy of a package, to see whether its tests notice."""

import importlib
import io
import sys
import tokenize
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LAYOUT = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@dataclass(frozen=True)
class Fault:
    """In `module`, the code `right` becomes `wrong`. `right` is found by its tokens, without layout and comments, and is there once."""

    name: str
    module: str
    right: str
    wrong: str

    def planted(self, source: str) -> str:
        """Return the module's source with the fault in it."""
        code, wanted = _tokens(source), [one.string for one in _tokens(self.right)]
        places = [at for at in range(len(code)) if [one.string for one in code[at : at + len(wanted)]] == wanted]
        assert len(places) == 1, f"{self.module} has this {len(places)} times, not once: {self.right}"
        lines = source.splitlines(keepends=True)
        begin, end = _offset(lines, code[places[0]].start), _offset(lines, code[places[0] + len(wanted) - 1].end)
        return source[:begin] + self.wrong.lstrip(" ") + source[end:]  # the first line's indentation is there already


def _tokens(code: str) -> list[tokenize.TokenInfo]:
    """Return the tokens that matter; a fragment may end in the middle of a bracket."""
    found: list[tokenize.TokenInfo] = []
    with suppress(tokenize.TokenError, IndentationError):
        for one in tokenize.generate_tokens(io.StringIO(code).readline):
            if one.type not in LAYOUT and one.string:
                found.append(one)
    return [one for number, one in enumerate(found) if not (one.string == "," and _closes(found[number + 1 : number + 2]))]


def _closes(following: list[tokenize.TokenInfo]) -> bool:
    return bool(following) and following[0].string in {")", "]", "}"}


def _offset(lines: list[str], place: tuple[int, int]) -> int:
    return sum(len(line) for line in lines[: place[0] - 1]) + place[1]


@contextmanager
def importable(folder: Path, name: str) -> Iterator[None]:
    """Let the package `name` in a folder be imported until the end of the block, and forget it then."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
            del sys.modules[module]
