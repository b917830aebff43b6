"""Does a sound recording become an activity whose coverage is measured?"""

import copy
import time
from pathlib import Path
from typing import Any

import pytest

from courses.formats import audio
from tests.unit.courses import folders
from tests.unit.courses.folders import Open, mp4, problems, said, sound, text
from tests.unit.courses.sounds import mp3


def course_with(entry: str, content: bytes, **more: Any) -> dict[str, bytes]:
    """A course package whose only activity is this recording."""
    whole: dict[str, Any] = copy.deepcopy(folders.DOCUMENT)
    activity = {"key": "talk", "title": "录音", "format": "audio", "entry": entry, "minutes": 1, "requires": {"coverage": 0.9}, **more}
    whole["modules"][0]["activities"] = [activity]
    return {"course.json": text(whole).encode(), entry: content}


def test_a_recording_alone_is_a_course_of_one_activity_as_long_as_it_is(opened: Open) -> None:
    (activity,) = sound(opened(mp3(10), "一堂课.mp3")).course.activities
    assert (activity.format, activity.title.zh, activity.minutes, dict(activity.requires)) == ("audio", "一堂课", 1, {"coverage": 0.9})
    assert activity.media_seconds == pytest.approx(10, abs=0.1)
    assert activity.entry == "media/sound.mp3"


def test_the_length_of_a_recording_is_read_from_the_file_and_compared_with_what_is_said(opened: Open) -> None:
    (activity,) = sound(opened(course_with("a.mp3", mp3(10)))).course.activities
    assert activity.media_seconds == pytest.approx(10, abs=0.1)
    assert problems(opened(course_with("a.mp3", mp3(10), media_seconds=14))) == ["a.mp3"]


def test_an_m4a_is_told_from_a_film_by_its_brand_or_its_name(opened: Open) -> None:
    film = mp4(30)
    assert sound(opened(film, "a.mp4")).course.activities[0].format == "video"
    assert audio.kind_of(film, "a.m4a") == "m4a"
    assert audio.kind_of(film.replace(b"isom", b"M4A "), "a.mp4") in {"m4a", None}


@pytest.mark.parametrize("content", [b"ID3\x04" + b"\0" * 100, b"OggS\0\0OpusHead"])
def test_a_recording_without_a_length_is_refused_with_the_reason(opened: Open, content: bytes) -> None:
    (problem,) = opened(content, "a.mp3")  # type: ignore[misc]
    assert said(problem).startswith("does not say how long it is")


def test_a_recording_that_is_not_what_its_name_says_is_refused(opened: Open) -> None:
    for name in ("a.ogg", "a.m4a", "a.wav"):
        assert problems(opened(course_with(name, mp3(5)))) == [name]


@pytest.mark.parametrize("content", [mp3(1.5), mp4(1.9).replace(b"isom", b"M4A ")], ids=["mp3", "m4a"])
def test_a_recording_of_which_no_whole_second_may_count_is_refused(opened: Open, content: bytes) -> None:
    (problem,) = opened(content, "a.mp3" if content[:2] == b"\xff\xfb" or content[:3] == b"ID3" else "a.m4a")  # type: ignore[misc]
    assert problem.code == "media-too-short"
    assert "less than 2 seconds cannot earn time" in said(problem)


def test_a_film_of_which_no_whole_second_may_count_is_refused(opened: Open) -> None:
    (problem,) = opened(mp4(1.9), "a.mp4")  # type: ignore[misc]
    assert (problem.code, problem.params) == ("media-too-short", {"seconds": "1.9", "least": 2})
    assert sound(opened(mp4(2), "a.mp4")).course.activities[0].worth_seconds == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.mp3", b"\xff\xfb\x90\x00" + b"\xff" * 10_000_000),  # every byte may begin a frame, and none does
        ("a.ogg", b"OggS\0\x02" + bytes(20) + b"\x01\x13\x01vorbis" + b"\0" * 12 + (b"OggS\0\0" + bytes(21)) * 400_000),
        ("a.m4a", b"\0\0\0\x10ftypM4A \0\0\0\0" + b"\0\0\0\x08free" * 1_000_000),
    ],
)
def test_a_recording_made_to_be_read_for_ever_is_given_up_soon(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    began = time.process_time()
    assert audio.seconds_of(path, name.rpartition(".")[2]) is None
    assert time.process_time() - began < 2
