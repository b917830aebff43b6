"""Is every hostile archive refused before it does harm, and every honest one unpacked completely?"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from courses.archive import Limits, unpack
from courses.strict_json.problem import Problem
from tests.unit.courses.folders import said, zipped

SMALL = Limits(files=5, total=50_000, directory=4000, small=1000)
Made = Callable[..., tuple[str, ...] | list[Problem]]


@pytest.fixture
def opened(tmp_path: Path) -> Made:
    """Unpack bytes as an archive, in a folder of its own; nothing may appear anywhere else."""

    def unpack_bytes(content: bytes, limits: Limits = SMALL) -> tuple[str, ...] | list[Problem]:
        source, into = tmp_path / "source.zip", tmp_path / "into"
        source.write_bytes(content)
        into.mkdir()
        found = unpack(source, into, limits)
        assert {path.name for path in tmp_path.iterdir()} == {"source.zip", "into"}
        return found

    return unpack_bytes


def entry(name: str, content: bytes = b"x", *, mode: int = 0, raw: bytes | None = None, bits: int = 0) -> bytes:
    """An archive of one entry, with a file mode, a raw name of the same length or flag bits put in afterwards."""
    buffer = io.BytesIO()
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, content)
    made = bytearray(buffer.getvalue())
    central = made.index(b"PK\x01\x02")
    if bits:
        made[6] |= bits
        made[central + 8] |= bits
    return bytes(made).replace(name.encode(), raw) if raw is not None else bytes(made)


def only(found: tuple[str, ...] | list[Problem]) -> Problem:
    assert isinstance(found, list)
    assert len(found) == 1
    return found[0]


def test_an_honest_archive_is_unpacked_whole(opened: Made, tmp_path: Path) -> None:
    assert opened(zipped({"course.json": b"{}", "media/第一课.mp4": b"film", "空.txt": b""})) == (
        "course.json",
        "media/第一课.mp4",
        "空.txt",
    )
    assert (tmp_path / "into/media/第一课.mp4").read_bytes() == b"film"


def test_what_systems_leave_behind_is_passed_over(opened: Made) -> None:
    files = {"a/.DS_Store": b"x", "__MACOSX/._a.exe": b"x", "a/Thumbs.db": b"x", ".git/hooks/x.sh": b"x", "a/b.txt": b"x"}
    assert opened(zipped(files)) == ("a/b.txt",)


def test_folders_of_their_own_are_not_files(opened: Made) -> None:
    assert opened(zipped({"a/": b"", "a/b.txt": b"x"})) == ("a/b.txt",)


@pytest.mark.parametrize(
    "name",
    [
        "../out.txt",
        "a/../../out.txt",
        "/etc/out.txt",
        "a//b.txt",
        "./a.txt",
        "a/./b.txt",
        "C:/out.txt",
        "a:stream.txt",
        "a\\b.txt",
        "..\\out.txt",
        "\\\\server\\out.txt",
        "a\nb.txt",
        "a.txt ",
        "a./b.txt",
        ".../b.txt",
        "../",
        "x" * 201 + ".txt",
        "/".join(["abcdefghi"] * 40) + ".txt",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(opened: Made, name: str) -> None:
    assert only(opened(zipped({name: b"" if name.endswith("/") else b"x"}))).path in {name, ascii(name)}


@pytest.mark.parametrize("turning", ["\u202e", "\u202d", "\u2066", "\u200f", "\u061c"])
def test_a_name_that_turns_text_around_is_refused_and_shown_with_what_is_hidden_in_it(opened: Made, turning: str) -> None:
    found = only(opened(zipped({f"content/photo{turning}gpj.js": b"x"})))
    assert (found.code, found.path) == ("name-turned", ascii(f"content/photo{turning}gpj.js"))


def test_somebody_with_an_old_packer_is_told_what_to_do(opened: Made) -> None:
    assert "pack the files again" in said(only(opened(zipped({"media\\film.mp4": b"x"}))))


def test_a_name_with_a_zero_in_it_is_refused_though_libraries_cut_it_there(opened: Made) -> None:
    assert "leads outside" in said(only(opened(entry("a.txtXYZ", raw=b"a.txt\0YZ"))))


@pytest.mark.parametrize("name", ["a.exe", "a.php", "a.html", "a.HTM", "a.sh", "a.jar", "a.swf", "a.jpg.py"])
def test_a_kind_of_file_that_a_course_may_not_hold_is_refused(opened: Made, name: str) -> None:
    assert "kind of file" in said(only(opened(zipped({name: b"x"}))))


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o060644, 0o020644, 0o140644])
def test_links_and_devices_are_refused(opened: Made, mode: int) -> None:
    assert "link or a device" in said(only(opened(entry("a.txt", b"/etc/passwd", mode=mode))))


def test_a_hidden_link_is_refused_too(opened: Made) -> None:
    assert "link" in said(only(opened(entry(".a.txt", b"/etc", mode=0o120777))))


@pytest.mark.parametrize("bits", [0x1, 0x41])
def test_an_encrypted_file_is_refused(opened: Made, bits: int) -> None:
    assert "encrypted" in said(only(opened(entry("a.txt", bits=bits))))


def test_an_unusual_compression_is_refused(opened: Made) -> None:
    assert "ordinary zip compression" in said(only(opened(zipped({"a.txt": b"x" * 500}, zipfile.ZIP_BZIP2))))


def test_a_dense_file_is_a_bomb_however_small_its_archive(opened: Made) -> None:
    assert "times its packed size" in said(only(opened(zipped({"a.txt": b"0" * 40_000}))))


def test_more_bytes_than_allowed_are_refused_before_they_are_written(opened: Made, tmp_path: Path) -> None:
    content = {f"{n}.txt": bytes(range(256)) * 80 for n in range(3)}
    assert "would unpack to" in said(only(opened(zipped(content, zipfile.ZIP_STORED))))
    assert list((tmp_path / "into").iterdir()) == []


def test_more_files_than_allowed_are_refused(opened: Made) -> None:
    assert "has 6 files" in said(only(opened(zipped({f"{n}.txt": b"" for n in range(6)}))))


def test_a_list_of_files_that_is_too_long_is_not_even_read(opened: Made) -> None:
    assert "list of files" in said(only(opened(zipped({f"{n}.txt": b"" for n in range(200)}))))


def test_the_same_name_twice_is_refused(opened: Made) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", b"shown to the check")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", b"served")
    assert only(opened(buffer.getvalue())) == Problem("name-twice", "a.txt")


def test_a_file_that_is_there_twice_alike_is_unpacked_once(opened: Made) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", b"the same")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", b"the same")
    assert opened(buffer.getvalue()) == ("a.txt",)


def test_names_that_some_systems_take_for_the_same_are_refused(opened: Made) -> None:
    assert "capital letters" in said(only(opened(zipped({"a.txt": b"1", "A.TXT": b"2"}))))


def test_a_file_that_is_also_a_folder_is_refused(opened: Made) -> None:
    assert only(opened(zipped({"a": b"1", "a/b.txt": b"2"}))) == Problem("file-and-folder", "a")


def test_a_name_composed_in_two_ways_is_one_name(opened: Made) -> None:
    assert said(only(opened(zipped({"\u00e9.txt": b"1", "e\u0301.txt": b"2"})))) == "is there twice"


def test_names_written_by_chinese_windows_are_read(opened: Made) -> None:
    assert opened(entry("abcd.txt", raw="课件".encode("gb18030") + b".txt")) == ("课件.txt",)


def test_names_in_utf8_without_the_mark_are_read(opened: Made) -> None:
    assert opened(entry("abcdef.txt", raw="课件".encode() + b".txt")) == ("课件.txt",)


def test_a_name_in_no_known_encoding_is_refused(opened: Made) -> None:
    assert "encoding" in said(only(opened(entry("ab.txt", raw=b"\xff\xff.txt"))))


def test_files_that_share_their_bytes_are_refused(opened: Made) -> None:
    """An overlap bomb: one packed kernel that many entries name (Fifield 2019)."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = kernel.compress(bytes(range(256)) * 2) + kernel.flush()
    fields = (20, 0, 8, 0, 0x21, zlib.crc32(bytes(range(256)) * 2), len(packed), 512, 5, 0)
    local = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", *fields) + b"a.txt" + packed
    directory = b"".join(
        b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 20, *fields, 0, 0, 0, 0, 0) + name for name in (b"a.txt", b"b.txt", b"c.txt")
    )
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 3, 3, len(directory), len(local), 0)
    found = opened(local + directory + end)
    assert isinstance(found, list)
    assert {said(problem) for problem in found} == {"overlaps another file in the archive"}


def test_a_file_that_is_not_what_the_archive_says_is_named(opened: Made) -> None:
    made = entry("a.txt", b"the content")
    assert only(opened(made.replace(b"the content", b"other bytes"))).path == "a.txt"


def test_an_archive_that_was_cut_off_is_refused(opened: Made) -> None:
    assert "not a readable zip" in said(only(opened(zipped({"a.txt": b"x" * 900})[:-30])))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18, b"PK\x03\x04" * 500, b"\0" * 100])
def test_a_file_that_is_not_an_archive_is_refused(opened: Made, content: bytes) -> None:
    assert isinstance(opened(content), list)


def test_every_problem_is_listed_with_its_path(opened: Made) -> None:
    found = opened(zipped({"../a.txt": b"x", "b.exe": b"x", "c.txt": b"x", "d\\e.txt": b"x"}))
    assert isinstance(found, list)
    assert [problem.path for problem in found] == ["../a.txt", "b.exe", "d\\e.txt"]


def test_an_empty_archive_has_no_files_and_no_problem(opened: Made) -> None:
    assert opened(zipped({})) == ()
