"""Upload a package on the page for it."""

import io
import re

from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.people import add_organisation, add_person
from lms.db import transaction
from tests.factories import signed_in


def sign_in_as(app: Flask, role: str) -> FlaskClient:
    with app.app_context(), transaction() as session:
        organisation = add_organisation(session, "p", "承训单位", "provider")
        add_person(session, f"the-{role}", "林静宜", (role,), password=None, organisation=organisation)
    return signed_in(app, f"the-{role}")


def send(client: FlaskClient, content: bytes, name: str):  # type: ignore[no-untyped-def]
    page = client.get("/catalogue/upload").text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    token = found.group(1) if found else ""
    return client.post("/catalogue/upload", data={"csrf_token": token, "file": (io.BytesIO(content), name)})
