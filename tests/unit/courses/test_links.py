"""Are links to other sites read strictly, so that what people see is where they go?"""

import json
from pathlib import Path

import pytest

from courses.formats.link import LONGEST_ADDRESS, address_in
from courses.package import Package, open_package
from courses.strict_json.problem import Problem
from tests.course_factories import course_document


def shortcut(address: str, more: str = "") -> bytes:
    return f"[InternetShortcut]\r\nURL={address}\r\n{more}".encode()


SOUND = {
    "https://example.org": "https://example.org/",
    "HTTPS://Example.ORG/A?b=c#d": "https://example.org/A?b=c#d",
    "https://example.org:443/a": "https://example.org/a",
    "https://example.org:8443/a": "https://example.org:8443/a",
    "https://例子.中国/课程": "https://xn--fsqu00a.xn--fiqs8s/%E8%AF%BE%E7%A8%8B",
    "https://exаmple.org/": "https://xn--exmple-4nf.org/",  # with a Cyrillic letter: the name shows that it is another host
    "https://example.org/a%20b": "https://example.org/a%20b",
}

REFUSED = {
    "http://example.org/": "link-not-https",
    "javascript:alert(1)": "link-not-https",
    "file://server/share": "link-not-https",
    "//example.org/": "link-not-https",
    "https://user:secret@example.org/": "link-credentials",
    "https://bank.example@evil.example/": "link-credentials",
    "https:\\\\evil.example\\": "link-address",
    "https://example.org\\@evil.example/": "link-address",
    "https://example.org/\u202egpj.exe": "link-address",
    "https://exa mple.org/": "link-address",
    "https://[::1": "link-address",
    "https://example.org:99999/": "link-address",
    "https:///evil.example": "link-host",
    "https://localhost/": "link-host",
    "https://127.0.0.1/": "link-host",
    "https://[::1]/": "link-host",
    "https://2130706433/": "link-host",
    "https://-a.example/": "link-host",
    "https://exam%70le.org/": "link-host",
    "https://example.org/" + "a" * LONGEST_ADDRESS: "link-address",
}


@pytest.mark.parametrize("written", SOUND)
def test_an_address_is_read_with_its_host_as_the_network_knows_it(written: str) -> None:
    assert address_in(shortcut(written)) == SOUND[written]


@pytest.mark.parametrize("written", REFUSED)
def test_an_address_that_hides_something_is_refused(written: str) -> None:
    found = address_in(shortcut(written))
    assert isinstance(found, Problem), found
    assert found.code == REFUSED[written]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "link-file"),
        (b"URL=https://example.org/", "link-file"),
        (b"[InternetShortcut]\nIconIndex=0", "link-file"),
        (b"[InternetShortcut]\nURL=https://example.org/\n" + b"a" * 9000, "link-file"),
        (shortcut("https://example.org/", "IconFile=\\\\evil.example\\share\\a.ico"), "link-other-file"),
    ],
)
def test_a_file_that_is_not_a_plain_shortcut_is_refused(content: bytes, code: str) -> None:
    found = address_in(content)
    assert isinstance(found, Problem), found
    assert found.code == code


def test_a_shortcut_as_browsers_and_windows_write_it_is_read() -> None:
    windows = b"[{000214A0-0000-0000-C000-000000000046}]\r\nProp3=19,11\r\n" + shortcut(
        "https://example.org/a", "IDList=\r\nIconIndex=0\r\n"
    )
    assert address_in(windows) == "https://example.org/a"
    assert address_in(b"\xef\xbb\xbf" + shortcut("https://example.org/a")) == "https://example.org/a"
    in_gbk = shortcut("https://example.org/a") + "IconFile=C:\\用户\\a.ico\r\n".encode("gbk")
    assert address_in(in_gbk) == "https://example.org/a"
    assert address_in(shortcut("https://example.org/a") + b"[Other]\r\nURL=https://evil.example/\r\n") == "https://example.org/a"


def test_one_shortcut_is_a_course_of_one_link_and_the_upload_says_what_it_can_earn(tmp_path: Path) -> None:
    file = tmp_path / "备课资源.url"
    file.write_bytes(shortcut("https://example.org/lessons"))
    found = open_package(file)
    assert isinstance(found, Package), found
    (activity,) = found.course.activities
    assert (activity.format, activity.title.zh, dict(activity.requires)) == ("link", "备课资源", {})
    assert found.warnings == (Problem("link-earns", "links/link.url", {"host": "example.org"}),)


def test_a_course_holds_links_beside_other_activities_and_a_bad_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links/more.url").write_bytes(shortcut("https://example.org/more"))
    activity = {"format": "link", "entry": "links/more.url", "minutes": 5}
    (tmp_path / "course.json").write_text(json.dumps(course_document("with-link", {"more": activity})), encoding="utf-8")
    assert isinstance(open_package(tmp_path), Package)
    (tmp_path / "links/more.url").write_bytes(shortcut("http://example.org/more"))
    assert open_package(tmp_path) == [Problem("link-not-https", "links/more.url")]
