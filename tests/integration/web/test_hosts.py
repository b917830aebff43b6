"""Are the two hosts separate: no page and no cookie on the content host, and no uploaded content on the page host?"""

from pathlib import Path

import pytest
from flask import Flask

from lms.app import create_app
from tests import access
from tests.access import CONTENT, Place
from tests.factories import World, settings_for

ELSEWHERE = "http://127.0.0.1"

UNITS = ("cmi5.fetch", "cmi5.returned", "workshop.fetch_of_preview", "workshop.records_of_preview")  # what units of cmi5 ask


@pytest.fixture
def place(world: World) -> Place:
    return access.build(world)


def test_no_page_is_served_on_the_content_host_and_no_cookie_is_set_there(place: Place) -> None:
    client = place.client("teacher")
    token = {"X-CSRFToken": access.form_token(client)}
    for rule in place.world.app.url_map.iter_rules():
        if rule.endpoint in CONTENT or rule.endpoint.startswith(("xapi.", "health.", "commits.")) or rule.endpoint in UNITS:
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            address = place.address(rule)
            answer = client.open(address, method=method, base_url=ELSEWHERE, headers=token, **place.body(rule.endpoint))
            if method == "GET":
                assert (answer.status_code, answer.location) == (302, f"http://localhost{address}")
            else:
                assert answer.status_code in {400, 404}, (method, address)
            assert "Set-Cookie" not in answer.headers, (method, address)


@pytest.mark.parametrize("address", ["/nothing", "/content/x/y", f"/content/{'0' * 64}/none", "/player/none", "/frame/scorm/x/y"])
def test_what_is_not_there_is_told_on_the_content_host_without_a_page_and_a_cookie(app: Flask, address: str) -> None:
    answer = app.test_client().get(address, base_url=ELSEWHERE, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert "Set-Cookie" not in answer.headers


def test_content_is_served_on_the_content_host_only_however_it_is_written(place: Place) -> None:
    client = place.client("teacher")
    for rule in place.world.app.url_map.iter_rules():
        if rule.endpoint in CONTENT:
            address = place.address(rule)
            assert client.get(address, base_url="http://localhost", buffered=True).status_code == 404
            served = 404 if rule.endpoint == "content.ahead" else 200  # only packages with a host of their own have such a page
            for host in (ELSEWHERE, f"{ELSEWHERE}:8000"):
                assert client.get(address, base_url=host, buffered=True).status_code == served


def test_a_host_name_in_capitals_is_the_same_host(database_url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(database_url, tmp_path, content_url="http://content.example"))
    assert app.test_client().get("/login", base_url="http://CONTENT.example").location == "http://localhost/login"
    app.extensions["db"].dispose()


def test_nobody_keeps_a_page_for_others_and_every_reply_is_guarded(place: Place) -> None:
    for address in ("/home", f"/transcript/{place.world.enrolment_id}", "/login", "/nothing", "/jobs/"):
        headers = place.client("teacher").get(address).headers
        assert headers["Cache-Control"] == "private, no-cache", address
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy


def test_cookies_are_for_our_pages_alone_and_with_https_for_https_alone(database_url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(database_url, tmp_path, public_url="https://training.example"))
    answer = app.test_client().get("/login", base_url="https://training.example")
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Secure"))
    assert "Domain=" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    app.extensions["db"].dispose()
