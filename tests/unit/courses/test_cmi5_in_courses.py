"""Can a course outline name units of a cmi5 package beside other activities, and is each wrong name refused?"""

import json
from copy import deepcopy
from typing import Any

import pytest

from courses.formats.cmi5 import as_published, structure_of
from courses.formats.cmi5_values import key_of
from courses.package import Package
from courses.strict_json.problem import Problem
from tests.conformance.cmi5.structures import block, structure, unit
from tests.unit.courses.folders import Open, said, zipped
from tests.work import bend, calls

ONE, TWO, AWAY = (f"https://school.example/unit/{name}" for name in ("1", "2", "away"))
PACKAGE = {
    "cmi5.xml": structure(
        block("https://school.example/block/a", unit(ONE, more='moveOn="Completed"')),
        unit(TWO, more='moveOn="CompletedOrPassed"'),
        unit(AWAY, "https://elsewhere.example/u"),
    ),
    "unit/index.html": b"<!doctype html><p>unit</p>",
}


def activity(id: str, **more: Any) -> dict[str, Any]:
    return {"key": key_of(id), "title": "单元", "format": "cmi5", "entry": "cmi5/cmi5.xml", "minutes": 7, **more}


def course(*activities: dict[str, Any]) -> dict[str, Any]:
    return {"code": "mixed", "title": "课", "modules": [{"key": "one", "title": "一", "activities": list(activities)}]}


def package_of(document: dict[str, Any], folder: str = "cmi5/", **more: bytes) -> bytes:
    files = {"course.json": json.dumps(document).encode(), **{f"{folder}{name}": content for name, content in PACKAGE.items()}}
    return zipped({**files, **more})


def problems(found: Package | list[Problem]) -> list[str]:
    assert isinstance(found, list), found
    return [f"{one.path}: {said(one)}" for one in found]


def test_units_stand_beside_other_activities_with_their_own_titles_minutes_and_conditions(opened: Open) -> None:
    page = {"key": "page", "title": "读", "format": "document", "entry": "documents/a.png", "minutes": 2}
    document = course(activity(ONE, requires={"completed": True}), page, activity(AWAY, format="cmi5-elsewhere"))
    found = opened(package_of(document, **{"documents/a.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 30}), "a.zip")
    assert isinstance(found, Package), found
    first = found.course.activities[0]
    assert (first.key, first.title.zh, first.minutes) == (key_of(ONE), "单元", 7)
    assert set(found.activity_files[key_of(ONE)]) == {"cmi5/cmi5.xml", "cmi5/unit/index.html"}
    assert len(found.warnings) == 1  # one unit lies elsewhere: said once, not once for each unit


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"key": "other"}, "has no unit with the key other"),
        ({"format": "cmi5-elsewhere"}, "whose format must be cmi5,"),
        ({"requires": {"completed": True, "completed_or_passed": True}}, "that no cmi5 unit can meet"),
    ],
)
def test_a_unit_that_is_named_wrongly_is_refused_with_what_is_wrong(opened: Open, changes: dict[str, Any], sentence: str) -> None:
    (problem,) = problems(opened(package_of(course({**activity(ONE), **changes})), "a.zip"))
    assert sentence in problem


def test_a_unit_without_its_package_is_refused(opened: Open) -> None:
    (problem,) = problems(opened(zipped({"course.json": json.dumps(course(activity(ONE))).encode()}), "a.zip"))
    assert problem.startswith("cmi5/cmi5.xml: must be the cmi5.xml of a package")


def test_a_course_may_have_units_of_several_packages_each_held_against_its_own_files(opened: Open) -> None:
    document = course(activity(ONE), activity(TWO, entry="more/cmi5.xml"))
    alone = {"more/cmi5.xml": PACKAGE["cmi5.xml"]}
    (problem,) = problems(opened(package_of(document, **alone), "a.zip"))
    assert problem.startswith("more/cmi5.xml:4: has the address “unit/index.html” without a host")
    whole = {f"more/{name}": content for name, content in PACKAGE.items()}
    found = opened(package_of(document, **whole), "b.zip")
    assert isinstance(found, Package), found
    assert [set(one) for one in found.activity_files.values()] == [{f"{folder}/{name}" for name in PACKAGE} for folder in ("cmi5", "more")]


def test_a_file_beside_the_package_must_be_of_a_kind_that_courses_may_hold(opened: Open) -> None:
    (problem,) = problems(opened(package_of(course(activity(ONE)), **{"stray.html": b"<p>"}), "a.zip"))
    assert problem.startswith("stray.html")


def test_a_published_structure_has_the_conditions_and_the_units_of_its_course(opened: Open) -> None:
    document = course(activity(ONE, requires={"passed": True}, grading="content"), activity(AWAY, format="cmi5-elsewhere"))
    whole = deepcopy(document)
    for one in whole["modules"][0]["activities"]:
        one["entry"] = "课件/cmi5.xml"
    found = opened(package_of(whole, "课件/"), "a.zip")
    assert isinstance(found, Package), found
    units = as_published(structure_of(PACKAGE["cmi5.xml"]), found.course.activities).units
    assert [(one.id, one.move_on) for one in units] == [(ONE, "Passed"), (AWAY, "NotApplicable")]
    assert [one.url for one in units] == ["%E8%AF%BE%E4%BB%B6/unit/index.html", "https://elsewhere.example/u"]


def test_the_work_of_a_package_grows_with_its_units_and_files_and_not_with_their_product(opened: Open) -> None:
    """A course may have 2,000 units and 4,000 files: checked one by one, they took minutes and a gigabyte."""

    def work_of(count: int) -> int:
        ids = [f"https://school.example/unit/{number}" for number in range(count)]
        files = {f"cmi5/unit/{number}.html": b"" for number in range(count)}
        content = package_of(course(*map(activity, ids)), **{"cmi5/cmi5.xml": structure(*map(unit, ids))}, **files)
        found: list[object] = []
        work = calls(lambda: found.append(opened(content, "a.zip")))
        (whole,) = found
        assert isinstance(whole, Package), whole
        assert len({id(names) for names in whole.activity_files.values()}) == 1  # what units share lies in memory once
        return work

    work_of(1)  # what is read once in a process is read now
    assert bend(work_of) < 0.1
