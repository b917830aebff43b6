"""Does opening a large package say all along how far it is, and does it end if the job that is told was cancelled?"""

import os
from pathlib import Path

import pytest

from courses.package import Package, open_package
from tests.unit.courses import folders
from tests.unit.courses.folders import course_files, webm, zipped

MEGABYTES = 4


class CancelledError(Exception):
    """The work is not wanted any more."""


def large(folder: Path) -> Path:
    """A course with some megabytes that do not pack."""
    path = folder / "large.zip"
    path.write_bytes(zipped({**course_files(), "media/more.pdf": os.urandom(MEGABYTES * 2**20)}))
    return path


def test_unpacking_and_hashing_report_often_and_never_go_back(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    found = open_package(large(tmp_path), folders.libraries(tmp_path / "library"), report=lambda *one: told.append(one))
    assert isinstance(found, Package), found
    assert len([done for done, _total in told if done < 50]) > MEGABYTES
    assert len([done for done, _total in told if 50 <= done < 100]) >= MEGABYTES - 1
    assert told == sorted(told)
    assert told[-1] == (100, 100)


def test_a_single_film_reports_while_it_is_hashed(tmp_path: Path) -> None:
    film, told = tmp_path / "film.webm", list[int]()
    film.write_bytes(webm(90) + bytes(MEGABYTES * 2**20))
    assert isinstance(open_package(film, report=lambda done, _total: told.append(done)), Package)
    assert len(set(told)) >= MEGABYTES
    assert told[-1] == 100


def test_what_the_report_raises_ends_the_work_and_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "unpacked"))
    (tmp_path / "unpacked").mkdir()

    def cancel(done: int, _total: int) -> None:
        if done > 20:
            raise CancelledError

    package = large(tmp_path)
    with pytest.raises(CancelledError):
        open_package(package, folders.libraries(tmp_path / "library"), report=cancel)
    assert not list((tmp_path / "unpacked").iterdir())
