"""Is a content published without the condition *completed* if the scripts of its type can never report anything?"""

import copy
from typing import Any

import pytest

from tests.unit.courses import folders
from tests.unit.courses.folders import Open, about, sound, text

LIBRARY = {"machineName": "H5P.Card", "majorVersion": 1, "minorVersion": 0, "preloadedJs": [{"path": "./card.js?ver=1"}]}


def course(script: bytes, library: dict[str, Any] = LIBRARY) -> dict[str, bytes]:
    """A course of one content of the type H5P.Card, which must be completed."""
    whole: dict[str, Any] = copy.deepcopy(folders.DOCUMENT)
    whole["modules"][0]["activities"] = [
        {"key": "card", "title": "卡片", "format": "h5p", "entry": "activities/card", "minutes": 5, "requires": {"completed": True}}
    ]
    return {
        "course.json": text(whole).encode(),
        "activities/card/h5p.json": text(about("H5P.Card")).encode(),
        "activities/card/content/content.json": b"{}",
        "activities/card/H5P.Card-1.0/library.json": text(library).encode(),
        "activities/card/H5P.Card-1.0/card.js": script,
    }


def test_a_type_whose_scripts_never_speak_of_xapi_is_published_without_the_condition_and_says_so(opened: Open) -> None:
    package = sound(opened(course(b"H5P.Card = function () { this.attach = function (box) { box.html('card'); }; };")))
    (activity,) = package.course.activities
    assert (dict(activity.requires), [one.code for one in package.warnings]) == ({}, ["never-completed"])


@pytest.mark.parametrize("script", [b"self.triggerXAPI('answered');", b"createXAPIEventTemplate('completed')", b"x" * 6_000_000])
def test_a_type_that_may_report_keeps_its_condition(opened: Open, script: bytes) -> None:
    package = sound(opened(course(script)))
    (activity,) = package.course.activities
    assert (dict(activity.requires), list(package.warnings)) == ({"completed": True}, [])


def test_a_type_without_scripts_of_its_own_keeps_its_condition(opened: Open) -> None:
    (activity,) = sound(opened(course(b"", {**LIBRARY, "preloadedJs": []}))).course.activities
    assert dict(activity.requires) == {"completed": True}


@pytest.mark.parametrize(
    ("addresses", "kept"),
    [
        (["https://films.example/a.mp4"], False),
        (["https://films.example/a.mp4", "videos/a.mp4"], True),
        (["videos/a.mp4"], True),
        ([], True),
    ],
)
def test_a_film_that_lies_elsewhere_alone_sets_no_condition(opened: Open, addresses: list[str], kept: bool) -> None:
    files = course(b"createXAPIEventTemplate('completed')", {**LIBRARY, "machineName": "H5P.InteractiveVideo"})
    files = {name.replace("H5P.Card-1.0", "H5P.InteractiveVideo-1.0"): content for name, content in files.items()}
    film = {"files": [{"path": address, "mime": "video/mp4"} for address in addresses]}
    body = {"interactiveVideo": {"video": film, "assets": {"endscreens": [{"time": 1}]}}}
    files |= {"activities/card/h5p.json": text(about("H5P.InteractiveVideo")).encode(), "activities/card/content/videos/a.mp4": b"film"}
    files["activities/card/content/content.json"] = text(body).encode()
    (activity,) = sound(opened(files)).course.activities
    assert dict(activity.requires) == ({"completed": True} if kept else {})
