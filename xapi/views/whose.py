"""Identify the client of a request: by an API key (Basic), by a token of such a key (Bearer), or by a token of the host (Bearer)."""

import base64
import binascii
from dataclasses import replace

from xapi.errors import Stranger, Unauthorised
from xapi.rules.auth import Credential, Quota
from xapi.storage.keys import find_key
from xapi.storage.tokens import PREFIX, find_token
from xapi.views.mount import Mount

ANY_NUMBER = 2**62  # of a key's statements and documents: their bytes are limited


def identify(mount: Mount, authorization: str) -> Credential:
    """Return the client's credential from the Authorization header.

    Raises:
        Unauthorised: there is no credential, or it is not one of ours.
    """
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    pair = basic_of(authorization)
    found: Credential | Stranger | None = Stranger("", "unknown")
    if pair is not None and mount.token_name and pair[0] == mount.token_name:
        found = mount.authenticate(pair[1])
    elif pair is not None:
        found = key_credential(mount, *pair)
    elif scheme.lower() == "bearer":
        found = _token_credential(mount, token) if token.startswith(PREFIX) else mount.authenticate(token)
    if not isinstance(found, Credential):
        raise Unauthorised("this needs a key of the record store (Basic) or a token that is still valid (Bearer)", found)
    return found


def identify_writer(mount: Mount, authorization: str) -> tuple[Credential, str]:
    """Return the credential of a client that stores statements, and the key that the storing transaction must still find working.

    A key that was right in the last ten seconds is not looked up: the transaction that stores asks for it, in the same round trip.

    Raises:
        Unauthorised: as `identify` does.
    """
    pair, now = basic_of(authorization), mount.clock()
    if pair is None:
        return identify(mount, authorization), ""
    known = mount.remembered_keys.get(*pair, now)
    if known is not None:
        return known, known.key
    found = identify(mount, authorization)
    mount.remembered_keys.keep(*pair, now, found)
    return found, ""


def basic_of(authorization: str) -> tuple[str, str] | None:
    """Return the key and the secret in an Authorization header."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        key, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeError):
        return None
    return (key, secret) if colon else None


def key_credential(mount: Mount, key: str, secret: str) -> Credential | Stranger:
    """Return the credential of a key if its secret is right, otherwise the reason why it is refused.

    It is looked up: a revoked key is refused at once.
    """
    if "\0" in key:  # PostgreSQL cannot store it in a text
        return Stranger("", "unknown")
    with mount.readers() as session:
        found = find_key(session, key, secret, mount.home_page)
    return found if isinstance(found, Stranger) else _limited(mount, found)


def _token_credential(mount: Mount, token: str) -> Credential | Stranger:
    with mount.readers() as session:
        found = find_token(session, token, mount.home_page, mount.clock())
    return Stranger("", "token") if found is None else _limited(mount, found)


def _limited(mount: Mount, credential: Credential) -> Credential:
    return credential if mount.key_storage is None else replace(credential, quota=Quota(ANY_NUMBER, mount.key_storage))
