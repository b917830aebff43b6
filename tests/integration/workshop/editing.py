"""Make and change drafts as the editor's page does."""

import base64
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from courses.package import Package, open_package
from lms.db import database
from lms.jobs.models import Job
from lms.workshop.models import Draft
from lms.workshop.publish_job import EXPORTING
from tests.access import form_token
from tests.factories import signed_in
from tests.integration.catalogue.uploading import run_jobs

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30


def post(client: FlaskClient, path: str, **sent: Any) -> TestResponse:
    return client.post(path, headers={"X-CSRFToken": form_token(client), **sent.pop("headers", {})}, **sent)


def step(of: str, field: str, was: Any, to: Any, key: str = "") -> dict[str, Any]:
    return {"do": "set", "of": of, "key": key, "field": field, "was": was, "to": to}


TOKENS = iter(range(10**6))


def save(client: FlaskClient, place: str, *steps: dict[str, Any], token: str = "") -> Any:
    answer = post(client, f"{place}/changes", json={"token": token or f"token-{next(TOKENS):06}", "steps": list(steps)})
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def send_file(client: FlaskClient, tus: str, name: str, content: bytes) -> str:
    """Send a file as the page does, let the worker take it, and return its card."""
    about = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(content)),
        "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}",
    }
    location = post(client, tus, headers=about).headers["Location"]
    part = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "X-CSRFToken": form_token(client),
    }
    assert client.patch(location, headers=part, data=content).status_code == 204
    run_jobs(client.application)
    place = tus.partition("/activities/")[0].removesuffix("/tus")
    return client.get(f"{place}/uploads/{location.rpartition('/')[2]}").text


def rows(app: Flask, asked: Any) -> list[Any]:
    with app.app_context(), database().reader() as session:
        return list(session.scalars(asked).all())


def draft_of(app: Flask) -> Draft:
    with app.app_context(), database().reader() as session:
        found = session.scalars(select(Draft).order_by(Draft.id.desc())).first()
        assert found is not None
        _ = found.document
        return found


def keys_of(app: Flask) -> list[str]:
    return [one["key"] for module in draft_of(app).document["modules"] for one in module["activities"]]


def exported(app: Flask, maker: FlaskClient, code: str, folder: Path) -> Package:
    """Export the first version of a course, and open its package as an upload is opened."""
    post(maker, f"/catalogue/courses/{code}/versions/1/export")
    run_jobs(app)
    [job] = rows(app, select(Job).where(Job.kind == EXPORTING))
    (folder / "export.zip").write_bytes(maker.get(f"/jobs/{job.id}/download").data)
    again = open_package(folder / "export.zip")
    assert isinstance(again, Package), again
    return again


def at_once(app: Flask, sends: Sequence[Callable[[FlaskClient], TestResponse]], people: Sequence[str] = ("maker",)) -> list[TestResponse]:
    """Send requests at the same time, of one trainer or of several in turn."""
    clients, start = [signed_in(app, people[number % len(people)]) for number in range(len(sends))], Barrier(len(sends))

    def send(number: int) -> TestResponse:
        start.wait()
        return sends[number](clients[number])

    with ThreadPoolExecutor(len(sends)) as pool:
        return list(pool.map(send, range(len(sends))))
