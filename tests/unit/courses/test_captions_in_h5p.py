"""Are the captions of films inside H5P content of others read as browsers read them, and what is wrong named as a warning?"""

from typing import Any

import pytest

from courses.strict_json.problem import Problem
from tests.unit.courses.folders import VTT, Open, about, said, sound, text, zipped

LIBRARY = {"machineName": "H5P.Film", "majorVersion": 1, "minorVersion": 0}
BROKEN = VTT.replace(".000", ",000").encode()


def warned(opened: Open, body: dict[str, Any], name: str, captions: bytes) -> list[Problem]:
    files = {
        "h5p.json": text(about("H5P.Film")).encode(),
        "H5P.Film-1.0/library.json": text(LIBRARY).encode(),
        "content/content.json": text(body).encode(),
        f"content/{name}": captions,
    }
    return list(sound(opened(zipped(files), "film.h5p")).warnings)


def track(path: str, mime: str) -> dict[str, Any]:
    return {"label": "中文", "kind": "subtitles", "srcLang": "zh", "track": {"path": path, "mime": mime}}


@pytest.mark.parametrize(
    "body",
    [
        {"interactiveVideo": {"video": {"textTracks": {"videoTrack": [track("files/a.vtt", "text/webvtt")]}}}},
        {"a11y": [{"label": "中文", "videoTrack": {"path": "files/a.vtt", "mime": "application/octet-stream"}}]},
        {"slides": [{"action": {"params": {"textTracks": {"videoTrack": [track("files/a.vtt", "text/vtt; charset=utf-8")]}}}}]},
    ],
    ids=["interactive video", "video", "deep inside a presentation"],
)
def test_broken_captions_of_a_film_in_any_type_are_a_warning_that_names_the_file(opened: Open, body: dict[str, Any]) -> None:
    (found,) = warned(opened, body, "files/a.vtt", BROKEN)
    assert (found.code, found.path, found.params["line"]) == ("cue-time", "content/content/files/a.vtt", 3)
    assert "3" in said(found)


def test_captions_are_known_by_their_kind_too_if_their_name_says_nothing(opened: Open) -> None:
    (found,) = warned(opened, {"x": track("files/captions.json", "text/webvtt")}, "files/captions.json", b"{}")
    assert (found.code, found.path) == ("no-vtt", "content/content/files/captions.json")


def test_captions_that_a_browser_shows_give_no_warning(opened: Open) -> None:
    assert warned(opened, {"x": track("files/a.vtt", "text/webvtt")}, "files/a.vtt", VTT.encode()) == []
