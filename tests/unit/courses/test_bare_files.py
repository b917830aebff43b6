"""Does a single H5P content or video become a course, and is everything else refused with the reason?"""

import copy
import struct
from typing import Any

import pytest

from courses.archive import Limits
from courses.outline import parse_course
from tests.unit.courses import folders
from tests.unit.courses.folders import Open, course_files, mp4, problems, said, sound, text, webm, zipped


def bare_h5p(library: str = "TH.Reading", body: Any = folders.READING) -> dict[str, bytes]:
    return {"h5p.json": text(folders.about(library)).encode(), "content/content.json": text(body).encode()}


def test_an_h5p_alone_is_a_course_of_one_activity(opened: Open) -> None:
    package = sound(opened(zipped(bare_h5p()), "My Reading.h5p"))
    activity = package.course.activities[0]
    assert (len(package.course.activities), activity.title.zh, activity.minutes, activity.entry) == (1, "标题", 10, "content")
    assert package.course.code.startswith("my-reading-")
    assert {"content/h5p.json", "content/content/content.json", "content/TH.Reading-1.2/library.json"} <= package.files.keys()
    assert parse_course(package.outline) == package.course


def test_the_title_of_an_h5p_is_cleaned_and_the_file_s_name_stands_in_for_none(opened: Open) -> None:
    for written, shown in (("a\0b ", "ab"), ("\0", "第一课"), ("长" * 300, "长" * 200)):
        files = {**bare_h5p(), "h5p.json": text({**folders.about("TH.Reading"), "title": written}).encode()}
        assert sound(opened(zipped(files), "第一课.h5p")).course.title.zh == shown


def test_a_quiz_alone_has_nobody_who_knows_the_answers(opened: Open) -> None:
    assert problems(opened(zipped(bare_h5p("TH.Quiz", folders.QUIZ)), "quiz.h5p")) == ["answers/main.json"]


def test_an_h5p_file_inside_a_course_is_unpacked(opened: Open) -> None:
    files = {name: content for name, content in course_files().items() if not name.startswith("activities/read/")}
    outline = copy.deepcopy(folders.DOCUMENT)
    outline["modules"][0]["activities"][0]["entry"] = "activities/read.h5p"
    files |= {"course.json": text(outline).encode(), "activities/read.h5p": zipped(bare_h5p())}
    package = sound(opened(zipped(files)))
    assert package.course.activities[0].entry == "activities/read"
    assert package.sha256 == sound(opened(zipped(course_files()))).sha256
    hostile = {**files, "activities/read.h5p": zipped({**bare_h5p(), "../out.js": b"x"})}
    assert problems(opened(zipped(hostile))) == ["activities/read.h5p ../out.js"]


def test_archives_inside_a_course_share_its_limits(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    outline = copy.deepcopy(folders.DOCUMENT)
    first = outline["modules"][0]["activities"][0]
    outline["modules"][0]["activities"] = [{**first, "key": f"read-{n}", "entry": f"activities/read-{n}.h5p"} for n in range(2)]
    inner = zipped({**bare_h5p(), "content/film.mp4": bytes(range(256)) * 40})
    outer = {"course.json": text(outline).encode(), "activities/read-0.h5p": inner, "activities/read-1.h5p": inner}
    files = zipped(outer)
    sound(opened(files))
    room_for_one = sum(map(len, outer.values())) + 15_000
    monkeypatch.setattr("courses.unpacking.LIMITS", Limits(total=room_for_one))
    assert problems(opened(files)) == ["activities/read-1.h5p"]


@pytest.mark.parametrize(("content", "entry"), [(mp4(61), "media/video.mp4"), (webm(61), "media/video.webm")])
def test_a_video_alone_is_a_course_of_one_activity_whatever_its_name(opened: Open, content: bytes, entry: str) -> None:
    package = sound(opened(content, "第一课.zip"))
    activity = package.course.activities[0]
    assert (activity.title.zh, activity.minutes, activity.media_seconds, activity.requires) == ("第一课", 2, 61, {"coverage": 0.9})
    assert list(package.files) == [activity.entry] == [entry]
    assert package.course.code.startswith("video-")
    assert parse_course(package.outline) == package.course


def test_a_recording_that_does_not_say_its_length_needs_a_course_around_it(opened: Open) -> None:
    found = opened(webm(None), "a.webm")
    assert isinstance(found, list)
    assert "media_seconds" in said(found[0])


@pytest.mark.parametrize("content", [b"", b"text", b"%PDF-1.7", b"GIF89a", zipped({}), zipped({"a.txt": b"x"})])
def test_a_file_that_is_not_a_course_is_refused_with_the_reason(opened: Open, content: bytes) -> None:
    found = opened(content, "course.zip")
    assert isinstance(found, list)
    assert found


def boxed(kind: bytes, *inner: bytes) -> bytes:
    content = b"".join(inner)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def film(*codecs: bytes, duration: int = 60_000) -> bytes:
    """Return the head of an MP4 whose pictures are in these codecs."""
    header = boxed(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, duration) + bytes(80))
    tracks = (
        boxed(b"trak", boxed(b"mdia", boxed(b"minf", boxed(b"stbl", boxed(b"stsd", struct.pack(">II", 0, 1), boxed(one, bytes(78)))))))
        for one in codecs
    )
    return boxed(b"ftyp", b"isom", bytes(4)) + boxed(b"moov", header, *tracks)


@pytest.mark.parametrize(("codecs", "refused"), [((b"hvc1", b"mp4a"), True), ((b"hev1",), True), ((b"avc1", b"mp4a"), False), ((), False)])
def test_a_film_in_hevc_is_refused_with_its_codec(opened: Open, codecs: tuple[bytes, ...], refused: bool) -> None:
    found = opened(film(*codecs), "film.mp4")
    if refused:
        assert isinstance(found, list)
        assert [(one.code, one.params) for one in found] == [("hevc", {"codec": codecs[0].decode()})]
    else:
        assert sound(found).course.activities[0].media_seconds == 60


def test_a_length_of_all_ones_is_not_a_length(opened: Open) -> None:
    content = film(b"avc1", duration=2**32 - 1).replace(struct.pack(">I", 1000), struct.pack(">I", 90_000))
    found = opened(content, "film.mp4")
    assert isinstance(found, list)
    assert "how long" in said(found[0])
