"""Does a film of a form arrive in parts, once, and only for its owner?"""

import base64
from hashlib import sha256

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.catalogue.models import Upload
from lms.jobs.models import Job
from lms.storage import storage
from tests.access import form_token
from tests.factories import signed_in
from tests.integration.workshop.editing import PNG, post, rows
from tests.unit.courses.authored import FILM

TUS = "/workshop/activities/tus"


def announce(client: FlaskClient, size: int, name: str = "没有扩展名", tus: str = TUS) -> str:
    """Announce a file, and return the address of its parts."""
    about = {"Upload-Length": str(size), "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}"}
    answer = post(client, tus, headers=about)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def send(client: FlaskClient, address: str, at: int, part: bytes) -> int:
    headers = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream", "X-CSRFToken": form_token(client)}
    return client.patch(address, headers=headers, data=part).status_code


def take(address: str) -> str:
    return f"/workshop/activities/uploads/{address.rpartition('/')[2]}"


def test_a_film_that_came_in_parts_is_what_it_is_as_a_whole_and_the_same_request_again_says_the_same(
    app: Flask, maker: FlaskClient
) -> None:
    film = FILM.read_bytes()
    address = announce(maker, len(film))
    assert send(maker, address, 0, film[:1000]) == 204
    assert post(maker, take(address)).status_code == 409, "it has not arrived"
    assert maker.head(address).headers["Upload-Offset"] == "1000"
    assert send(maker, address, 1000, film[1000:]) == 204
    first = post(maker, take(address))
    assert first.get_json()["path"].startswith(f"videos/{sha256(film).hexdigest()}")
    assert post(maker, take(address)).get_json() == first.get_json()
    assert rows(app, select(Job)) == []
    with app.app_context():
        assert [*storage().listed("uploads/")] == []


def test_what_no_form_can_have_is_refused_and_forgotten(app: Flask, maker: FlaskClient) -> None:
    address = announce(maker, 10)
    assert send(maker, address, 0, b"0123456789") == 204
    refused = post(maker, take(address), headers={"Accept": "application/json"})
    assert (refused.status_code, refused.get_json()["code"]) == (400, "fields")
    assert rows(app, select(Upload)) == []


def test_others_uploads_and_those_that_become_courses_are_no_file_of_a_form(app: Flask, maker: FlaskClient) -> None:
    address = announce(maker, len(PNG))
    assert send(maker, address, 0, PNG) == 204
    assert post(signed_in(app, "helper"), take(address)).status_code == 404
    course = announce(maker, len(PNG), "板书.png", "/catalogue/tus")
    assert send(maker, course, 0, PNG) == 204
    assert post(maker, take(course)).status_code == 409
    assert post(maker, take(address)).status_code == 200
