"""How does the content host serve each type of file, including files that are two types at once?"""

import pytest
from flask.testing import FlaskClient

from lms.learning.file_kinds import RUNS_NOTHING
from tests.course_factories import put_files
from tests.factories import CONTENT_URL, World

SCRIPT = b"<script>parent.postMessage('ran','*')</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
POLYGLOTS = {  # name → what is in it
    "drawing.svg": SVG,
    "page.html": b"<!doctype html>" + SCRIPT,
    "page.xhtml": b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
    "feed.xml": b'<?xml version="1.0"?><?xml-stylesheet href="x.xsl" type="text/xsl"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">1</x:script>',
    "code.js": b"/*" + SCRIPT + b"*/",
    "data.json": b'{"a": "' + SCRIPT + b'"}',
    "paper.pdf": b"%PDF-1.7\n<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>",
    "photo.png": b"\x89PNG\r\n\x1a\n" + SCRIPT,
    "photo.gif": b"GIF89a/*" + SCRIPT + b"*/=1;",
    "photo.jpg.html": b"\xff\xd8\xff" + SCRIPT,
    "thing.unknown": SCRIPT,
    "nothing": SCRIPT,
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No database is asked."""
    return sqlite_url


@pytest.fixture
def sha256(world: World) -> str:
    """The hash of an activity that has such files."""
    with world.app.app_context():
        return put_files({f"content/{name}": content for name, content in POLYGLOTS.items()})


@pytest.fixture
def visitor(world: World) -> FlaskClient:
    """A visitor of the content host."""
    return world.app.test_client()


@pytest.mark.parametrize("name", POLYGLOTS)
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-3"}])
def test_a_file_runs_nothing_by_itself_and_is_what_its_name_says(
    visitor: FlaskClient, sha256: str, name: str, headers: dict[str, str]
) -> None:
    answer = visitor.get(f"/content/{sha256}/content/{name}", base_url=CONTENT_URL, headers=headers)
    assert answer.status_code == (206 if headers else 200)
    assert answer.headers.getlist("Content-Security-Policy") == [RUNS_NOTHING]
    assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    shown_in_a_page = name.endswith((".js", ".json", ".png", ".gif"))
    assert ("Content-Disposition" in answer.headers) is not shown_in_a_page
    assert answer.mimetype not in {"text/html", "application/xhtml+xml", "application/xml", "text/xml", "application/pdf"}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_only_a_web_page_is_a_page_and_only_inside_a_frame_without_an_origin(visitor: FlaskClient, sha256: str, name: str) -> None:
    asked = {"Sec-Fetch-Dest": "iframe"}
    answer = visitor.get(f"/content/{sha256}/content/{name}", base_url=CONTENT_URL, headers=asked)
    if not name.endswith(".html"):
        assert answer.headers.getlist("Content-Security-Policy") == [RUNS_NOTHING]
        return
    (policy,) = answer.headers.getlist("Content-Security-Policy")
    assert policy.startswith("sandbox allow-scripts; default-src 'none'; ")
    assert f"connect-src {CONTENT_URL}/content/{sha256}/;" in policy
    assert (answer.mimetype, answer.headers["Vary"]) == ("text/html", "Sec-Fetch-Dest")


def test_a_frame_takes_scripts_from_its_own_package_and_the_player_only(visitor: FlaskClient, sha256: str) -> None:
    answer = visitor.get(f"/frame/h5p/{sha256}/activities/reading", base_url=CONTENT_URL)
    rules = dict(rule.strip().partition(" ")[::2] for rule in answer.headers["Content-Security-Policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"].split() == [f"{CONTENT_URL}/player/", f"{CONTENT_URL}/content/{sha256}/", "'unsafe-eval'"]
    assert "allow-same-origin" not in rules["sandbox"]
    assert "'unsafe-inline'" not in rules["script-src"]


def test_a_frame_without_an_origin_may_see_that_parts_of_a_file_can_be_asked_for(visitor: FlaskClient, sha256: str) -> None:
    """Browsers hide other headers from it, and pdf.js would fetch a whole PDF to show its first page."""
    answer = visitor.get(f"/content/{sha256}/content/paper.pdf", base_url=CONTENT_URL)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Access-Control-Expose-Headers"] == "Accept-Ranges, Content-Range"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_document_s_frame_starts_its_own_worker_and_runs_no_code_made_from_text(visitor: FlaskClient, sha256: str) -> None:
    answer = visitor.get(f"/frame/document/{sha256}/content/paper.pdf", base_url=CONTENT_URL)
    rules = dict(rule.strip().partition(" ")[::2] for rule in answer.headers["Content-Security-Policy"].split(";"))
    assert rules["worker-src"] == "blob:"
    assert "eval" not in answer.headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in rules["script-src"]


def test_files_of_the_players_run_nothing_by_themselves_either(visitor: FlaskClient) -> None:
    answer = visitor.get("/player/frame.js", base_url=CONTENT_URL)
    assert answer.headers["Content-Security-Policy"] == RUNS_NOTHING
    assert answer.mimetype == "text/javascript"
