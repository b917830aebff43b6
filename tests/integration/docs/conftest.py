"""Fixtures for tests of the documentation: a loaded demo."""

import fcntl
import os
from pathlib import Path

import pytest

from tests.integration.docs.running import bash


@pytest.fixture(scope="session")
def demo(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a loaded demo in `var/`, to be copied. The first worker of a run that needs it makes it; the others wait for it."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    made, making = shared / "loaded-demo", tmp_path_factory.mktemp("demo")
    with (shared / "loaded-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            bash(making, programs, "lms db upgrade; lms demo load")
            making.rename(made)
    return made
