"""Does every regular expression take linear time? Each is tried with texts that are built to slow it down."""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from itertools import product
from re import _constants as sre  # type: ignore[attr-defined] # the parser that re itself uses
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import courses
import lms
import xapi
from tests.architecture import javascript
from tests.architecture.tree import PACKAGES, parse, sources

LITTLE, MUCH = 2_000, 8_000  # characters; a quadratic pattern takes 16 times as long for the second
QUICK_S = 0.02  # a linear pattern needs a millisecond or two for MUCH, a quadratic one a tenth of a second or more
LETTERS = 4  # this number of a pattern's characters are combined with each other
SEARCHES = {"search", "sub", "subn", "findall", "finditer", "split"}
SAMPLES = "a0 \"'\\-.,@/Z\u0301"
REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}


def compiled() -> Iterator[tuple[str, "re.Pattern[Any]"]]:
    """Every pattern that a module has as a constant, by its name there."""
    for package in (lms, xapi, courses):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if ".migrations." in found.name or found.name.endswith(".wsgi"):
                continue
            module = importlib.import_module(found.name)
            yield from ((name, one) for name, one in vars(module).items() if isinstance(one, re.Pattern))


def everything() -> dict["re.Pattern[Any]", bool]:
    """Every pattern of all packages, and whether it is searched for in a text or matched against the whole text.

    A pattern that is assigned to a name which is searched for counts as searched for, too.
    """
    searched: set[str] = set()
    assigned: list[tuple[set[str], set[str]]] = []
    written: dict[re.Pattern[Any], bool] = {}
    for file in sources(*PACKAGES):
        for node in ast.walk(parse(file)):
            if isinstance(node, ast.Assign):
                assigned.append(({name for target in node.targets for name in _names(target)}, set(_names(node.value))))
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            method, of = node.func.attr, node.func.value
            if isinstance(of, ast.Name) and of.id == "re" and node.args:
                texts = [one.value for one in _constants(node.args[0]) if isinstance(one.value, str | bytes)]
                written |= {re.compile(text): method in SEARCHES for text in texts}
            elif method in SEARCHES:
                searched.add(of.attr if isinstance(of, ast.Attribute) else getattr(of, "id", ""))
    searched |= {name for targets, values in assigned if targets & searched for name in values}
    return written | {one: name in searched for name, one in compiled()}


def _names(code: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(code) if isinstance(node, ast.Name))


def _constants(written: ast.expr) -> Iterator[ast.Constant]:
    """A pattern that is a literal, or several alternatives; a pattern built from parts is left out."""
    if isinstance(written, ast.Constant):
        yield written
    elif isinstance(written, ast.IfExp):
        yield from (*_constants(written.body), *_constants(written.orelse))


def letters(parsed: Any) -> Iterator[str]:
    """Characters that a pattern names, and one of each kind that it does not name."""
    for operator, value in parsed:
        if operator in (sre.LITERAL, sre.NOT_LITERAL):
            yield chr(value)
        elif operator is sre.RANGE:
            yield chr(value[0])
        for part in value if isinstance(value, tuple | list) else [value]:
            if isinstance(part, _parser.SubPattern):
                yield from letters(part)
            elif isinstance(part, list):
                for inner in part:
                    yield from letters(inner if isinstance(inner, _parser.SubPattern) else [inner])


def example(parsed: Any) -> str:
    """A short text of a pattern's parts, each once."""
    return "".join(_one(operator, value) for operator, value in parsed)


def _one(operator: Any, value: Any) -> str:
    if operator is sre.LITERAL:
        return chr(value)
    if operator in (sre.IN, sre.ANY, sre.NOT_LITERAL):
        one = re.compile(_class(operator, value), re.DOTALL)
        return next((character for character in SAMPLES + "[]{}:_PTS!" if one.fullmatch(character)), "a")
    if operator in REPEATS:
        return example(value[2]) * max(1, value[0])
    if operator is sre.SUBPATTERN:
        return example(value[3])
    if operator is sre.BRANCH:
        return example(value[1][0])
    return ""


def _class(operator: Any, value: Any) -> str:
    if operator is sre.ANY:
        return "."
    if operator is sre.NOT_LITERAL:
        return f"[^{re.escape(chr(value))}]"
    named = {sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_WORD: r"\w"}
    inside = ""
    for kind, what in value:
        if kind is sre.NEGATE:
            inside += "^"
        elif kind is sre.LITERAL:
            inside += re.escape(chr(what))
        elif kind is sre.RANGE:
            inside += f"{re.escape(chr(what[0]))}-{re.escape(chr(what[1]))}"
        else:
            inside += named.get(what, r"\S")
    return f"[{inside}]"


def pumped(parsed: Any, size: int, before: str = "") -> Iterator[str]:
    """For every repeated part: the text that leads to it, the part many times, and then a text that does not match."""
    for operator, value in parsed:
        if operator in REPEATS:
            body = example(value[2]) or "a"
            if value[1] is sre.MAXREPEAT:
                many = body * (size // len(body))
                yield from (before + many + end for end in ("", "\0", "!", "\n"))
                yield (before + body) * (size // len(before + body))
            yield from pumped(value[2], size, before)
        elif operator is sre.SUBPATTERN:
            yield from pumped(value[3], size, before)
        elif operator is sre.BRANCH:
            for branch in value[1]:
                yield from pumped(branch, size, before)
        before += _one(operator, value)


def hostile(pattern: "re.Pattern[Any]", size: int) -> Iterator[str]:
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    parsed = _parser.parse(text)
    yield from pumped(parsed, size)
    few = [*dict.fromkeys([*letters(parsed), *SAMPLES])]
    for pair in product(few[:LETTERS] + [one for one in "a0" if one not in few[:LETTERS]], repeat=2):
        yield "".join(pair) * (size // 2) + "\0"


def seconds(pattern: "re.Pattern[Any]", text: str, *, searched: bool) -> float:
    given: Any = text if isinstance(pattern.pattern, str) else text.encode("utf-8")
    begun = time.thread_time()
    pattern.fullmatch(given)
    pattern.match(given)
    if searched:
        for _found in pattern.finditer(given):
            pass
    return time.thread_time() - begun


def is_slow(pattern: "re.Pattern[Any]", little: str, much: str, *, searched: bool) -> bool:
    first = seconds(pattern, much, searched=searched)
    if first < QUICK_S:
        return False
    fastest = min(seconds(pattern, little, searched=searched) for _ in range(3))
    return min(first, seconds(pattern, much, searched=searched)) > max(QUICK_S, 8 * fastest)


def slow_on(pattern: "re.Pattern[Any]", *, searched: bool) -> str | None:
    for little, much in zip(hostile(pattern, LITTLE), hostile(pattern, MUCH), strict=True):
        if is_slow(pattern, little, much, searched=searched):
            return much[:40]
    return None


def test_no_pattern_takes_a_time_that_grows_with_the_square_of_the_text() -> None:
    found = everything()
    assert len(found) > 30
    slow = {pattern.pattern: text for pattern, searched in found.items() if (text := slow_on(pattern, searched=searched))}
    assert not slow


def test_no_pattern_in_our_javascript_does_either() -> None:
    scripts = javascript.texts()
    found = {pattern: path for path, text in scripts.items() for pattern in javascript.patterns(text)}
    assert len(scripts) > 10
    assert len(found) > 2
    assert not {path: text for pattern, path in found.items() if (text := slow_on(pattern, searched=True))}
    assert not [path for path, text in scripts.items() if javascript.BUILT.search(text)], "nobody has tried a pattern that is built"


def test_patterns_in_a_script_are_told_from_divisions_texts_and_comments() -> None:
    script = r"""a = b / c / d; // /no/
      x = /[/"']+\//gi.test("/no/") ? `/no/` : s.replace(/(?<n>a)$/m, 'x'); /* /no/ */ y = f(1) / 2 / 3; if (/^z/.test(q)) return /w/;"""
    assert [one.pattern for one in javascript.patterns(script)] == [r"""[/"']+\/""", "(?P<n>a)$", "^z", "w"]


@pytest.mark.parametrize(
    ("pattern", "searched"),
    [
        (r"(\d+(?:\.\d+)?)\[\.\](\d+(?:\.\d+)?)", True),
        (r"(\d+)[.,](\d{2})\d*S$", True),
        (r"\"[^\"\\]*(?:\\.[^\"\\]*)*\"|[\[\]{},]", True),
        (r"\S+@\S+", True),
        (r"P(?:[0-9]+)?(?:[0-9]+)?S", False),
        (r"(?:a|b)*(?:b|a)*c", False),
    ],
)
def test_a_pattern_that_does_is_found(pattern: str, searched: bool) -> None:
    assert slow_on(re.compile(pattern), searched=searched)
