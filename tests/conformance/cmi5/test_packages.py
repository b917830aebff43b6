"""Is a cmi5 course taken in every form of its package (14), and refused in any other? The ids are those of CATAPULT's requirements."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from courses.package import Package, open_package
from courses.strict_json.problem import Problem
from tests.conformance.cmi5.structures import structure, unit
from tests.unit.courses.folders import zipped

FILES = {"cmi5.xml": structure(unit()), "unit/index.html": b"<!doctype html><p>unit</p>"}


def opened(folder: Path, name: str, content: bytes) -> Package | list[Problem]:
    path = folder / name
    path.write_bytes(content)
    return open_package(path)


def formats(found: Package | list[Problem]) -> list[str]:
    assert isinstance(found, Package), found
    return [one.format for one in found.course.activities]


def codes(found: Package | list[Problem]) -> list[str]:
    assert isinstance(found, list), "it was accepted"
    return [one.code for one in found]


def zip64(files: Mapping[str, bytes]) -> bytes:
    """Pack with the records of ZIP64 for everything, as if it were larger than 4 GB."""
    buffer = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile, "ZIP64_LIMIT", 0)
        patch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    return buffer.getvalue()


def test_a_package_is_a_zip_file_in_either_format_or_the_structure_alone(tmp_path: Path) -> None:
    """14.0.0.0-1, 14.1.0.0-1."""
    large = zip64(FILES)
    assert b"PK\x06\x06" in large  # the end record that only ZIP64 has
    assert formats(opened(tmp_path, "plain.zip", zipped(FILES))) == ["cmi5"]
    assert formats(opened(tmp_path, "large.zip", large)) == ["cmi5"]
    alone = structure(unit(url="https://other.example/unit/"))
    assert formats(opened(tmp_path, "alone.xml", alone)) == ["cmi5-elsewhere"]


def test_a_zip_file_needs_the_structure_in_its_root(tmp_path: Path) -> None:
    """14.1.0.0-2."""
    assert codes(opened(tmp_path, "none.zip", zipped({"index.html": b"<!doctype html><p>unit</p>"})))
    assert codes(opened(tmp_path, "below.zip", zipped({f"course/{name}": content for name, content in FILES.items()})))


def test_what_is_neither_is_refused(tmp_path: Path) -> None:
    assert codes(opened(tmp_path, "text.zip", b"# This is a text, and not an archive.\n"))
    assert codes(opened(tmp_path, "text.md", b"# This is a text.\n"))
    assert codes(opened(tmp_path, "text.xml", b"# This is a text.\n"))
