"""Shapes of another language's grammar that must not come back, and the places that have one.

`python -m tests.architecture.english` prints these places.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.architecture.tree import PACKAGES, shown, sources, statements, tracked

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
    "“merged”, “put together”": r"\bjoined up\b",
    "“checked against”": r"\bheld against\b",
    "“is about …”, “names …”": r"\bspeaks? of\b",
    "“the connection is lost”": r"\b[Ll]ine (?:is|was) (?:lost|back)\b",
    "“permanently”": r"\bfor good\b",
    "“not even …”, “nor …”": r", in [a-z ]+ neither(?=[.,;])",
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
    "“the rest is …”, “other fields are …”: no relative clause as a subject": (
        r"(?:[;:] |\b(?:so|and|but|because) )what (?:is|are|was|were) [a-z ]*?\b(?:is|are|was|were|stays?|goes|has|comes|counts)\b"
    ),
    "“process”": r"\bwork(?:s|ed|ing)? through\b",
    "“is not one”": r"(?<!there )\b(?:is|are|was|were) none\b",
    "“administrators”": r"\broot office\b",
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
    lines = text.splitlines()
    found = [f"{shown(path, number)}: write {plain}" for number, plain in _matching(PATTERNS, text, enumerate(lines, 1))]
    if path.suffix != ".py":
        return found
    tree = ast.parse(text)
    found += [f"{shown(path, number)}: write {plain}" for number, plain in _matching(PROSE_PATTERNS, text, _prose(tree, lines))]
    return found + [f"{shown(path, line)}: a docstring is a statement or a question" for line in _half_questions(tree)]


def _matching(patterns: Mapping[str, re.Pattern[str]], text: str, lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield (number, plain way) for the lines with a shape. Most files have none, which one search of the whole text shows."""
    likely = {plain: one for plain, one in patterns.items() if re.search(one.pattern, text, one.flags | re.MULTILINE)}
    if likely:
        yield from ((number, plain) for number, line in lines for plain, pattern in likely.items() if pattern.search(line))


def _documented(tree: ast.Module) -> Iterator[tuple[ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, str]]:
    """Yield what has a docstring, with it."""
    for node in statements(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (said := ast.get_docstring(node)):
            yield node, said


def _prose(tree: ast.Module, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines of docstrings and the comments of a module, with their numbers."""
    for node, _said in _documented(tree):
        first = node.body[0]
        for number in range(first.lineno, (first.end_lineno or first.lineno) + 1):
            yield number, lines[number - 1]
    for token in tokenize.generate_tokens(io.StringIO("\n".join([*lines, ""])).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _half_questions(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of docstrings that begin like a question but are not one."""
    return (getattr(node, "lineno", 1) for node, said in _documented(tree) if QUESTION.match(said))


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
