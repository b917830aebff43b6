"""Is a SCORM package a course by itself, and an activity of a course, with all its files and nothing else?"""

import json

from courses.package import Package
from courses.strict_json.problem import Problem
from tests.scorm_packages import PAGE_12, item, lesson, manifest, resource, two_units, zipped
from tests.unit.courses.folders import Open, said

MANIFEST = manifest(item("a", "甲"), resource("a"))
FILES = {"imsmanifest.xml": MANIFEST, "a.html": PAGE_12}


def package(found: Package | list[Problem]) -> Package:
    assert isinstance(found, Package), found
    return found


def test_a_package_is_a_course_of_one_activity_that_must_be_completed(opened: Open) -> None:
    found = package(opened(lesson("垃圾分类"), "课件.zip"))
    (activity,) = found.course.activities
    assert (activity.title.zh, activity.format, activity.entry) == ("垃圾分类", "scorm", "scorm")
    assert (activity.minutes, dict(activity.requires), activity.grading) == (30, {"completed": True}, "content")
    assert set(found.files) == {"scorm/imsmanifest.xml", "scorm/a.html"}
    assert found.warnings == ()


def test_a_package_without_a_unit_that_reports_is_measured_without_a_condition(opened: Open) -> None:
    found = package(opened(zipped({**FILES, "imsmanifest.xml": manifest(item("a"), resource("a", kind="asset"))}), "a.zip"))
    assert found.course.activities[0].requires == {}


def test_a_package_whose_pages_never_speak_to_the_player_is_measured_without_a_condition(opened: Open) -> None:
    found = package(opened(zipped({**FILES, "a.html": "<html>no script</html>"}), "a.zip"))
    assert found.course.activities[0].requires == {}
    assert [said(one) for one in found.warnings] == ["never says that it is completed (SCORM): time counts without it"]


def test_files_of_every_kind_are_kept_in_lowercase_but_no_programs(opened: Open) -> None:
    extra = {"JS/Player.JS": b"1", "data/x.xml": b"<x/>", "_lib/_a.css": b"", "Autorun.EXE": b"MZ", "save.php": b"<?php", "noending": b"x"}
    found = package(opened(zipped({**FILES, **extra}), "a.zip"))
    assert set(found.files) == {
        f"scorm/{name}" for name in ("imsmanifest.xml", "a.html", "js/player.js", "data/x.xml", "_lib/_a.css", "noending")
    }
    (warning,) = found.warnings
    assert said(warning) == "contains files that no browser needs, which are left out (2): autorun.exe, save.php"


def test_a_package_in_a_folder_or_packed_on_windows_is_mended(opened: Open) -> None:
    plain = package(opened(zipped(FILES), "a.zip"))
    for odd in (
        {f"课件/v2/{name}": content for name, content in FILES.items()},
        {f"course\\{name}": content for name, content in FILES.items()},
        {"readme.txt": b"hello", **{f"course/{name}": content for name, content in FILES.items()}},
        {"IMSManifest.XML": MANIFEST, "A.HTML": PAGE_12},
    ):
        assert package(opened(zipped(odd), "a.zip")).sha256 == plain.sha256


def test_two_packages_in_one_archive_are_refused_in_one_sentence(opened: Open) -> None:
    found = opened(zipped({f"{folder}/{name}": content for folder in "ab" for name, content in FILES.items()}), "a.zip")
    assert isinstance(found, list)
    assert [said(one) for one in found] == ["contains 2 SCORM packages: upload each one separately"]


def test_a_name_that_leads_out_of_a_package_is_refused_as_everywhere(opened: Open) -> None:
    for name in ("..\\..\\evil.html", "C:\\evil.html", "/etc/evil.html", "a/../../evil.html"):
        found = opened(zipped({**FILES, name: b"x"}), "a.zip")
        assert isinstance(found, list), name


def in_course(entry: str, files: dict[str, bytes | str], **more: object) -> bytes:
    activity = {"key": "unit", "title": "课件", "format": "scorm", "entry": entry, "minutes": 20, "grading": "content", **more}
    outline = {"code": "with-scorm", "title": "课程", "modules": [{"key": "m", "title": "模块", "activities": [activity]}]}
    return zipped({"course.json": json.dumps(outline), **files})


def test_a_course_may_hold_a_package_packed_or_unpacked(opened: Open) -> None:
    packed = package(opened(in_course("units/one.zip", {"units/one.zip": two_units()}, requires={"passed": True}), "a.zip"))
    unpacked = package(opened(in_course("units/one", {f"units/one/{name}": content for name, content in FILES.items()}), "a.zip"))
    assert set(packed.files) == {"units/one/imsmanifest.xml", "units/one/a.html", "units/one/b.html"}
    assert packed.course.activities[0].requires == {"passed": True}
    assert set(unpacked.files) == {"units/one/imsmanifest.xml", "units/one/a.html"}


def test_pages_beside_a_package_stay_refused(opened: Open) -> None:
    inside = {f"units/one/{name}": content for name, content in FILES.items()}
    found = opened(in_course("units/one", {**inside, "media/page.html": b"<html>", "more.zip": b"PK"}), "a.zip")
    assert isinstance(found, list)
    assert sorted(one.path for one in found) == ["media/page.html", "more.zip"]


def test_what_is_wrong_in_a_package_of_a_course_names_the_place(opened: Open) -> None:
    found = opened(in_course("units/one", {"units/one/imsmanifest.xml": MANIFEST}), "a.zip")
    assert isinstance(found, list)
    assert [(one.code, one.path) for one in found] == [("scorm-file-missing", "units/one imsmanifest.xml")]
