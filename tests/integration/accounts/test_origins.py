"""Is a form accepted only from a page of this site, even with a valid token?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.origins import is_ours, origin_of
from lms.app import create_app
from tests.access import form_token
from tests.factories import World, settings_for
from tests.integration.learning.conftest import Page

OURS, OTHER = "http://localhost", "http://evil.example"
SECURE = "https://training.example"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are tested on SQLite."""
    return sqlite_url


@pytest.fixture
def secure(database_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """A browser at a site that people reach by https."""
    app: Flask = create_app(settings_for(database_url, tmp_path, public_url=SECURE, content_url="https://content.example"))
    yield app.test_client()
    app.extensions["db"].dispose()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": OURS}, 302),
        ({"Origin": f"{OURS}:80"}, 302),
        ({"Referer": f"{OURS}/home?x=1"}, 302),
        ({}, 302),  # over http a program without either: the token decides
        ({"Origin": OTHER}, 400),
        ({"Origin": "null"}, 400),  # a sandboxed frame
        ({"Origin": ""}, 400),
        ({"Origin": f"{OURS}:8001"}, 400),
        ({"Origin": "https://localhost"}, 400),
        ({"Origin": "http://localhost.evil.example"}, 400),
        ({"Origin": "http://127.0.0.1"}, 400),  # the content host
        ({"Origin": OTHER, "Referer": f"{OURS}/home"}, 400),
        ({"Referer": f"{OTHER}/{OURS}"}, 400),
        ({"Referer": "http://[oops"}, 400),
    ],
)
def test_a_form_is_taken_from_our_own_pages_only(world: World, headers: dict[str, str], status: int) -> None:
    client = world.client()
    answer = client.post("/locale", data={"locale": "en"}, headers={"X-CSRFToken": form_token(client), **headers})
    assert answer.status_code == status, answer.text
    assert status == 302 or OURS in answer.text, "the refusal says where the site is"


def test_the_token_is_still_asked_for(world: World) -> None:
    assert world.client().post("/locale", data={"locale": "en"}, headers={"Origin": OURS}).status_code == 400


def test_signing_in_from_another_site_is_refused(world: World) -> None:
    client = world.app.test_client()
    headers = {"X-CSRFToken": form_token(client), "Origin": OTHER}
    assert client.post("/login", data={"identity": "teacher", "password": "x"}, headers=headers).status_code == 400


def test_opening_an_activity_from_another_site_is_refused(world: World) -> None:
    page = Page(world.client(), world)
    page.client.environ_base["HTTP_ORIGIN"] = OTHER
    assert page.ask_to_open(page.csrf()).status_code == 400


def test_what_carries_a_credential_of_its_own_is_not_asked_where_it_comes_from(world: World) -> None:
    page = Page(world.client(), world).open()
    for origin in (OURS, "null", OTHER):
        headers = {"Origin": origin}
        assert page.send("/learn/beat", json={"nonce": page.nonce}, headers=headers).status_code == 200
        assert page.send("/learn/state", json={"body": {}}, headers=headers).status_code == 200
        assert world.app.test_client().post("/xapi/oauth/token", headers=headers).status_code in {400, 401}, "as without an Origin"


def test_over_https_a_form_without_origin_and_referer_is_refused(secure: FlaskClient) -> None:
    secure.environ_base["wsgi.url_scheme"] = "https"
    token = {"X-CSRFToken": form_token_at(secure)}
    sent = {"base_url": SECURE, "data": {"locale": "en"}}
    assert secure.post("/locale", headers=token, **sent).status_code == 400
    assert secure.post("/locale", headers={**token, "Origin": SECURE}, **sent).status_code == 302
    assert secure.post("/locale", headers={**token, "Referer": f"{SECURE}/login"}, **sent).status_code == 302
    assert secure.post("/locale", headers={**token, "Origin": "http://training.example"}, **sent).status_code == 400


def form_token_at(client: FlaskClient) -> str:
    """Return the token of the sign-in page of a site with https."""
    page = client.get("/login", base_url=SECURE)
    return page.text.partition('name="csrf-token" content="')[2].partition('"')[0]


def test_behind_a_proxy_it_is_the_public_address_that_counts(tmp_path: Path) -> None:
    settings = settings_for("sqlite://", tmp_path, public_url=SECURE)
    assert is_ours(SECURE, None, settings)  # with any Host and scheme that the proxy passes on
    assert not is_ours("http://web:8000", None, settings)
    assert origin_of("null") is None


def test_cookies_over_https_are_of_this_host_alone(secure: FlaskClient) -> None:
    given = secure.get("/login", base_url=SECURE).headers.getlist("Set-Cookie")
    assert given
    for cookie in given:
        assert cookie.startswith("__Host-")
        assert "Domain=" not in cookie
        assert all(word in cookie for word in ("Secure", "Path=/", "SameSite=Lax", "HttpOnly"))
