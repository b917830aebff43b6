"""Has each test a second look, except a property, and does the output say which of them needed it?"""

import os
import subprocess
import sys
from pathlib import Path

TESTS = """
from pathlib import Path

import pytest
from hypothesis import given, strategies

def fail_once(name):
    seen = Path(__file__).with_suffix(name)
    if not seen.exists():
        seen.touch()
        raise AssertionError("too late")

@pytest.fixture(scope="module")
def server():
    fail_once(".server")

def test_in_its_call():
    fail_once(".call")

def test_in_its_setup(server):
    pass

def test_always():
    raise AssertionError("wrong")

@given(strategies.none())
def test_property(value):
    fail_once(".property")
"""
CONFTEST = """
from tests import second_look

def pytest_collection_modifyitems(items):
    second_look.SECONDS_BETWEEN = 0
    second_look.allow(items)

def pytest_terminal_summary(terminalreporter):
    second_look.report(terminalreporter)
"""


def test_a_test_that_fails_once_in_its_setup_or_call_is_run_again_and_named_and_a_property_is_not(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_one.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "--import-mode=importlib", "-p", "no:xdist", "-o", f"pythonpath={Path.cwd()}", "."]
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120)
    named = done.stdout.partition("were run again")[2].partition("short test summary")
    assert [line for line in named[0].splitlines() if "::" in line] == [
        f"test_one.py::test_{name}" for name in ("always", "in_its_call", "in_its_setup")
    ], done.stdout
    assert "FAILED test_one.py::test_always" in named[2]
    assert "FAILED test_one.py::test_property" in named[2]
    assert "2 failed, 2 passed, 3 rerun" in named[2]
