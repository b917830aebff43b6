"""Requests for tokens of the record store, for tests of tokens, keys and clients."""

import base64
from typing import Any

from werkzeug.test import TestResponse

from tests.integration.xapi.conftest import Store

GRANT = {"grant_type": "client_credentials"}
FORM = "application/x-www-form-urlencoded"


def pair_of(authorization: str) -> tuple[str, str]:
    """The key and the secret of a Basic header."""
    key, _, secret = base64.b64decode(authorization.partition(" ")[2]).decode().partition(":")
    return key, secret


def ask(store: Store, by: str = "", **form: str) -> TestResponse:
    """Ask for a token."""
    return store.ask("POST", "oauth/token", by=by, version=None, data=form, content_type=FORM)


def given(store: Store, by: str, **form: str) -> dict[str, Any]:
    """Ask for a token that is to be given."""
    answer = ask(store, by, **GRANT, **form)
    assert answer.status_code == 200, answer.text
    whole: dict[str, Any] = answer.json
    return whole


def bearer(store: Store, by: str, **form: str) -> str:
    """The Authorization header of a new token."""
    return f"Bearer {given(store, by, **form)['access_token']}"
