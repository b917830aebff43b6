"""Do contents that are exported without their H5P libraries play with those of earlier contents, and with nobody else's?"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy.orm import Session

from courses.package import Package
from lms.accounts.models import TRAINER, Organisation, Person
from lms.accounts.people import add_organisation, add_person
from lms.catalogue import site_library
from lms.catalogue.publish import publish
from lms.catalogue.uploads import CheckedPackage, check
from lms.cli import main_group
from lms.storage import storage
from tests.commands import json_of
from tests.unit.courses.folders import zipped

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WHOLE, BARE = "whole.h5p", "bare.h5p"


def library(name: str, patch: int, *, needs: str = "", code: bytes = b"1;") -> dict[str, bytes]:
    needed = [{"machineName": needs, "majorVersion": 1, "minorVersion": 0}] if needs else []
    about = {"machineName": name, "majorVersion": 1, "minorVersion": 0, "patchVersion": patch, "title": name, "runnable": 1}
    about |= {"preloadedJs": [{"path": "code/run.js"}], "preloadedDependencies": needed}
    return {f"{name}-1.0/library.json": json.dumps(about).encode(), f"{name}-1.0/code/run.js": code}


def content(title: str) -> dict[str, bytes]:
    needed = [{"machineName": "H5P.Test", "majorVersion": 1, "minorVersion": 0}]
    about = {"title": title, "language": "zh", "mainLibrary": "H5P.Test", "embedTypes": ["div"], "preloadedDependencies": needed}
    return {"h5p.json": json.dumps(about).encode(), "content/content.json": json.dumps({"text": title}).encode()}


def whole(patch: int, code: bytes = b"1;") -> dict[str, bytes]:
    return {**content("whole"), **library("H5P.Test", patch, needs="H5P.Below"), **library("H5P.Below", 0, code=code)}


def bare() -> dict[str, bytes]:
    return content("bare")


class Desk:
    """Checks and publishes contents for a person, as the upload page does."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder, self.number = session, folder, 0

    def check(self, files: dict[str, bytes], by: Person | None, name: str) -> CheckedPackage:
        self.number += 1
        place = self.folder / str(self.number)
        place.mkdir()
        (place / name).write_bytes(zipped(files))
        return check(place / name, site_library.offered(self.session, storage(), by, place / "libraries"), own_hosts=True)

    def publish(self, files: dict[str, bytes], by: Person | None) -> None:
        found = self.check(files, by, WHOLE).package
        assert found is not None
        publish(self.session, storage(), found, by, NOW)
        self.session.flush()

    def missing(self, by: Person | None) -> list[str]:
        return [one.path for one in self.check(bare(), by, BARE).problems]

    def play(self, by: Person | None) -> Package:
        found = self.check(bare(), by, BARE)
        assert found.package is not None, found.problems
        return found.package


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, tmp_path)


@pytest.fixture
def county(session: Session) -> Organisation:
    return add_organisation(session, "county", "县", "office")


def trainer(session: Session, organisation: Organisation, name: str) -> Person:
    return add_person(session, name, name, (TRAINER,), password=None, organisation=organisation)


def test_a_content_without_libraries_plays_with_those_that_another_brought(desk: Desk, session: Session) -> None:
    assert desk.missing(None) == ["content/H5P.Test-1.0"]
    desk.publish(whole(3), None)
    package = desk.play(None)
    assert {name for name in package.files if "H5P." in name} == {
        f"content/H5P.{one}-1.0/{file}" for one in ("Test", "Below") for file in ("library.json", "code/run.js")
    }
    publish(session, storage(), package, None, NOW)  # its version holds the libraries: nothing that is published later changes it
    assert site_library.held(session, None) == [site_library.HeldLibrary("H5P.Below-1.0", 0), site_library.HeldLibrary("H5P.Test-1.0", 3)]


def test_the_newest_patch_is_used_and_an_older_one_that_comes_later_is_not(desk: Desk) -> None:
    for patch in (3, 5, 4):
        desk.publish(whole(patch), None)
    served = desk.play(None).files["content/H5P.Test-1.0/library.json"]
    assert isinstance(served, Path)
    assert json.loads(served.read_text())["patchVersion"] == 5


def test_libraries_serve_the_organisation_that_brought_them_and_those_below_and_no_others(
    desk: Desk, session: Session, county: Organisation
) -> None:
    school = add_organisation(session, "school", "校", "school", parent=county)
    elsewhere = add_organisation(session, "elsewhere", "别处", "office")
    desk.publish(whole(1), trainer(session, county, "above"))
    assert desk.missing(trainer(session, elsewhere, "far")) == ["content/H5P.Test-1.0"]
    assert desk.missing(None) == ["content/H5P.Test-1.0"]
    assert desk.play(trainer(session, school, "below")).files
    assert [one.name for one in site_library.held(session, trainer(session, school, "below2"))] == ["H5P.Below-1.0", "H5P.Test-1.0"]


def test_a_school_cannot_put_its_code_into_the_contents_of_its_county(desk: Desk, session: Session, county: Organisation) -> None:
    school = add_organisation(session, "school", "校", "school", parent=county)
    desk.publish(whole(9, b"theirs();"), trainer(session, school, "below"))
    assert desk.missing(trainer(session, county, "above")) == ["content/H5P.Test-1.0"]


def test_our_own_types_are_never_taken_from_an_upload(desk: Desk, session: Session) -> None:
    desk.publish({**whole(1), **library("TH.Reading", 9, code=b"theirs();")}, None)
    assert all(not one.name.startswith("TH.") for one in site_library.held(session, None))


def test_libraries_that_are_together_larger_than_a_package_are_not_offered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.publish(whole(1), None)
    monkeypatch.setattr(site_library, "LIMITS", site_library.LIMITS.__class__(files=3))
    assert desk.missing(None) == ["content/H5P.Below-1.0"]


def test_the_command_imports_such_a_content_and_lists_the_libraries(app: Flask, tmp_path: Path) -> None:
    def run(*args: str) -> Result:
        return CliRunner().invoke(main_group, ["course", *args], obj=ScriptInfo(create_app=lambda: app))

    assert "No H5P libraries yet" in run("libraries").output
    for name, files in ((WHOLE, whole(2)), (BARE, bare())):
        (tmp_path / name).write_bytes(zipped(files))
    assert "export the content with its libraries" in run("import", str(tmp_path / BARE)).output
    for name in (WHOLE, BARE):
        result = run("import", str(tmp_path / name))
        assert result.exit_code == 0, result.output
    listed = json_of(run("libraries", "--json"))
    assert listed == [{"name": "H5P.Below-1.0", "patch": 0}, {"name": "H5P.Test-1.0", "patch": 2}]


def test_a_library_that_was_left_out_is_not_taken_for_one_that_somebody_brought(desk: Desk, session: Session) -> None:
    content = whole(1)
    described = json.loads(content["h5p.json"])
    described["preloadedDependencies"].append({"machineName": "H5P.Absent", "majorVersion": 1, "minorVersion": 0})
    desk.publish({**content, "h5p.json": json.dumps(described).encode()}, None)
    assert [one.name for one in site_library.held(session, None)] == ["H5P.Below-1.0", "H5P.Test-1.0"]
