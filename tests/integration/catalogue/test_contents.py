"""Is each file of a course stored once, found by activity and by package, and kept with the file that was uploaded?"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.package import Package
from lms.accounts.people import add_organisation, add_person
from lms.catalogue import contents, room
from lms.catalogue.models import CourseFile
from lms.catalogue.publish import publish
from lms.catalogue.uploads import check
from lms.errors import TooLarge
from lms.storage import Storage, storage
from tests.course_factories import put_files, with_file
from tests.factories import CONTENT_URL
from tests.site import FILM

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def checked(path: Path) -> Package:
    found = check(path, own_hosts=True).package
    assert found is not None
    return found


def stored(files: Storage) -> dict[str, bytes]:
    assert files.folder is not None
    return {one.name: one.read_bytes() for one in (files.folder / "files").rglob("*") if one.is_file()}


def test_every_file_is_found_by_its_activity_and_by_its_package(session: Session, files: Storage, package: Package) -> None:
    version = publish(session, files, package, None, NOW)
    for key, names in package.activity_files.items():
        for name in names:
            content = package.files[name]
            bytes_ = content if isinstance(content, bytes) else content.read_bytes()
            for sha256 in (version.files_of(key), version.package_sha256):
                assert contents.read(files, sha256, name) == bytes_
                found = contents.find(files, sha256, name)
                assert found is not None
                assert found[1] == len(bytes_)
    assert contents.find(files, version.package_sha256, "not-there.txt") is None


def test_changing_one_file_stores_one_file_and_leaves_the_other_activities_where_they_are(
    session: Session, files: Storage, package: Package
) -> None:
    first = publish(session, files, package, None, NOW)
    before = stored(files)
    changed, *others = package.activity_files
    second = publish(session, files, with_file(package, package.activity_files[changed][0], b"other"), None, NOW)
    assert (second.number, [content for name, content in stored(files).items() if name not in before]) == (2, [b"other"])
    assert second.files_of(changed) != first.files_of(changed)
    assert [second.files_of(one) for one in others] == [first.files_of(one) for one in others]
    assert session.scalar(select(func.count()).select_from(CourseFile)) == len(before) + 1
    name = package.activity_files[changed][0]
    assert contents.read(files, first.package_sha256, name) != contents.read(files, second.package_sha256, name) == b"other"


def test_two_publishers_of_the_same_files_at_once_do_not_disturb_each_other(files: Storage, package: Package) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _number: contents.store(files, package), range(4)))
    assert set(stored(files)) == set(package.hashes.values())


def test_nothing_is_found_of_a_package_whose_storing_broke_off_and_the_next_try_completes_it(
    files: Storage, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LineLost(Exception):
        pass

    def lose_line(done: int, _total: int) -> None:
        if done:
            raise LineLost

    with pytest.raises(LineLost):
        contents.store(files, package, lose_line)
    assert contents.find(files, package.sha256, min(package.files)) is None
    half = files.folder / "files" / "00"  # type: ignore[operator]
    half.mkdir(exist_ok=True)
    contents.store(files, package)
    assert contents.find(files, package.sha256, min(package.files)) is not None
    assert set(stored(files)) == set(package.hashes.values())


def test_a_large_file_is_sent_in_pieces_and_says_how_far_it_is(
    files: Storage, package: Package, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(contents, "LARGE", 10_000)
    monkeypatch.setattr(contents, "LOOK_S", 0.001)
    film, told, name = tmp_path / "film", list[tuple[int, int]](), next(iter(package.files))
    film.write_bytes(os.urandom(10_000_000))
    large = with_file(package, name, film.read_bytes())
    large = replace(large, files={**large.files, name: film})
    contents.store(files, large, lambda *one: told.append(one))
    total = told[-1][1]
    assert told == sorted(told)
    assert told[-1] == (total, total)
    assert any(0 < done < total for done, _ in told)
    assert film.read_bytes() in stored(files).values()


def test_a_file_whose_pieces_break_off_is_not_there(files: Storage) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 10_000_000
        raise EOFError

    with pytest.raises(EOFError):
        files.put_pieces("files/00/half", broken())
    assert files.size("files/00/half") is None


def test_a_content_that_is_there_with_another_size_is_stored_again(files: Storage, package: Package) -> None:
    sha256 = next(iter(package.hashes.values()))
    files.put(f"files/{sha256[:2]}/{sha256}", b"half")
    contents.store(files, package)
    assert stored(files)[sha256] != b"half"


def test_versions_of_the_old_layout_are_played_from_there_until_they_are_published_again(
    app: Flask, session: Session, files: Storage, package: Package
) -> None:
    version = publish(session, Storage(f"{files.folder.as_uri()}-elsewhere"), package, None, NOW)  # type: ignore[union-attr]
    version.listings = version.source_sha256 = None
    session.query(CourseFile).delete()
    for name, content in package.files.items():
        files.put(f"packages/{package.sha256}/{name}", content)
    files.put(f"packages/{package.sha256}.stored", b"")
    key, (name, *_) = next(iter(package.activity_files.items()))
    old = f"packages/{package.sha256}/{name}"
    for _again in range(2):
        assert contents.find(files, version.files_of(key), name) == (old, files.size(old))
        assert contents.find(files, version.files_of(key), "not-there") is None
    assert publish(session, files, package, None, NOW) is version
    assert version.files_of(key) != package.sha256 or len(package.activity_files) == 1
    assert contents.find(files, version.files_of(key), name) == (
        f"files/{package.hashes[name][:2]}/{package.hashes[name]}",
        files.size(old),
    )
    assert contents.find(files, package.sha256, name) is not None, "pages that are open still name the package"


def test_contents_are_counted_once_for_an_organisation(session: Session, files: Storage, package: Package) -> None:
    by = add_person(session, "trainer", "人", ("trainer",), password=None, organisation=add_organisation(session, "p", "机构", "provider"))
    publish(session, files, package, by, NOW)
    size = sum(contents.contents_of(package).values())
    assert room.used(session, by.organisation_id) == size
    twice = replace(package, course=replace(package.course, code="copy"), outline={**package.outline, "code": "copy"})
    room.check_room(session, twice, by.organisation_id, size, hold=True)
    publish(session, files, twice, by, NOW)
    assert room.used(session, by.organisation_id) == size
    more = with_file(package, "more.txt", b"12345")
    with pytest.raises(TooLarge):
        room.check_room(session, more, by.organisation_id, size + 4, hold=True)
    room.check_room(session, more, by.organisation_id, size + 5, hold=True)


def test_packages_of_the_old_layout_count_as_a_whole(session: Session, files: Storage, package: Package) -> None:
    by = add_person(session, "trainer", "人", ("trainer",), password=None, organisation=add_organisation(session, "p", "机构", "provider"))
    version = publish(session, files, package, by, NOW)
    version.listings = None
    session.query(CourseFile).delete()
    session.flush()
    assert room.used(session, by.organisation_id) == version.bytes
    room.check_room(session, package, by.organisation_id, version.bytes, hold=True)


def test_the_uploaded_file_is_kept_and_stored_once_if_it_is_what_is_played(session: Session, files: Storage) -> None:
    version = publish(session, files, checked(FILM), None, NOW)
    assert (version.source_name, stored(files)) == (FILM.name, {str(version.source_sha256): FILM.read_bytes()})


def test_a_file_that_was_lost_is_not_found_instead_of_a_broken_answer(app: Flask) -> None:
    with app.app_context():
        sha256 = put_files({"a.txt": b"a"})
        name, _size = contents.find(storage(), sha256, "a.txt") or ("", 0)
        storage().delete(name)
    for headers in ({}, {"Range": "bytes=0-0"}):
        assert app.test_client().get(f"{CONTENT_URL}/content/{sha256}/a.txt", headers=headers).status_code == 404
    assert app.test_client().head(f"{CONTENT_URL}/content/{sha256}/a.txt").status_code == 404  # a frame asks so why nothing shows


def test_only_what_fits_is_kept_in_memory(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        kept = contents._Listings(5)
        found = [put_files({f"{number}-{name}": b"a" for name in "ab"}) for number in range(3)]
        for sha256 in found:
            assert kept.of(storage(), sha256) is not None
        assert [sha256 for _store, sha256 in kept._kept] == found[-1:]
