"""Signing in by the form, for tests of accounts, classes and the office."""

import html
import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def send(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Send the form of a page as a browser does: with its token, to where it says."""
    page = client.get(address).text.partition("<main")[2]
    token, action = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page), re.search(r'<form class="form[^>]*action="([^"]*)"', page)
    assert token is not None
    assert action is not None
    return client.post(html.unescape(action[1]) or address, data={**fields, "csrf_token": token[1]})


def sign_in(client: FlaskClient, identity: str, password: str, address: str = "/login") -> TestResponse:
    return send(client, address, identity=identity, password=password)
