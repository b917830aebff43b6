"""Are the files of the suite mixed, and does every test still run once?"""

from pathlib import Path

from tests.architecture.tree import ROOT
from tests.order import LONGEST, mixed

BROWSER = [Path(f"tests/browser/test_{name}.py") for name in ("importing", "keys", "pages")]
OTHERS = [Path(f"tests/{name}") for name in ("architecture/test_a.py", "conformance/test_b.py", "integration/docs/test_c.py")]
OTHERS += [Path(f"tests/integration/office/test_{number}.py") for number in range(6)] + [Path("tests/unit/test_z.py")]
TESTS = [(path, f"{path.stem}::{number}") for path in (*BROWSER, *OTHERS) for number in range(2)]


def files_of(tests: list[str]) -> list[str]:
    return list(dict.fromkeys(one.partition("::")[0].removeprefix("test_") for one in tests))


def test_every_test_is_run_once_and_its_file_is_run_in_one_piece() -> None:
    found = mixed(TESTS)
    assert sorted(found) == sorted(name for _, name in TESTS)
    assert [one.partition("::")[2] for one in found] == ["0", "1"] * len(files_of(found))


def test_the_longest_files_come_first_and_those_with_a_browser_are_spread_among_the_others() -> None:
    assert files_of(mixed(TESTS)) == ["pages", "c", "importing", "a", "b", "0", "1", "keys", "2", "3", "4", "5", "z"]


def test_a_run_of_browser_tests_alone_or_of_none_is_whole() -> None:
    assert files_of(mixed([(path, path.stem) for path in BROWSER])) == ["pages", "importing", "keys"]
    assert files_of(mixed([(path, path.stem) for path in OTHERS[3:5]])) == ["0", "1"]
    assert mixed([]) == []


def test_what_is_named_as_long_is_there() -> None:
    assert [path for path in LONGEST if not (ROOT / path).exists()] == []
