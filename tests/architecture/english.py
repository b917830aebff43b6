"""Shapes of another language's grammar that must not come back, and the places that have one.

`python -m tests.architecture.english` prints these places.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import PACKAGES, shown, sources, tracked

CODE = (*PACKAGES, "templates", "tests", "docker", "Makefile", "hatch_build.py", "pyproject.toml")
SUFFIXES = (".py", ".js", ".css", ".html", ".sh", ".conf", ".yaml", ".toml", "")
NOT_OURS = (
    "courses/library/",
    "courses/samples/",
    "tests/data/",
    "tests/vendor/",
    "tests/cases/",
    "tests/architecture/english",
    "tests/architecture/test_english",
)
# Each is written so that a stranger would have to read the sentence twice; beside it the plain way to say it.
SHAPES = {
    "“is not a …”": r"(?<!there )(?<!here )\b(?:is|are|was|were|be) no (?!longer\b|more\b|less\b|such\b|one\b|matter\b)[a-z]",
    "“at least two”, “at most two”": r"\b(?:one|two|three|four|five|\d+(?: (?!and\b|or\b)\w+)?) at (?:least|most)\b(?! \w+ (?:of|per)\b)",
    "“lowercase letters”, “capitals”": r"\b(?:small|big) letters\b",
    "“in the meantime”, or nothing": r"\bmeanwhile\b",
    "“character by character”, “exactly”": r"\bsign for sign\b",
    "“a person without …”: no relative clause as a subject": (
        r"(?<=[.:;] )Who(?:ever)? [a-z][^.?!\n]*\.(?= |$)|(?<=[.] )What(?:ever)? [a-z][^.?!\n]*\.(?= |$)|^\W*Who(?:ever)? [a-z][^.?!\n]*\.$"
    ),
}
# The same for docstrings and comments only: on pages some of these are the right word.
PROSE_SHAPES = {
    "“again”": r"\banew\b",
    "“a person who …”, “a client that …”": r"\b[Ww]hoever\b",
    "“any …”, “in every case”": r"\b[Ww]hatever\b",
    "“permanently”, “without limit”": r"\bfor ever\b",
    "“process”": r"\bwork(?:s|ed|ing)? through\b",
    "“is about …”, “names …”": r"\bspeaks? of\b",
    "“is not one”": r"(?<!there )\b(?:is|are|was|were) none\b",
    "“delay”": r"\bh(?:eld|olds?|olding) up\b",
}
PROSE_PATTERNS = {plain: re.compile(shape) for plain, shape in PROSE_SHAPES.items()}
PATTERNS = {plain: re.compile(shape, re.IGNORECASE if "Who" not in shape else 0) for plain, shape in SHAPES.items()}
QUESTION = re.compile(r"(?:Who|Whose|Whom|What|Which|How|Where|When|Why|Whoever|Whatever|That which)\b[^?]*?(?:\.(?:\s|$)|\n\n|$)")


def documents() -> list[Path]:
    """Return the pages that people read: README, docs/, CHANGELOG, and the pages beside the code."""
    return [path for path in tracked() if path.suffix == ".md"]


def found_in(path: Path) -> list[str]:
    """Return where a file has one of the shapes, each with the plain way to say it."""
    text = path.read_text(encoding="utf-8")
    found = [
        f"{shown(path, number)}: write {plain}"
        for number, line in enumerate(text.splitlines(), 1)
        for plain, pattern in PATTERNS.items()
        if pattern.search(line)
    ]
    found += [
        f"{shown(path, number)}: write {plain}"
        for number, said in _prose(path, text)
        for plain, pattern in PROSE_PATTERNS.items()
        if pattern.search(said)
    ]
    return found + [f"{shown(path, line)}: a docstring is a statement or a question" for line in _half_questions(path, text)]


def _prose(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of docstrings and the comments of a module, with their numbers."""
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node):
            said = node.body[0]
            for number in range(said.lineno, (said.end_lineno or said.lineno) + 1):
                yield number, text.splitlines()[number - 1]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _half_questions(path: Path, text: str) -> Iterator[int]:
    """Yield the lines of docstrings that begin like a question but are not one."""
    if path.suffix != ".py":
        return
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            said = ast.get_docstring(node) or ""
            if QUESTION.match(said):
                yield getattr(node, "lineno", 1)


def offending() -> dict[str, list[str]]:
    """Return the files of the code that have one of the shapes."""
    found = {}
    for path in sources(*CODE, suffixes=SUFFIXES):
        name = shown(path)
        if not name.startswith(NOT_OURS) and (places := found_in(path)):
            found[name] = places
    return found


if __name__ == "__main__":
    for places in offending().values():
        sys.stdout.write("\n".join(places) + "\n")
