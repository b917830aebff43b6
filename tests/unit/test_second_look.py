"""Do browser tests alone have a second look, and does the output say which of them needed it?"""

import subprocess
import sys
from pathlib import Path

FAILS_ONCE = """
from pathlib import Path

def test_of_{name}():
    seen = Path(__file__).with_suffix(".seen")
    if not seen.exists():
        seen.touch()
        raise AssertionError("too late")
"""
CONFTEST = """
from tests import second_look

def pytest_collection_modifyitems(items, config):
    second_look.allow(items, config.rootpath)

def pytest_terminal_summary(terminalreporter):
    second_look.report(terminalreporter)
"""


def test_a_browser_test_that_fails_once_is_run_again_and_named_and_no_other_is(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(CONFTEST)
    for name in ("browser", "unit"):
        written = tmp_path / "tests" / name / f"test_{name}.py"
        written.parent.mkdir(parents=True)
        written.write_text(FAILS_ONCE.format(name=name))
    command = [sys.executable, "-m", "pytest", "--import-mode=importlib", "-p", "no:xdist", "-o", f"pythonpath={Path.cwd()}", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    named = done.stdout.partition("were run again")[2]
    assert "tests/browser/test_browser.py::test_of_browser" in named, done.stdout
    assert "FAILED tests/unit/test_unit.py::test_of_unit" in named
    assert "1 failed, 1 passed, 1 rerun" in named
