"""Fixtures for tests of the documentation: an `lms` that starts at once, and a loaded demo."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.integration.docs.preloaded import write_client
from tests.integration.docs.running import bash


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with an `lms` that starts at once."""
    folder = tmp_path_factory.mktemp("programs")
    address = folder / "socket"
    server = subprocess.Popen([sys.executable, "-m", "tests.integration.docs.preloaded", str(address)], cwd=ROOT)
    write_client(folder / "lms", address)
    try:
        while not address.exists():
            assert server.poll() is None
            time.sleep(0.05)
        yield folder
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="session")
def demo(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a loaded demo in `var/`, to be copied."""
    folder = tmp_path_factory.mktemp("demo")
    bash(folder, programs, "lms db upgrade; lms demo load")
    return folder
