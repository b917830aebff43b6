"""Does a file of a package run only where a player needs it, with any name and any content?"""

import pytest

from lms.learning.file_kinds import NEEDED, OTHER, RUNS_NOTHING, headers_of

RUN_AS_PAGES = ("text/html", "xml", "pdf", "shockwave", "xslt", "x-component", "multipart")


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("a/script.js", "text/javascript; charset=utf-8"),
        ("a/style.CSS", "text/css; charset=utf-8"),
        ("content/content.json", "application/json"),
        ("content/images/photo.JPG", "image/jpeg"),
        ("media/film.webm", "video/webm"),
        ("media/film.zh.vtt", "text/vtt; charset=utf-8"),
        ("fonts/a.woff2", "font/woff2"),
    ],
)
def test_what_a_player_needs_has_its_type_and_is_not_a_download(path: str, media_type: str) -> None:
    headers = headers_of(path)
    assert headers["Content-Type"] == media_type
    assert "Content-Disposition" not in headers


@pytest.mark.parametrize(
    "path",
    [
        *(
            "a.html",
            "a.htm",
            "a.HTML",
            "a.xhtml",
            "a.xht",
            "a.xml",
            "a.xsl",
            "a.rdf",
            "a.mht",
            "a.mhtml",
            "a.pdf",
            "a.swf",
            "a.htc",
            "a.shtml",
        ),
        *("a.unknown", "noending", "dir.js/noending", "a.", ".js.bak", "a.js.html", "a.svgz", "a.php", "a.webmanifest", "a.wasm", "a.exe"),
    ],
)
def test_everything_else_is_a_download_of_no_type(path: str) -> None:
    headers = headers_of(path)
    assert headers["Content-Type"] == OTHER
    assert headers["Content-Disposition"] == "attachment"


def test_a_drawing_is_a_drawing_in_a_page_and_a_download_by_itself() -> None:
    assert headers_of("images/a.SVG")["Content-Type"] == "image/svg+xml"
    assert headers_of("images/a.SVG")["Content-Disposition"] == "attachment"


@pytest.mark.parametrize("path", ["a.js", "a.svg", "a.html", "a.png", "noending", "a.json", "a.pdf", "a.mp4"])
def test_no_file_runs_anything_when_it_is_opened_by_its_address(path: str) -> None:
    headers = headers_of(path)
    assert headers["X-Content-Type-Options"] == "nosniff"
    rules = dict(rule.strip().partition(" ")[::2] for rule in headers["Content-Security-Policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["sandbox"] == "", "no script, no form, no pop-up, no origin"
    assert "script-src" not in rules
    assert rules["frame-ancestors"] == "'none'"
    assert headers["Content-Security-Policy"] == RUNS_NOTHING


def test_no_kind_that_is_not_a_download_can_be_a_page_with_scripts() -> None:
    assert [kind for kind in NEEDED.values() if any(word in kind for word in RUN_AS_PAGES)] == []
