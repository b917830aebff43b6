"""The files of the repository and their syntax trees, for the architecture tests."""

import ast
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


def parse(path: Path) -> ast.Module:
    """Read a Python file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(module: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that is imported by absolute name in `module`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def shown(path: Path, line: int = 0) -> str:
    """Write a place as people click it: lms/app.py:12."""
    name = path.relative_to(ROOT).as_posix()
    return f"{name}:{line}" if line else name
