"""Fixtures for tests of the documentation: a loaded demo."""

from pathlib import Path

import pytest

from tests.integration.docs.running import bash


@pytest.fixture(scope="session")
def demo(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a loaded demo in `var/`, to be copied."""
    folder = tmp_path_factory.mktemp("demo")
    bash(folder, programs, "lms db upgrade; lms demo load")
    return folder
