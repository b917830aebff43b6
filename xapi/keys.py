"""Which keys do other systems hold? Basic credentials of the record store's own.

A secret is 256 random bits, so its plain SHA-256 is safe to keep and quick to check: no slow hash per request.
"""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from xapi.auth import Credential
from xapi.errors import BadRequest
from xapi.models import ApiKey

SCOPES = ("statements/write", "statements/read", "statements/read/mine", "state", "profile", "define", "all/read", "all")


def add_key(  # noqa: PLR0913 - each is one column of the key
    session: Session,
    name: str,
    scopes: tuple[str, ...],
    *,
    now: datetime,
    trusted: bool = False,
    default_version: str = "1.0.3",
) -> tuple[str, str]:
    """Add a Basic credential and return (key, secret); the secret is not kept and cannot be shown again."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise BadRequest(f"unknown scope {', '.join(unknown) or '(none given)'}; known: {', '.join(SCOPES)}")
    key, secret = secrets.token_hex(16), secrets.token_urlsafe(32)
    session.add(
        ApiKey(
            name=name,
            key=key,
            secret_sha256=_sha256(secret),
            scopes=" ".join(scopes),
            trusted=trusted,
            default_version=default_version,
            created=now,
        )
    )
    session.flush()
    return key, secret


def find_key(session: Session, key: str, secret: str, home_page: str) -> Credential | None:
    """Return the credential of a Basic key whose secret is right and which is not revoked."""
    row = session.scalar(select(ApiKey).where(ApiKey.key == key, ApiKey.revoked.is_(None)))
    if row is None or not hmac.compare_digest(row.secret_sha256, _sha256(secret)):
        return None
    authority = {"objectType": "Agent", "name": row.name, "account": {"homePage": home_page, "name": row.key}}
    return Credential(row.name, authority, frozenset(row.scopes.split()), trusted=row.trusted, default_version=row.default_version)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
