"""Are pages and our own files compressed without changing their content, and are all other responses unchanged?"""

import gzip
import json
import re
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import xapi.storage.keys
import xapi.storage.store
from tests.course_factories import put_files
from tests.factories import CONTENT_URL, World, signed_in

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
SCRIPT = "/static/vendor/htmx.min.js"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The network traffic is the same with every database."""
    return sqlite_url


@pytest.fixture
def teacher(world: World) -> FlaskClient:
    return signed_in(world.app, "teacher")


def plain(answer: TestResponse) -> bytes:
    return gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") == "gzip" else answer.data


@pytest.mark.parametrize("address", ["/home", SCRIPT, "/static/css/app.css", "/static/icons.svg", "/nowhere"])
def test_a_client_with_gzip_gets_the_same_content_compressed(teacher: FlaskClient, address: str) -> None:
    whole, less = teacher.get(address, buffered=True), teacher.get(address, headers=GZIP, buffered=True)
    assert "Content-Encoding" not in whole.headers
    assert less.headers["Content-Encoding"] == "gzip"
    assert len(less.data) < len(whole.data) / 2
    assert less.headers["Content-Length"] == str(len(less.data))
    token = rb'name="csrf-token" content="[^"]*"|value="[^"]*"'
    assert re.sub(token, b"", plain(less)) == re.sub(token, b"", whole.data)
    for answer in (whole, less):
        assert "Accept-Encoding" in answer.headers["Vary"]
    head = teacher.head(address, headers=GZIP, buffered=True)
    assert (head.data, head.headers["Content-Encoding"]) == (b"", "gzip")


@pytest.mark.parametrize("said", ["", "br", "gzip;q=0", "identity", "gzip;q=0, *"])
def test_a_client_without_gzip_gets_an_uncompressed_reply(teacher: FlaskClient, said: str) -> None:
    answer = teacher.get("/home", headers={"Accept-Encoding": said}, buffered=True)
    assert "Content-Encoding" not in answer.headers
    assert answer.data.startswith(b"<!doctype html>")


def test_what_a_browser_has_already_is_not_sent_again(teacher: FlaskClient) -> None:
    whole, less = teacher.get(SCRIPT, buffered=True), teacher.get(SCRIPT, headers=GZIP, buffered=True)
    assert less.headers["ETag"] == f"W/{whole.headers['ETag']}"
    for known in (whole.headers["ETag"], less.headers["ETag"]):
        again = teacher.get(SCRIPT, headers={**GZIP, "If-None-Match": known}, buffered=True)
        assert (again.status_code, again.data) == (304, b"")
        assert "Accept-Encoding" in again.headers["Vary"]
        assert "Content-Encoding" not in again.headers
    assert teacher.get(SCRIPT, headers={**GZIP, "If-None-Match": '"other"'}, buffered=True).status_code == 200


def test_ranges_and_films_are_what_they_are(app: Flask, teacher: FlaskClient) -> None:
    whole = teacher.get(SCRIPT, buffered=True).data
    part = teacher.get(SCRIPT, headers={**GZIP, "Range": "bytes=100-199"}, buffered=True)
    assert (part.status_code, part.data) == (206, whole[100:200])
    assert "Content-Encoding" not in part.headers
    with app.app_context():
        sha256 = put_files({path: b"film" * 1000 for path in ("film.mp4", "words.json")})
    for path in ("film.mp4", "words.json"):
        address = f"{CONTENT_URL}/content/{sha256}/{path}"
        visitor = app.test_client()
        answers = (
            visitor.get(address, headers=GZIP, buffered=True),
            visitor.get(address, headers={**GZIP, "Range": "bytes=4-7"}, buffered=True),
        )
        assert [(one.status_code, one.data) for one in answers] == [(200, b"film" * 1000), (206, b"film")]
        assert not any("Content-Encoding" in one.headers for one in answers)


def test_a_players_own_script_is_compressed_on_the_content_host(app: Flask) -> None:
    address = f"{CONTENT_URL}/player/vendor/h5p/frame.bundle.js"
    visitor = app.test_client()
    whole, less = visitor.get(address, buffered=True), visitor.get(address, headers=GZIP, buffered=True)
    assert whole.status_code == 200
    assert plain(less) == whole.data
    assert len(less.data) < len(whole.data) / 2


def test_the_record_store_answers_byte_for_byte(world: World) -> None:
    world.study("reading", 300)
    world.study("reading", 300)
    key, secret = world.act(lambda session: xapi.storage.keys.add_key(session, "k", ("all",), now=world.clock()))
    headers = {**GZIP, "X-Experience-API-Version": "1.0.3"}
    answer = world.app.test_client().get("/xapi/statements", auth=(key, secret), headers=headers)
    assert len(json.loads(answer.data)["statements"]) == 2
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" not in answer.headers.get("Vary", "")


def test_a_small_reply_is_not_made_larger(app: Flask) -> None:
    answer = app.test_client().get("/healthz", headers=GZIP)
    assert "Content-Encoding" not in answer.headers
    assert answer.json == {"status": "ok"}


def test_a_first_visit_is_small(teacher: FlaskClient) -> None:
    def sizes(**headers: Any) -> int:
        page = teacher.get("/home", headers=headers, buffered=True)
        files = set(re.findall(rb'(?:src|href)="(/static/[^"#]*)', plain(page)))
        assert len(files) >= 6
        return len(page.data) + sum(len(teacher.get(one.decode(), headers=headers, buffered=True).data) for one in files)

    assert sizes(**GZIP) < 40_000
    assert sizes() > 90_000


def test_the_token_of_forms_is_another_one_in_every_second(teacher: FlaskClient) -> None:
    """A compressed page can leak a secret that stays the same in every response; the signature of this token never does."""

    def signature() -> str:
        found = re.search(r'name="csrf-token" content="([^"]*)"', teacher.get("/home", buffered=True).text)
        assert found
        return found[1].rpartition(".")[2]

    first = signature()
    time.sleep(1.1)
    assert signature() != first
