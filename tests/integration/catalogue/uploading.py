"""Upload a package on the page for it, and let a worker check and publish it."""

import html
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from lms.accounts.people import add_organisation, add_person
from lms.db import transaction
from lms.jobs.tasks import work
from tests.factories import signed_in


@dataclass(frozen=True)
class Outcome:
    """The outcome of an upload as its trainer sees it: a status, the address of the course if there is one, and the page."""

    status_code: int
    location: str
    text: str


def zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())
    return buffer.getvalue()


def sign_in_as(app: Flask, role: str) -> FlaskClient:
    with app.app_context(), transaction() as session:
        organisation = add_organisation(session, "p", "承训单位", "provider")
        add_person(session, f"the-{role}", "林静宜", (role,), password=None, organisation=organisation)
    return signed_in(app, f"the-{role}")


def send(client: FlaskClient, content: bytes, name: str) -> Outcome:
    """Send the form; 422 if it or the check refuses the file, 302 if the file became a course."""
    page = client.get("/catalogue/upload").text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    token = found.group(1) if found else ""
    # Encoded here, because the test client would leave a temporary file open for a form of this size.
    boundary, form = encode_multipart({"csrf_token": token, "file": FileStorage(io.BytesIO(content), name)})
    answer = client.post("/catalogue/upload", data=form, content_type=f"multipart/form-data; boundary={boundary}")
    if answer.status_code != 302:
        return Outcome(answer.status_code, "", answer.text)
    run_jobs(client.application)
    return outcome_of(client, answer.location.partition("#upload-")[2])


def run_jobs(app: Flask) -> None:
    with app.app_context():
        while work.run():
            pass


def outcome_of(client: FlaskClient, upload_id: str) -> Outcome:
    card = client.get(f"/catalogue/uploads/{upload_id}").text
    addresses = re.findall(r'href="(/catalogue/courses/[^"]+)"', card)
    return Outcome(302 if addresses else 422, html.unescape(addresses[0]) if addresses else "", card)
