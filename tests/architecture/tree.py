"""The files of the repository and their syntax trees, for the architecture tests."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("courses", "lms", "xapi")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git knows and that is there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def sources(*tops: str, suffixes: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    """Tracked files with one of the suffixes, under one of the folders (or being that file)."""
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in suffixes and any(name == top or name.startswith(f"{top}/") for top in tops):
            yield path


@cache
def text_of(path: Path) -> str:
    """Read a file, once for all tests."""
    return path.read_text(encoding="utf-8")


def parse(path: Path) -> ast.Module:
    """Read a Python file's syntax tree."""
    return ast.parse(text_of(path), filename=str(path))


def nodes(*tops: str, having: str) -> Iterator[tuple[Path, ast.AST]]:
    """Yield each node of the Python files in which a regular expression is found, with its file.

    Give what the nodes in question cannot be written without: to walk through every expression of a thousand files takes seconds.
    """
    for path in sources(*tops):
        if re.search(having, text_of(path)):
            yield from ((path, node) for node in ast.walk(parse(path)))


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield a tree's statements, however deep: a tenth of its nodes. Imports, functions and classes are among them."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            inside = getattr(node, block, ())
            waiting += inside if isinstance(inside, list) else ()


def imported(module: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that is imported by absolute name in `module`."""
    for node in statements(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def shown(path: Path, line: int = 0) -> str:
    """Write a place as people click it: lms/app.py:12."""
    name = path.relative_to(ROOT).as_posix()
    return f"{name}:{line}" if line else name
