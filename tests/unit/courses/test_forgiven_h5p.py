"""Are H5P contents published that lack only what nothing in them uses, or that show pages of their own, and others still refused?"""

import copy
import json
from typing import Any

import pytest

from tests.unit.courses import folders
from tests.unit.courses.folders import FORMULAS, Open, card, sound, zipped


def test_a_library_that_nothing_uses_may_be_missing_and_the_author_is_told(opened: Open) -> None:
    package = sound(opened(zipped(card([], {"text": "\\(x^2\\)"})), "card.h5p"))
    assert [(one.code, one.path) for one in package.warnings] == [("library-left-out", "content/H5P.Formulas-1.0")]
    assert "content/H5P.Formulas-1.0/library.json" in package.files, "the player asks for it"


@pytest.mark.parametrize(
    ("needed", "content"),
    [([FORMULAS], {}), ([], {"part": {"library": "H5P.Formulas 1.0", "params": {}}}), ([], {"parts": [{"library": "H5P.Formulas 1.0"}]})],
    ids=["by its type", "by a part of the content", "by a part in a list"],
)
def test_a_library_that_is_used_may_not_be_missing(opened: Open, needed: list[dict[str, Any]], content: dict[str, Any]) -> None:
    found = opened(zipped(card(needed, content)), "card.h5p")
    assert isinstance(found, list)
    assert [(one.code, one.path) for one in found] == [("library-missing", "content/H5P.Formulas-1.0")]


def with_pages(*names: str) -> dict[str, bytes]:
    files = card([], {"source": "page.html"})
    described = json.loads(files["h5p.json"])
    described["preloadedDependencies"].pop()
    return {**files, "h5p.json": json.dumps(described).encode(), **dict.fromkeys(names, b"<!doctype html><p>page</p>")}


def test_pages_inside_a_contents_own_files_are_kept(opened: Open) -> None:
    package = sound(opened(zipped(with_pages("content/page.html", "content/more/b.HTM")), "card.h5p"))
    assert {"content/content/page.html", "content/content/more/b.HTM"} <= set(package.files)


def test_they_are_kept_in_a_course_as_well(opened: Open) -> None:
    whole = copy.deepcopy(folders.DOCUMENT)
    whole["modules"][0]["activities"] = [{"key": "card", "title": "卡片", "format": "h5p", "entry": "activities/card", "minutes": 5}]
    content = {f"activities/card/{name}": held for name, held in with_pages("content/page.html").items()}
    package = sound(opened({"course.json": folders.text(whole).encode(), **content}, "course"))
    assert "activities/card/content/page.html" in package.files


@pytest.mark.parametrize("name", ["page.html", "H5P.Card-1.0/page.html", "content/page.php", "content/page.xhtml"])
def test_pages_elsewhere_and_other_kinds_of_pages_are_refused(opened: Open, name: str) -> None:
    found = opened(zipped(with_pages(name)), "card.h5p")
    assert isinstance(found, list)
    assert [(one.code, one.path) for one in found] == [("kind-of-file", name)]


def test_a_content_of_a_million_values_is_refused_before_it_is_read(opened: Open) -> None:
    files = {**card([], {}), "content/content.json": ('{"a":' + json.dumps([[[]] * 100] * 10_000) + "}").encode()}
    found = opened(files, "card")
    assert isinstance(found, list)
    assert [(one.code, one.path) for one in found] == [("too-many-values", "content/content/content.json")]
