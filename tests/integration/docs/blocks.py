"""The shell commands in README and docs/, and the reasons why some of them are not run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture.tree import ROOT

NAMES = ("README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
FENCE = re.compile(r"^(?:<!-- not run: (?P<reason>.+?) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page: the line on which it begins, its language, its text; `reason` says why it is not run."""

    line: int
    language: str
    text: str
    reason: str | None


def blocks(name: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page of the repository, in order."""
    page = (ROOT / name).read_text(encoding="utf-8")
    for found in FENCE.finditer(page):
        yield Block(page.count("\n", 0, found.start()) + 1, found["language"], found["text"], found["reason"])


def script(name: str) -> str:
    """Return the commands of a page that are run, in order, as one shell script that reports its position."""
    parts = []
    for block in blocks(name):
        if block.language == "sh" and block.reason is None:
            parts.append(f"echo '== {name}:{block.line}' >&2\n{block.text}")
    return "".join(parts)
