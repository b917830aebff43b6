"""Fixtures that open packages for tests of courses."""

from pathlib import Path

import pytest

from courses.package import Package, open_package
from courses.strict_json.problem import Problem
from tests.unit.courses import folders
from tests.unit.courses.folders import Open, write


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Open bytes as a file, or files as a folder, with our own content types in small."""
    library = folders.libraries(tmp_path / "library")

    def open_it(content: bytes | dict[str, bytes], name: str = "something.bin") -> Package | list[Problem]:
        path = tmp_path / "source" / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            write(path, content)
        return open_package(path, library)

    return open_it
