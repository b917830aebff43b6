"""The token endpoint: another system gets a token for its key. (OAuth 2.0 client credentials: RFC 6749 2.3.1, 3.2, 4.4)"""

from collections.abc import Mapping
from urllib.parse import unquote_plus

from flask import Request, Response, json
from werkzeug.exceptions import HTTPException as Unreadable

from xapi.errors import Stranger, TokenRefused
from xapi.rules.auth import Credential
from xapi.storage.tokens import LASTING, issue, narrowed
from xapi.views.answers import json_answer
from xapi.views.mount import Mount
from xapi.views.whose import basic_of, key_credential

GRANT = "client_credentials"
MOST_BYTES = 10_000


def client(mount: Mount, request: Request) -> tuple[Credential, Mapping[str, str]]:
    """Return the client's credential and the form of the request.

    Raises:
        TokenRefused: with the RFC 6749 error code.
    """
    form = _form(request)
    return _client(mount, request.headers.get("Authorization", ""), form), form


def token(mount: Mount, credential: Credential, form: Mapping[str, str]) -> Response:
    """Answer with a new token.

    Raises:
        TokenRefused: with the RFC 6749 error code.
    """
    if "grant_type" not in form:
        raise TokenRefused("invalid_request", "grant_type is missing")
    if form["grant_type"] != GRANT:
        raise TokenRefused("unsupported_grant_type", f"the only grant_type here is {GRANT}")
    scopes = narrowed(credential, form.get("scope", ""))
    with mount.writers() as session:
        given = issue(session, credential.key, scopes, mount.clock())
        session.commit()
    whole = {"access_token": given, "token_type": "Bearer", "expires_in": int(LASTING.total_seconds()), "scope": " ".join(scopes)}
    return json_answer(json.dumps(whole))


def _form(request: Request) -> dict[str, str]:
    """Read the parameters: each once, from the body only; an empty one counts as absent. (RFC 6749 3.2)"""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise TokenRefused("invalid_request", "the body must be application/x-www-form-urlencoded")
    request.max_content_length = MOST_BYTES
    found: dict[str, str] = {}
    try:
        given = list(request.form.items(multi=True))
    except Unreadable as error:
        raise TokenRefused("invalid_request", f"the body is cut off, or longer than {MOST_BYTES} bytes") from error
    for name, value in given:
        if name in found:
            raise TokenRefused("invalid_request", "a parameter is given more than once")
        found[name] = value
    return {name: value for name, value in found.items() if value}


def _client(mount: Mount, authorization: str, form: Mapping[str, str]) -> Credential:
    """Return the client's credential: by Basic or in the body, but not both."""
    in_body = "client_secret" in form
    if authorization and in_body:
        raise TokenRefused("invalid_request", "a client authenticates by Basic or in the body, not both")
    pair = basic_of(authorization)
    if pair is not None:
        pair = (unquote_plus(pair[0]), unquote_plus(pair[1]))  # RFC 6749 2.3.1
    elif in_body:
        pair = (form.get("client_id", ""), form["client_secret"])
    found = Stranger("", "unknown") if pair is None else key_credential(mount, *pair)
    if isinstance(found, Stranger):
        raise TokenRefused("invalid_client", "this needs a key of the record store and its secret", found)
    if form.get("client_id", found.key) != found.key:
        raise TokenRefused("invalid_request", "client_id is not the key that authenticates")
    return found
