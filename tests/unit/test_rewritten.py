"""Is each test module rewritten by one worker, and does pytest take what was written?"""

import subprocess
import sys
from pathlib import Path

TESTS = "def test_one():\n    one = 1\n    assert one == 2\n"
CONFTEST = """
from _pytest.assertion import rewrite
from tests import rewritten

def pytest_sessionstart(session):
    shares = [rewritten.write_share(session.config, {"workerid": f"gw{one}", "workercount": 2}) for one in (0, 1, 0)]
    assert shares == [2, 1, 0], shares

    def again(path, config):
        raise AssertionError(f"{path} was rewritten already")

    rewrite._rewrite_test = again
"""


def test_each_module_is_rewritten_once_and_its_assertions_are_explained(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(CONFTEST)
    for name in "abc":
        (tmp_path / f"test_{name}.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "--import-mode=importlib", "-o", f"pythonpath={Path.cwd()}", "."]
    environment = {"PATH": "", "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.count("assert 1 == 2") == 6, done.stdout + done.stderr
    assert "3 failed" in done.stdout
