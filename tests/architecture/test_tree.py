"""Is the tree easy for a newcomer: small files, descriptive names, no traces of a developer's machine?"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.tree import PACKAGES, ROOT, nodes, parse, shown, sources, statements, text_of, tracked

LINES_IN_A_FILE = 300
IN_SEVERAL_MODULES = {
    "Base": "the tables of lms and of xapi, which know nothing of each other",
    "Course": "a course as published (courses) and the row that groups its versions (lms)",
    "Observation": "what was observed as a value (lms.hours), and the row in which it is stored (lms.crediting)",
    "TooLarge": "one in each package's tree of errors",
}
CAPITALISED = re.compile(r"_?[A-Z][a-z]\w*")  # a type's name, not a constant's
LINES_IN_A_FUNCTION = 25
OF_A_TEST_MODULE = re.compile(r"(?:from|import) tests\b.*\btest_")
SHARE_OF_SHORT_FUNCTIONS = 0.9
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}
# Written so that this file does not name them itself.
REGISTRIES = re.compile(r"p[y]pi\.org|pythonhoste[d]\.org|registry\.npm[j]s|npm[j]s\.(org|com)|deb\.debia[n]|debia[n]\.org", re.IGNORECASE)
A_MACHINE = re.compile(r"(?<![\w.$/}])/(work|farm|root|tmp/bash_jobs)/")
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".lock",
    ".json",
    ".js",
    ".css",
    ".html",
    ".yaml",
    ".conf",
    ".sh",
    ".ini",
    ".po",
    ".txt",
    ".typ",
    ".mako",
    "",
}


@pytest.mark.parametrize("top", [*PACKAGES, "templates", "tests"])
def test_no_file_has_more_than_300_lines(top: str) -> None:
    long = {
        shown(path): count for path in sources(top, suffixes=(".py", ".js", ".html", ".css")) if (count := _lines(path)) > LINES_IN_A_FILE
    }
    assert not long


def test_nine_functions_in_ten_have_at_most_25_lines() -> None:
    lengths = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in sources(*PACKAGES)
        for node in statements(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert sum(length <= LINES_IN_A_FUNCTION for length in lengths) >= SHARE_OF_SHORT_FUNCTIONS * len(lengths)


def test_every_file_is_named_for_what_it_does() -> None:
    assert [shown(path) for path in tracked() if {path.stem, *path.relative_to(ROOT).parts} & VAGUE] == []


def test_a_class_name_is_in_one_module_only() -> None:
    """A leading underscore makes no other name. An alias or a type variable must not have the name of another module's class."""
    modules: dict[str, set[str]] = {}
    classes = set()
    for path in sources(*PACKAGES):
        for name, is_class in type_names(parse(path)):
            modules.setdefault(name, set()).add(shown(path))
            classes |= {name} if is_class else set()
    several = {name: found for name, found in modules.items() if len(found) > 1 and name in classes}
    assert {name: found for name, found in several.items() if name not in IN_SEVERAL_MODULES} == {}
    assert IN_SEVERAL_MODULES.keys() - several.keys() == set(), "remove these from the list"


def type_names(module: ast.Module) -> Iterator[tuple[str, bool]]:
    """Yield the name of each class (True), type alias and type variable (False) of a module."""
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            yield node.name.lstrip("_"), True
        elif isinstance(node, ast.Assign):
            names = [one.id for one in node.targets if isinstance(one, ast.Name)]
            yield from ((name.lstrip("_"), False) for name in names if CAPITALISED.fullmatch(name))


def test_every_module_says_which_question_it_answers() -> None:
    silent = [shown(path) for path in sources(*PACKAGES) if path.stat().st_size and not ast.get_docstring(parse(path))]
    assert not silent


def test_no_file_names_a_package_registry() -> None:
    assert _matching(REGISTRIES) == []


def test_no_file_names_a_path_of_a_developers_machine() -> None:
    assert _matching(A_MACHINE) == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    excuses = {"skip", "skipif", "xfail", "importorskip"}
    found = [
        shown(path, node.lineno)
        for path, node in nodes("tests", having="|".join(rf"\b{one}\b" for one in excuses))
        if isinstance(node, ast.Attribute) and node.attr in excuses and ast.unparse(node.value) in {"pytest", "pytest.mark"}
    ]
    assert not found


def test_no_module_imports_a_test_module() -> None:
    """Shared code is in a module of its own, so that a test can be moved or split without others."""
    found = [
        shown(path, node.lineno)
        for path in sources("tests")
        for node in statements(parse(path))
        if isinstance(node, ast.Import | ast.ImportFrom) and OF_A_TEST_MODULE.match(ast.unparse(node))
    ]
    assert found == []


def _lines(path: object) -> int:
    with open(str(path), encoding="utf-8") as file:
        return sum(1 for _ in file)


def _matching(pattern: re.Pattern[str]) -> list[str]:
    return [
        shown(path, number)
        for path in tracked()
        if path.suffix in TEXT
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]
