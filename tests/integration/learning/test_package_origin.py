"""Does a package that needs an origin run on its own host only, where nothing else answers?"""

import hashlib
import json
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from courses.formats import FORMATS
from courses.formats.format import OWN_HOST_SANDBOX
from lms.catalogue import contents
from lms.learning.package_hosts import PackageHosts, frame_alone
from lms.storage import storage
from tests.factories import CONTENT_URL, PUBLIC_URL, World
from tests.integration.catalogue import toy_format

SHA256, OTHER = "ab" * 32, "cd" * 32
PAGE = "<!doctype html><meta charset=gbk><script src=a.js></script>".encode("gbk")
FILES = {"index.html": PAGE, "a.js": b"", "data.xml": b"<x/>", "picture.svg": b"<svg/>", "paper.pdf": b"%PDF-1.7", "tool.exe": b"MZ"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No database is asked."""
    return sqlite_url


@pytest.fixture
def hosts(world: World, monkeypatch: pytest.MonkeyPatch) -> PackageHosts:
    """The hosts of packages, on a site with two packages and a format that needs such hosts."""
    frame = replace(toy_format.FORMAT.frame, sandbox=OWN_HOST_SANDBOX)
    monkeypatch.setitem(FORMATS, "toy", replace(toy_format.FORMAT, own_host=True, frame=frame))
    with world.app.app_context():
        for package in (SHA256, OTHER):
            for name, content in FILES.items():
                storage().put(f"packages/{package}/{name}", content)
    found: PackageHosts = world.app.extensions["package_hosts"]
    return found


@pytest.fixture
def visitor(world: World) -> FlaskClient:
    return world.app.test_client()


def rules_of(answer: TestResponse) -> dict[str, str]:
    (policy,) = answer.headers.getlist("Content-Security-Policy")
    return dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))


def test_a_package_runs_on_its_own_host_and_on_no_other(visitor: FlaskClient, hosts: PackageHosts) -> None:
    own = hosts.address(hosts.label(SHA256, 7))
    elsewhere = [hosts.address(hosts.label(OTHER, 7)), CONTENT_URL, PUBLIC_URL, hosts.address("www"), hosts.address(f"a.{own[7:39]}")]
    assert visitor.get(f"/frame/toy/{SHA256}/pack.cards", base_url=own).status_code == 200
    assert [visitor.get(f"/frame/toy/{SHA256}/pack.cards", base_url=one).status_code for one in elsewhere] == [404] * 5
    assert visitor.get(f"/content/{SHA256}/index.html", base_url=own, buffered=True).status_code == 200
    for other in (elsewhere[0], PUBLIC_URL, hosts.address("www"), elsewhere[4]):
        assert visitor.get(f"/content/{SHA256}/index.html", base_url=other).status_code == 404
    assert "allow-same-origin" not in rules_of(visitor.get(f"/content/{SHA256}/index.html", base_url=CONTENT_URL, buffered=True))["sandbox"]


@pytest.mark.parametrize("name", ["h5p", "video", "audio", "document"])
def test_a_frame_that_needs_no_origin_gets_one_on_a_host_for_itself_alone(visitor: FlaskClient, hosts: PackageHosts, name: str) -> None:
    """Pages of the package never run on that host: no file of it is served there."""
    alone, pages = (hosts.address(hosts.label(of, 7)) for of in (frame_alone(SHA256), SHA256))
    assert "allow-same-origin" not in rules_of(visitor.get(f"/frame/{name}/{SHA256}/x", base_url=CONTENT_URL))["sandbox"]
    rules = rules_of(visitor.get(f"/frame/{name}/{SHA256}/x", base_url=alone))
    assert rules["sandbox"] == f"{FORMATS[name].frame.sandbox} allow-same-origin"
    assert {source for one in ("script-src", "connect-src") for source in rules[one].split()} <= {
        f"{CONTENT_URL}/player/",
        f"{CONTENT_URL}/content/{SHA256}/",
        "'unsafe-eval'",
    }
    assert rules["worker-src"] == ("blob:" if name == "document" else "'none'"), "no worker stays behind"
    for other in (pages, hosts.address(hosts.label(frame_alone(OTHER), 7)), hosts.address("www")):
        assert visitor.get(f"/frame/{name}/{SHA256}/x", base_url=other).status_code == 404
    for file in FILES:
        assert visitor.get(f"/content/{SHA256}/{file}", base_url=alone).status_code == 404


def test_the_page_that_fetches_ahead_runs_nothing_and_names_no_film(world: World, visitor: FlaskClient, hosts: PackageHosts) -> None:
    files = {
        "a/h5p.json": {
            "title": "a",
            "mainLibrary": "H5P.A",
            "preloadedDependencies": [{"machineName": "H5P.A", "majorVersion": 1, "minorVersion": 2}],
        },
        "a/content/content.json": {
            "picture": {"path": "images/a b.png", "mime": "image/png"},
            "film": {"path": "f.mp4", "mime": "video/mp4"},
        },
        "a/H5P.A-1.2/library.json": {"preloadedJs": [{"path": "a.js"}, {"path": "large.js"}], "preloadedCss": [{"path": "gone.css"}]},
    }
    others = {"a/H5P.A-1.2/a.js": b"1", "a/H5P.A-1.2/large.js": b"2" * 1_600_000, "a/content/images/a b.png": b"3", "a/content/f.mp4": b"4"}
    with world.app.app_context():
        held = {name: json.dumps(one).encode() for name, one in files.items()} | others
        stored = {name: contents.put(storage(), hashlib.sha256(one).hexdigest(), one) for name, one in held.items()}
        sha256 = contents.put_listing(storage(), contents.Listing(stored))
    own = hosts.address(hosts.label(frame_alone(sha256), 7))
    answer = visitor.get(f"/ahead/h5p/{sha256}/a", base_url=own)
    base = f"{CONTENT_URL}/content/{sha256}/"
    named = re.findall(f'href="{base}([^"]+)"', answer.text)
    assert named == ["a/h5p.json", "a/content/content.json", "a/H5P.A-1.2/library.json", "a/H5P.A-1.2/a.js", "a/content/images/a%20b.png"]
    assert f"{CONTENT_URL}/player/v-" in answer.text
    assert "<script" not in answer.text
    rules = rules_of(answer)
    assert (rules["sandbox"], rules["script-src"], rules["frame-ancestors"]) == ("allow-same-origin", "'none'", PUBLIC_URL)
    for elsewhere in (CONTENT_URL, hosts.address(hosts.label(sha256, 7)), hosts.address(hosts.label(frame_alone(OTHER), 7))):
        assert visitor.get(f"/ahead/h5p/{sha256}/a", base_url=elsewhere).status_code == 404


@pytest.mark.parametrize(
    ("agent", "own"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", True),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", False),
    ],
)
def test_only_a_browser_that_keeps_nothing_without_an_origin_gets_a_frame_with_one(world: World, agent: str, own: bool) -> None:
    page = world.client().get(f"/learn/{world.enrolment_id}/{world.course_version_id}/reading", headers={"User-Agent": agent}).text
    (frame,) = re.findall("<iframe[^>]+data-frame[^>]+>", page)
    assert ("allow-same-origin" in frame) is own
    assert (f'src="{CONTENT_URL}/' in frame) is not own
    config = json.loads(re.findall('id="player-config">(.+?)</script>', page)[0])
    assert bool(config["ahead"]) is own


def test_a_frame_on_a_package_s_host_runs_our_code_alone_and_shows_that_package_alone(visitor: FlaskClient, hosts: PackageHosts) -> None:
    own = hosts.address(hosts.label(SHA256, 7))
    rules = rules_of(visitor.get(f"/frame/toy/{SHA256}/pack.cards", base_url=own))
    assert rules["sandbox"] == OWN_HOST_SANDBOX
    assert rules["script-src"] == f"{own}/player/"
    assert rules["frame-src"] == f"{own}/content/{SHA256}/"
    assert (rules["default-src"], rules["frame-ancestors"]) == ("'none'", PUBLIC_URL)


@pytest.mark.parametrize("name", ["index.html", "data.xml", "picture.svg", "a.js"])
def test_pages_of_a_package_reach_their_own_host_alone_and_leave_no_worker_behind(
    visitor: FlaskClient, hosts: PackageHosts, name: str
) -> None:
    answer = visitor.get(f"/content/{SHA256}/{name}", base_url=hosts.address(hosts.label(SHA256, 7)), buffered=True)
    rules = rules_of(answer)
    assert rules.pop("frame-ancestors") == f"'self' {PUBLIC_URL}"
    assert rules["worker-src"] == "'none'"
    assert "allow-popups" not in rules["sandbox"]
    assert "allow-top-navigation" not in rules["sandbox"]
    sources = {source for name, sources in rules.items() if name != "sandbox" for source in sources.split()}
    assert sources <= {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_pages_have_the_types_that_they_need_and_state_their_encoding_themselves(visitor: FlaskClient, hosts: PackageHosts) -> None:
    own = hosts.address(hosts.label(SHA256, 7))
    found = {name: visitor.get(f"/content/{SHA256}/{name}", base_url=own, buffered=True) for name in FILES}
    types = {name: answer.headers["Content-Type"] for name, answer in found.items()}
    assert types == {
        **{"index.html": "text/html", "a.js": "text/javascript", "data.xml": "text/xml", "picture.svg": "image/svg+xml"},
        **dict.fromkeys(("paper.pdf", "tool.exe"), "application/octet-stream"),
    }
    assert [name for name, answer in found.items() if "Content-Disposition" in answer.headers] == ["paper.pdf", "tool.exe"]


def test_a_file_is_found_in_whatever_case_a_page_writes_its_name(visitor: FlaskClient, hosts: PackageHosts) -> None:
    own = hosts.address(hosts.label(SHA256, 7))
    assert visitor.get(f"/content/{SHA256}/Index.HTML", base_url=own, buffered=True).data == PAGE
    assert visitor.get(f"/content/{SHA256}/Index.HTML", base_url=CONTENT_URL).status_code == 404


def test_no_page_of_ours_answers_on_a_package_s_host_and_no_cookie_is_set_there(world: World, hosts: PackageHosts) -> None:
    own = hosts.address(hosts.label(SHA256, 7))
    for base in (own, hosts.address("www"), f"{own}:8000"):
        answer = world.client().get("/home", base_url=base)
        assert (answer.status_code, answer.location) == (302, f"{PUBLIC_URL}/home")
        assert "Set-Cookie" not in answer.headers
        assert world.client().post("/learn/beat", base_url=base, json={"nonce": ""}).status_code == 404


def test_our_pages_may_show_packages_on_their_hosts(world: World) -> None:
    policy = world.client().get("/home").headers["Content-Security-Policy"]
    assert f"frame-src {CONTENT_URL} http://*.localhost;" in policy


def test_the_player_s_page_shows_a_package_on_the_host_of_this_package_and_login(world: World, hosts: PackageHosts) -> None:
    """Two logins of one person in two browsers, or of two people in one, have different hosts."""

    def frame(client: FlaskClient) -> str:
        page = client.get(f"/learn/{world.enrolment_id}/{world.course_version_id}/reading").text
        config: dict[str, str] = json.loads(page.partition('id="player-config">')[2].partition("</script>")[0])
        return config["frame"]

    first, second = world.client(), world.client()
    FORMATS["h5p"], plain = replace(FORMATS["h5p"], own_host=True), FORMATS["h5p"]
    try:
        assert frame(first) == frame(first)
        assert frame(first).split("/")[2] != frame(second).split("/")[2]
        assert frame(first).partition("/frame/")[2] == frame(second).partition("/frame/")[2]
    finally:
        FORMATS["h5p"] = plain
